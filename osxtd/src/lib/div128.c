// SPDX-License-Identifier: MPL-2.0
/*
 * div128 - the 128-bit division that the compiler calls, where the CPU divides 64 bits by 64 only.
 *
 *   Spec:  Knuth, TAOCP volume 2, 4.3.1, algorithm D with two digits of 32 bits.
 */
#include <osxtd/base.h>

typedef unsigned __int128 u128;

OSXTD_API u128 __udivti3(u128 n, u128 d);

enum : u64 { DIGIT = 1ull << 32 };

/* One digit of the quotient of (rest, digit) by d, whose highest bit is set; rest < d. */
static u64 quotient_digit(u64 *rest, u64 digit, u64 d)
{
	u64 d_high = d >> 32, d_low = d & (DIGIT - 1);
	u64 q = *rest / d_high, r = *rest % d_high;
	while (q >= DIGIT || q * d_low > (r << 32 | digit)) {
		q--;
		r += d_high;
		if (r >= DIGIT)
			break;
	}
	u64 minus_q = wrap_add(~q, (u64)1), part = wrap_mul(minus_q, d),
	    whole = wrap_add(*rest << 32, digit);
	*rest = wrap_add(whole, part);
	return q;
}

/* high < d: the quotient fits. */
static u64 divide(u64 high, u64 low, u64 d, u64 *rest)
{
	u32 shift = (u32)__builtin_clzll(d);
	u64 r = shift == 0 ? high : high << shift | low >> (64 - shift);
	d <<= shift;
	low <<= shift;
	u64 q_high = quotient_digit(&r, low >> 32, d);
	u64 q_low = quotient_digit(&r, low & (DIGIT - 1), d);
	*rest = r >> shift;
	return q_high << 32 | q_low;
}

u128 __udivti3(u128 n, u128 d)
{
	u64 n_high = (u64)(n >> 64), d_high = (u64)(d >> 64), rest = 0;
	if (likely(d_high == 0)) {
		u64 divisor = (u64)d;
		if (likely(n_high == 0))
			return (u64)n / divisor;
		u64 q_high = n_high / divisor;
		u64 q_low = divide(n_high % divisor, (u64)n, divisor, &rest);
		return (u128)q_high << 64 | q_low;
	}
	/* The quotient has at most 64 bits less the divisor's: bit by bit. */
	u128 q = 0;
	u32 shift = (u32)__builtin_clzll(d_high);
	d <<= shift;
	for (u32 i = 0; i <= shift; i++, d >>= 1) {
		q <<= 1;
		if (n >= d) {
			n -= d;
			q |= 1;
		}
	}
	return q;
}
