/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lock_impl - the uncontended paths of the raw locks, inline because every system call takes some.
 * Private to <osxtd/lock.h>.
 *
 * What is held can always be found, for an oops to release it: spinlocks by the element of the
 * CPU's `held` that belongs to their step of the preemption count, mutexes as a list of their task.
 * Both rely on guards being scopes: the last one taken is the first one released.
 */
#pragma once
#include <osxtd/cpu.h>
#include <osxtd/lockdep.h>

/* Behind the class in the word of a held mutex. */
enum : u32 { MUTEX_SLEEPERS = 1, MUTEX_IS_READER = 2, MUTEX_FLAGS = 3 };
static_assert(alignof(struct lock_class) > MUTEX_FLAGS);

/* Classes lie in the kernel's image, aligned and less than 4 GiB apart: 32 bits tell them. */
ALWAYS_INLINE u32 lock_word(const struct lock_class *cls)
{
	UNSAFE("1. the address is kept as a number")
	return (u32)(u64)cls;
}
/* The class of a held lock.  osxtd only. */
const struct lock_class *lock_class_of(u32 word);

/* As spin_raw_lock, perhaps under others of the class: their order is the caller's care. */
ALWAYS_INLINE void spin_raw_lock_nested(struct spin_raw *l, const struct lock_class *cls)
{
	lockdep_acquire(cls, LOCKDEP_NESTED);
	preempt_disable_for(l);
	if (unlikely(__atomic_exchange_n(&l->_word, lock_word(cls), __ATOMIC_ACQUIRE) != 0))
		spin_raw_contended(l, lock_word(cls));
}
ALWAYS_INLINE void spin_raw_lock(struct spin_raw *l, const struct lock_class *cls)
{
	lockdep_acquire(cls, LOCKDEP_ONE);
	preempt_disable_for(l);
	if (unlikely(__atomic_exchange_n(&l->_word, lock_word(cls), __ATOMIC_ACQUIRE) != 0))
		spin_raw_contended(l, lock_word(cls));
}
/* False, and nothing done, when it is held. */
ALWAYS_INLINE bool spin_raw_try_lock(struct spin_raw *l, const struct lock_class *cls)
{
	lockdep_acquire(cls, LOCKDEP_ONE); /* who fails here comes back and waits */
	preempt_disable_for(l);
	u32 free = 0;
	if (likely(__atomic_compare_exchange_n(&l->_word, &free, lock_word(cls), false,
					       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		return true;
	preempt_enable();
	return false;
}
ALWAYS_INLINE void spin_raw_unlock(struct spin_raw *l)
{
	__atomic_store_n(&l->_word, 0, __ATOMIC_RELEASE);
	preempt_enable();
}

ALWAYS_INLINE void mutex_raw_lock(struct mutex_raw *m, const struct lock_class *cls)
{
	might_sleep();
	lockdep_acquire(cls, LOCKDEP_ONE);
	u32 free = 0;
	if (unlikely(!__atomic_compare_exchange_n(&m->_held, &free, lock_word(cls), false,
						  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		mutex_raw_contended(m, lock_word(cls));
	m->_below = cpu_mutexes();
	cpu_set_mutexes(m);
}
ALWAYS_INLINE void mutex_raw_unlock(struct mutex_raw *m)
{
	cpu_set_mutexes(m->_below);
	u32 before = __atomic_exchange_n(&m->_held, 0, __ATOMIC_RELEASE);
	if (unlikely((before & MUTEX_SLEEPERS) != 0))
		mutex_raw_wake(m);
}
