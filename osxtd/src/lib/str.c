/* SPDX-License-Identifier: MPL-2.0 */
/* str - searching, parsing and hashing of text.  Pure: also builds on the host. */
#include <osxtd/span.h>

struct str str_until_nul(struct cspan s)
{
	usize n = 0;
	while (n < cspan_len(s) && cspan_get(s, n) != 0)
		n++;
	return str_of(cspan_sub(s, 0, n));
}

usize str_find(struct str s, char c, usize from)
{
	usize i = from;
	while (i < str_len(s) && str_get(s, i) != c)
		i++;
	return min_of(i, str_len(s));
}

struct str str_of_cstr(const char *s)
{
	usize n = 0;
	UNSAFE("1. the caller passes a NUL-terminated constant of the framework")
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
__attribute__((no_sanitize("unsigned-integer-overflow"))) u64 str_hash(struct str s)
{
	const u64 k = 0x9e3779b97f4a7c15u;
	u64 h = s._len * k;
	usize i = 0;
	u64 w = 0;
	for (; cspan_read(str_bytes(s), i, &w); i += 8) {
		h = (h ^ w) * k;
		h ^= h >> 29;
	}
	w = 0;
	for (u32 shift = 0; i < s._len; i++, shift += 8)
		w |= (u64)(u8)str_get(s, i) << shift;
	h = (h ^ w) * k;
	return h ^ (h >> 32);
}
