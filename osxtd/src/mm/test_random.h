/* SPDX-License-Identifier: MPL-2.0 */
/* test_random - repeatable numbers for tests. */
#pragma once
#include <osxtd/base.h>

struct test_random {
	u64 state; /* not 0 */
};
ALWAYS_INLINE u32 test_random_next(struct test_random *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return (u32)(r->state >> 16);
}
ALWAYS_INLINE u32 test_random_below(struct test_random *r, u32 n)
{
	return test_random_next(r) % n;
}
