/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lock_impl - the uncontended paths of the raw locks, inline because every system call takes some.
 * Private to <osxtd/lock.h>.
 */
#pragma once
#include <osxtd/cpu.h>

ALWAYS_INLINE void spin_raw_lock(struct spin_raw *l)
{
	preempt_disable();
	if (unlikely(__atomic_exchange_n(&l->_word, 1, __ATOMIC_ACQUIRE) != 0))
		spin_raw_contended(l);
}
ALWAYS_INLINE void spin_raw_unlock(struct spin_raw *l)
{
	__atomic_store_n(&l->_word, 0, __ATOMIC_RELEASE);
	preempt_enable();
}

/* _held: 0 free, 1 held, 2 held and somebody sleeps. */
ALWAYS_INLINE void mutex_raw_lock(struct mutex_raw *m)
{
	u32 free = 0;
	if (unlikely(!__atomic_compare_exchange_n(&m->_held, &free, 1, false, __ATOMIC_ACQUIRE,
						  __ATOMIC_RELAXED)))
		mutex_raw_contended(m);
}
ALWAYS_INLINE void mutex_raw_unlock(struct mutex_raw *m)
{
	if (unlikely(__atomic_exchange_n(&m->_held, 0, __ATOMIC_RELEASE) == 2))
		mutex_raw_wake(m);
}
