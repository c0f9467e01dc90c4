/* SPDX-License-Identifier: MPL-2.0 */
/* stub_mem - what the compiler calls in the stub. */
#include <osxtd/base.h>

void *memcpy(void *to, const void *from, usize n);
void *memset(void *to, int v, usize n);

UNSAFE("1. callers own n bytes at both places")
void *memcpy(void *to, const void *from, usize n)
{
	u8 *t = (u8 *)to;
	const u8 *f = (const u8 *)from;
	for (; n >= 8; n -= 8, t += 8, f += 8) {
		u64 v;
		__builtin_memcpy_inline(&v, f, 8);
		__builtin_memcpy_inline(t, &v, 8);
	}
	for (; n != 0; n--)
		*t++ = *f++;
	return to;
}

UNSAFE("1. callers own n bytes at to")
void *memset(void *to, int v, usize n)
{
	for (u8 *t = (u8 *)to; n != 0; n--)
		*t++ = (u8)v;
	return to;
}
