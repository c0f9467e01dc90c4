/* SPDX-License-Identifier: MPL-2.0 */
/*
 * count - how many there are of something, where a count that ran over would be taken for few or
 * for none: it stops at COUNT_SATURATED and never changes again, as the counts of objects do.  So
 * does one that would fall below 0.
 *
 *   Context:  any.
 */
#pragma once
#include <osxtd/atomic.h>

enum : u32 { COUNT_SATURATED = 0xc0000000u };

struct count {
	struct atomic_u32 _n;
};

ALWAYS_INLINE u32 count_now(const struct count *c)
{
	return atomic_u32_load(&c->_n);
}
ALWAYS_INLINE void count_set(struct count *c, u32 n)
{
	atomic_u32_store(&c->_n, n);
}
ALWAYS_INLINE void count_up(struct count *c)
{
	if (unlikely(atomic_u32_add(&c->_n, 1) >= COUNT_SATURATED))
		count_set(c, COUNT_SATURATED);
}
ALWAYS_INLINE void count_down(struct count *c)
{
	u32 before = atomic_u32_sub(&c->_n, 1);
	if (unlikely(before == 0 || before >= COUNT_SATURATED))
		count_set(c, COUNT_SATURATED);
}
