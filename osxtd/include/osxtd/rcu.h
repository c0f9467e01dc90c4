/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rcu - readers that take nothing: what goes out of sight lives on until no reader can see it.
 *
 *   RCU_TYPE(route, rcu);                 // struct route is counted and has `struct rcu_link rcu;`
 *   struct table { RCU_FIELD(route) best; };
 *   { RCU_READ(); hop = route_rcu_get(&t->best)->hop; }     // a borrow, until the scope ends
 *   route_rcu_publish(&t->best, route_move(&fresh));        // the old one is dropped behind the
 *                                                           // readers that may see it
 *
 * A field holds one reference.  T_rcu_get borrows what it refers to, null for nothing; T_rcu_clone
 * takes a reference, which outlives the scope; T_rcu_publish puts another reference in (empty:
 * takes what is there away); T_rcu_free drops a reference later.  Several may publish at once.
 *
 * A read scope costs what preempt_disable costs, writes to nothing that is shared, and must not
 * sleep.  A grace period is over when each CPU has chosen a task, or idled, since it began: idle
 * CPUs are not woken for it, busy ones do so at the end of their time slice and are asked to after
 * 10 ms.
 *
 *   Context:   RCU_READ, T_rcu_*: any, interrupt handlers too; publish and free not under the locks
 * of the scheduler.  rcu_synchronize, rcu_barrier: task context, no lock that a reader may wait
 * for.
 *   Limits:    what waits to be dropped is dropped by a task of OSXTD's.  Where more than
 * RCU_BACKLOG wait on a CPU, who adds to them, and may sleep, waits for a grace period each time.
 *   Keeps:     soundness invariant O5.
 */
#pragma once
#include <osxtd/cpu.h>
#include <osxtd/lock.h>
#include <osxtd/object.h>

/* The static token: no lock, but HOLDS_SHARED(rcu) says that the caller is in a read scope. */
LOCK_CLASS_TOKEN_(extern, rcu, rcu, "", )

enum : u32 { RCU_BACKLOG = 1024 };

/* Stands for a read scope among the spinlocks that a CPU holds. */
OSXTD_API extern struct spin_raw shared rcu_scope_mark;

/* As the guards of <osxtd/lock.h>. */
#define RCU_GUARD_(name)                                                                           \
	struct name##_guard {                                                                      \
		u32 _unused;                                                                       \
	};                                                                                         \
	ALWAYS_INLINE struct name##_guard name##_enter(void) ACQUIRES_SHARED(name##_held)          \
		NO_LOCK_CHECK_                                                                     \
	{                                                                                          \
		preempt_disable_for(&rcu_scope_mark);                                              \
		return (struct name##_guard){};                                                    \
	}                                                                                          \
	ALWAYS_INLINE void name##_leave(struct name##_guard *g) RELEASES_SHARED(name##_held)       \
		NO_LOCK_CHECK_                                                                     \
	{                                                                                          \
		(void)g;                                                                           \
		preempt_enable();                                                                  \
	}                                                                                          \
	static_assert(true)
RCU_GUARD_(rcu);

/* A read scope until the end of the scope. */
#define RCU_READ() struct rcu_guard CAT(guard_, __COUNTER__) CLEANUP(rcu_leave) = rcu_enter()

/* Returns when every read scope that was open has ended.  might_sleep. */
OSXTD_API void rcu_synchronize(void);
/* Returns when all that waited to be dropped was dropped, once each.  might_sleep. */
OSXTD_API void rcu_barrier(void);

struct rcu_link {
	struct rcu_link *_next;
	void (*_fn)(struct rcu_link *l);
	struct atomic_u32 _calls; /* that have not been answered */
};
/* Calls fn(l) in a task, behind a grace period: once for each call.  l stays until then. */
OSXTD_API unsafe_fn void rcu_call(struct rcu_link *l, void (*fn)(struct rcu_link *l));

/* A member of a struct; R-fieldclass and R-borrow know it by its owner. */
#define RCU_FIELD(T) OWNER(rcu) struct T##_rcu

#define RCU_TYPE(T, link)                                                                          \
	struct T##_rcu {                                                                           \
		struct T *_p;                                                                      \
	};                                                                                         \
	/* What f refers to, for the read scope; null when nothing. */                             \
	BORROWS ALWAYS_INLINE struct T *T##_rcu_get(const struct T##_rcu *f) HOLDS_SHARED(rcu)     \
	{                                                                                          \
		return __atomic_load_n(&f->_p, __ATOMIC_ACQUIRE);                                  \
	}                                                                                          \
	[[maybe_unused]] static inline struct T##_ref T##_rcu_clone(const struct T##_rcu *f)       \
	{                                                                                          \
		RCU_READ();                                                                        \
		struct T *p = T##_rcu_get(f);                                                      \
		return p == nullptr ? (struct T##_ref){} : T##_clone(p);                           \
	}                                                                                          \
	[[maybe_unused]] static void T##_rcu_drop_(struct rcu_link *l)                             \
	{                                                                                          \
		struct T##_ref r = {};                                                             \
		UNSAFE("1. rcu_call was given the link of a T, with a reference to it")            \
		{                                                                                  \
			r._p = (struct T *)(void *)((u8 *)l - offsetof(struct T, link));           \
		}                                                                                  \
		T##_drop(&r);                                                                      \
	}                                                                                          \
	[[maybe_unused]] static inline void T##_rcu_free(struct T##_ref r)                         \
	{                                                                                          \
		if (r._p == nullptr)                                                               \
			return;                                                                    \
		UNSAFE("1. the reference that goes with the link keeps it until it is dropped")    \
		{                                                                                  \
			rcu_call(&r._p->link, T##_rcu_drop_);                                      \
		}                                                                                  \
	}                                                                                          \
	[[maybe_unused]] static inline void T##_rcu_publish(struct T##_rcu *f,                     \
							    struct T##_ref fresh)                  \
	{                                                                                          \
		struct T *p = fresh._p;                                                            \
		fresh._p = nullptr;                                                                \
		struct T##_ref before = { __atomic_exchange_n(&f->_p, p, __ATOMIC_ACQ_REL) };      \
		T##_rcu_free(T##_move(&before));                                                   \
	}                                                                                          \
	static_assert(true)
