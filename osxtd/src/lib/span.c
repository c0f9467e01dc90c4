/* SPDX-License-Identifier: MPL-2.0 */
/* span - the operations on byte spans that are too long to be inline.  Pure: also builds on the
 * host. */
#include <osxtd/span.h>

ALWAYS_INLINE void copy_word(u8 *to, const u8 *from)
{
	u64 word = 0;
	__builtin_memcpy(&word, from, 8);
	__builtin_memcpy(to, &word, 8);
}

UNSAFE("1. the checks bound every access; 2. words are copied only where source and target are "
       "eight bytes apart")
void span_copy_back(struct span s, usize at, usize distance, usize len)
{
	ASSERT(distance != 0 && distance <= at && at <= s._len && len <= s._len - at);
	u8 *d = s._ptr + at;
	const u8 *from = d - distance;
	if (distance == 1) {
		memset(d, *from, len);
		return;
	}
	if (distance >= 8 && len >= 8) {
		/* The last word may overlap the one before it: what it reads is already in place.
		 */
		u8 *last = d + len - 8;
		for (; d < last; d += 8, from += 8)
			copy_word(d, from);
		copy_word(last, last - distance);
		return;
	}
	if (distance >= 8 && len >= 4) {
		u32 head, tail;
		__builtin_memcpy(&head, from, 4);
		__builtin_memcpy(&tail, from + len - 4, 4);
		__builtin_memcpy(d, &head, 4);
		__builtin_memcpy(d + len - 4, &tail, 4);
		return;
	}
	for (; len != 0; len--)
		*d++ = *from++;
}
