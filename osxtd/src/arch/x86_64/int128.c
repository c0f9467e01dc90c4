/* SPDX-License-Identifier: MPL-2.0 */
/* int128 - the 128-bit division that the compiler calls; dividends and divisors of 64 bits take two
 * instructions. */
#include <osxtd/base.h>

typedef unsigned __int128 u128;

OSXTD_API u128 __udivti3(u128 n, u128 d);

/* high < d: the quotient fits. */
ALWAYS_INLINE u64 divide(u64 high, u64 low, u64 d, u64 *rest)
{
	u64 q = 0;
	UNSAFE("1. high < d, so the division cannot fault")
	{
		__asm__("divq %4" : "=a"(q), "=d"(*rest) : "0"(low), "1"(high), "rm"(d) : "cc");
	}
	return q;
}

u128 __udivti3(u128 n, u128 d)
{
	u64 n_high = (u64)(n >> 64), d_high = (u64)(d >> 64), rest = 0;
	if (likely(d_high == 0)) {
		u64 q_high = divide(0, n_high, (u64)d, &rest);
		u64 q_low = divide(rest, (u64)n, (u64)d, &rest);
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
