/* SPDX-License-Identifier: MPL-2.0 */
/* str - searching, parsing and hashing of text.  Pure: also builds on the host. */
#include <osxtd/span.h>

UNSAFE("1. reads only the len bytes that the span vouches for")
struct str str_until_nul(struct cspan s)
{
	usize n = 0;
	while (n < s._len && s._ptr[n] != 0)
		n++;
	return (struct str){ (const char *)s._ptr, n };
}

UNSAFE("1. i < len on every access")
usize str_find(struct str s, char c, usize from)
{
	usize i = from;
	while (i < s._len && s._ptr[i] != c)
		i++;
	return i < s._len ? i : s._len;
}

UNSAFE("1. the caller passes a NUL-terminated constant of the framework")
struct str str_of_cstr(const char *s)
{
	usize n = 0;
	while (s[n] != 0)
		n++;
	return (struct str){ s, n };
}

static u32 digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (u32)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (u32)(c - 'a') + 10;
	if (c >= 'A' && c <= 'Z')
		return (u32)(c - 'A') + 10;
	return UINT32_MAX;
}

bool str_to_u64(struct str s, u32 base, u64 *out)
{
	if (base == 0) {
		base = 10;
		if (str_starts_with(s, STR("0x")) || str_starts_with(s, STR("0X"))) {
			base = 16;
			s = str_from(s, 2);
		} else if (str_len(s) > 1 && str_get(s, 0) == '0') {
			base = 8;
			s = str_from(s, 1);
		}
	}
	if (str_len(s) == 0)
		return false;
	u64 v = 0;
	for (usize i = 0; i < str_len(s); i++) {
		u32 d = digit_value(str_get(s, i));
		if (d >= base || !ckd_mul(v, (u64)base, &v) || !ckd_add(v, (u64)d, &v))
			return false;
	}
	*out = v;
	return true;
}

/* Eight bytes a round of multiply and fold; the length goes in so that zero padding cannot collide.
 */
UNSAFE("1. i + 8 <= len for whole words, tail copy of len - i < 8 bytes; 2. wrapping products are "
       "the hash")
__attribute__((no_sanitize("unsigned-integer-overflow"))) u64 str_hash(struct str s)
{
	const u64 k = 0x9e3779b97f4a7c15u;
	u64 h = s._len * k;
	usize i = 0;
	for (; i + 8 <= s._len; i += 8) {
		u64 w = 0;
		memcpy(&w, s._ptr + i, 8);
		h = (h ^ w) * k;
		h ^= h >> 29;
	}
	u64 w = 0;
	for (u32 shift = 0; i < s._len; i++, shift += 8)
		w |= (u64)(u8)s._ptr[i] << shift;
	h = (h ^ w) * k;
	return h ^ (h >> 32);
}
