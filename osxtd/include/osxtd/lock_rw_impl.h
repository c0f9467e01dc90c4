/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lock_rw_impl - the uncontended paths of the raw locks that readers share.
 * Private to <osxtd/lock.h>.
 *
 * A spinning reader is found by an oops as the holder of a spinlock is: the state of an rw_raw says
 * that it is none but a reader, for a writer is alone.  A reader that may sleep is one of several
 * holders of one lock, so what links it to its task stands in its guard.
 */
#pragma once
#include <osxtd/lock_impl.h>

/* ---- rw ---- */

enum : u32 { RW_WRITER = 1, RW_WAITS = 2, RW_READER = 4 }; /* readers are counted in steps */

/* What tells the class of a held lock; the first use writes it. */
ALWAYS_INLINE void rw_raw_name(struct rw_raw *l, const struct lock_class *cls)
{
	if (unlikely(__atomic_load_n(&l->_word, __ATOMIC_RELAXED) != lock_word(cls)))
		__atomic_store_n(&l->_word, lock_word(cls), __ATOMIC_RELAXED);
}
ALWAYS_INLINE void rw_raw_lock(struct rw_raw *l, const struct lock_class *cls)
{
	lockdep_acquire(cls, LOCKDEP_ONE);
	rw_raw_name(l, cls);
	preempt_disable_for(l);
	u32 free = 0;
	if (unlikely(!__atomic_compare_exchange_n(&l->_state, &free, RW_WRITER, false,
						  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		rw_raw_lock_contended(l, lock_word(cls));
}
ALWAYS_INLINE void rw_raw_unlock(struct rw_raw *l)
{
	__atomic_fetch_sub(&l->_state, RW_WRITER, __ATOMIC_RELEASE);
	preempt_enable();
}
ALWAYS_INLINE void rw_raw_read_lock(struct rw_raw *l, struct rw_reader *r,
				    const struct lock_class *cls)
{
	lockdep_acquire(cls, LOCKDEP_ONE);
	rw_raw_name(l, cls);
	preempt_disable_for(l);
	u32 before = __atomic_fetch_add(&l->_state, RW_READER, __ATOMIC_ACQUIRE);
	if (unlikely((before & (RW_WRITER | RW_WAITS)) != 0))
		rw_raw_read_contended(l, lock_word(cls));
	r->_lock = l;
}
ALWAYS_INLINE void rw_raw_read_unlock(const struct rw_reader *r)
{
	__atomic_fetch_sub(&r->_lock->_state, RW_READER, __ATOMIC_RELEASE);
	preempt_enable();
}

/* ---- rwmutex ---- */

/* RWMUTEX_SLEEPERS: somebody is queued, so nobody takes it but from the queue. */
enum : u32 { RWMUTEX_WRITER = 1, RWMUTEX_SLEEPERS = 2, RWMUTEX_READER = 4 };

ALWAYS_INLINE void rwmutex_raw_lock(struct rwmutex_raw *l, const struct lock_class *cls)
{
	might_sleep();
	lockdep_acquire(cls, LOCKDEP_ONE);
	u32 free = 0;
	if (unlikely(!__atomic_compare_exchange_n(&l->_state, &free, RWMUTEX_WRITER, false,
						  __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		rwmutex_raw_lock_contended(l);
	l->_m._held = lock_word(cls);
	l->_m._below = cpu_mutexes();
	cpu_set_mutexes(&l->_m);
}
ALWAYS_INLINE void rwmutex_raw_unlock(struct rwmutex_raw *l)
{
	cpu_set_mutexes(l->_m._below);
	l->_m._held = 0;
	u32 before = __atomic_fetch_sub(&l->_state, RWMUTEX_WRITER, __ATOMIC_RELEASE);
	if (unlikely((before & RWMUTEX_SLEEPERS) != 0))
		rwmutex_raw_wake(l);
}
ALWAYS_INLINE bool rwmutex_raw_try_read(struct rwmutex_raw *l)
{
	u32 seen = __atomic_load_n(&l->_state, __ATOMIC_RELAXED);
	while (likely((seen & (RWMUTEX_WRITER | RWMUTEX_SLEEPERS)) == 0)) {
		if (likely(__atomic_compare_exchange_n(&l->_state, &seen, seen + RWMUTEX_READER,
						       false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
			return true;
	}
	return false;
}
ALWAYS_INLINE void rwmutex_raw_read_lock(struct rwmutex_raw *l, struct rwmutex_reader *r,
					 const struct lock_class *cls)
{
	might_sleep();
	lockdep_acquire(cls, LOCKDEP_ONE);
	if (unlikely(!rwmutex_raw_try_read(l)))
		rwmutex_raw_read_contended(l);
	r->_lock = l;
	r->_proxy._held = lock_word(cls) | MUTEX_IS_READER;
	r->_proxy._below = cpu_mutexes();
	cpu_set_mutexes(&r->_proxy);
}
ALWAYS_INLINE void rwmutex_raw_read_unlock(struct rwmutex_reader *r)
{
	cpu_set_mutexes(r->_proxy._below);
	u32 before = __atomic_fetch_sub(&r->_lock->_state, RWMUTEX_READER, __ATOMIC_RELEASE);
	if (unlikely((before & RWMUTEX_SLEEPERS) != 0 && before < 2 * RWMUTEX_READER))
		rwmutex_raw_wake(r->_lock);
}

/* ---- seq ---- */

/* Who reads an even number, then the data, then the same number, has seen no write. */
ALWAYS_INLINE void seq_raw_lock(struct seq_raw *l, const struct lock_class *cls)
{
	spin_raw_lock(&l->_spin, cls);
	__atomic_store_n(&l->_sequence, wrap_add(l->_sequence, 1u), __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}
ALWAYS_INLINE void seq_raw_unlock(struct seq_raw *l)
{
	__atomic_store_n(&l->_sequence, wrap_add(l->_sequence, 1u), __ATOMIC_RELEASE);
	spin_raw_unlock(&l->_spin);
}
