/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lock - lock classes: each kind of lock has its own type, scoped guard and static token.
 *
 *   LOCK_CLASS(runq, irq, AFTER(task_state));          // at file scope, in the header that owns
 * the lock struct q { struct runq_lock lock; u32 n GUARDED(runq); }; u32 q_peek(struct q *q)
 * HOLDS(runq); { GUARD(runq, &q->lock); q->n++; }                 // released at the end of the
 * scope
 *
 * Kinds: spin   busy waits, preemption off; not to be taken by interrupt handlers.
 *        irq    spin with interrupts off; may be shared with interrupt handlers.
 *        mutex  sleeps; task context only; may be held over user copies and allocation.
 * A zeroed lock is free.  Order: AFTER(x) says that x is taken first when both are held; the
 * compiler checks what one function shows, lockdep (debug builds) the rest.
 *
 *   Context:  spin, irq: any (irq handlers only irq).  mutex: task context, no spinlock held.
 *   Spec:     clang Thread Safety Analysis.
 */
#pragma once
#include <osxtd/atomic.h>
#include <osxtd/base.h>

#define CAPABILITY(n)	 __attribute__((capability(n)))
#define ACQUIRES(...)	 __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASES(...)	 __attribute__((release_capability(__VA_ARGS__)))
#define HOLDS(cls)	 __attribute__((requires_capability(cls##_held))) AUDIT_NOTE("holds:" #cls)
#define NOT_HOLDING(cls) __attribute__((locks_excluded(cls##_held)))
#define AFTER(cls)	 __attribute__((acquired_after(cls##_held)))
#define NO_LOCK_CHECK_	 __attribute__((no_thread_safety_analysis))
#define GUARDED(cls)	 __attribute__((guarded_by(cls##_held))) AUDIT_NOTE("guarded:" #cls)

struct CAPABILITY("lock class") lock_class {
	u8 _unused;
};

/* ---- raw locks: used through LOCK_CLASS only ---- */
struct spin_raw {
	u32 _word;
};
struct mutex_sleeper;
struct mutex_raw {
	struct spin_raw _guard;
	u32 _held;
	struct mutex_sleeper *_first, *_last; /* sleeping tasks, first come first served */
};

OSXTD_API void spin_raw_contended(struct spin_raw *l) COLD;
OSXTD_API void mutex_raw_contended(struct mutex_raw *m) COLD;
OSXTD_API void mutex_raw_wake(struct mutex_raw *m) COLD;
#include <osxtd/lock_impl.h>

#define LOCK_CLASS(cls, kind, ...) LOCK_CLASS_##kind##_(cls, __VA_ARGS__)

/* spin and mutex differ in what is behind _raw only; irq also keeps the interrupt flag. */
#define LOCK_CLASS_spin_(cls, ...)  LOCK_CLASS_PLAIN_(cls, spin, __VA_ARGS__)
#define LOCK_CLASS_mutex_(cls, ...) LOCK_CLASS_PLAIN_(cls, mutex, __VA_ARGS__)

#define LOCK_CLASS_PLAIN_(cls, raw, ...)                                                           \
	extern struct lock_class cls##_held __VA_ARGS__;                                           \
	struct cls##_lock {                                                                        \
		struct raw##_raw _raw;                                                             \
	};                                                                                         \
	struct cls##_guard {                                                                       \
		struct cls##_lock *_l;                                                             \
	};                                                                                         \
	ALWAYS_INLINE struct cls##_guard cls##_enter(struct cls##_lock *l) ACQUIRES(cls##_held)    \
		NO_LOCK_CHECK_                                                                     \
	{                                                                                          \
		raw##_raw_lock(&l->_raw);                                                          \
		return (struct cls##_guard){ l };                                                  \
	}                                                                                          \
	ALWAYS_INLINE void cls##_leave(struct cls##_guard *g) RELEASES(cls##_held) NO_LOCK_CHECK_  \
	{                                                                                          \
		raw##_raw_unlock(&g->_l->_raw);                                                    \
	}                                                                                          \
	static_assert(true)

#define LOCK_CLASS_irq_(cls, ...)                                                                  \
	extern struct lock_class cls##_held __VA_ARGS__;                                           \
	struct cls##_lock {                                                                        \
		struct spin_raw _raw;                                                              \
	};                                                                                         \
	struct cls##_guard {                                                                       \
		struct cls##_lock *_l;                                                             \
		u64 _flags;                                                                        \
	};                                                                                         \
	ALWAYS_INLINE struct cls##_guard cls##_enter(struct cls##_lock *l) ACQUIRES(cls##_held)    \
		NO_LOCK_CHECK_                                                                     \
	{                                                                                          \
		u64 flags = irq_save();                                                            \
		spin_raw_lock(&l->_raw);                                                           \
		return (struct cls##_guard){ l, flags };                                           \
	}                                                                                          \
	ALWAYS_INLINE void cls##_leave(struct cls##_guard *g) RELEASES(cls##_held) NO_LOCK_CHECK_  \
	{                                                                                          \
		spin_raw_unlock(&g->_l->_raw);                                                     \
		irq_restore(g->_flags);                                                            \
	}                                                                                          \
	static_assert(true)

/* Holds *l, of class cls, until the end of the scope. */
#define GUARD(cls, l)                                                                              \
	struct cls##_guard CAT(guard_, __COUNTER__) CLEANUP(cls##_leave) = cls##_enter(l)
