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
#define NO_LOCK_CHECK_	 __attribute__((no_thread_safety_analysis)) AUDIT_NOTE("tsa_off")
#define GUARDED(cls)	 __attribute__((guarded_by(cls##_held))) AUDIT_NOTE("guarded:" #cls)

enum lock_kind : u8 { LOCK_KIND_spin, LOCK_KIND_irq, LOCK_KIND_mutex };

/* One per class.  A held lock's word says which is its class. */
struct CAPABILITY("lock class") lock_class {
	const char *_name;
	const char *_order; /* the AFTER(…) of its declaration, as text */
	enum lock_kind _kind;
	bool _is_framework; /* declared in OSXTD: a task that holds one cannot be ended alone */
};
#ifdef OSXTD_CODE
enum : bool { LOCK_IS_FRAMEWORK_ = true };
#else
enum : bool { LOCK_IS_FRAMEWORK_ = false };
#endif

/* ---- raw locks: used through LOCK_CLASS only ---- */
struct spin_raw {
	u32 _word; /* 0: free; else lock_word of the class */
};
struct mutex_sleeper;
struct mutex_raw {
	struct spin_raw _guard;
	u32 _held; /* 0: free; else lock_word of the class, plus MUTEX_SLEEPERS */
	struct mutex_sleeper *_first, *_last; /* sleeping tasks, first come first served */
	struct mutex_raw *_below;	      /* while held: what its task took before */
};

OSXTD_API void spin_raw_contended(struct spin_raw *l, u32 word) COLD;
OSXTD_API void mutex_raw_contended(struct mutex_raw *m, u32 word) COLD;
OSXTD_API void mutex_raw_wake(struct mutex_raw *m) COLD;
#include <osxtd/lock_impl.h>

#define LOCK_CLASS(cls, kind, ...)                                                                 \
	LOCK_CLASS_TOKEN_(extern, cls, kind, #__VA_ARGS__, __VA_ARGS__)                            \
	LOCK_CLASS_##kind##_(cls)

/* The class alone, for a raw lock of OSXTD's own in one file. */
#define LOCK_CLASS_RAW(cls, kind) LOCK_CLASS_TOKEN_(static, cls, kind, "", ) static_assert(true)

/* The same in every file that includes it: the linker keeps one. */
#define LOCK_CLASS_TOKEN_(linkage, cls, kind, order, ...)                                          \
	LOCK_CLASS_##linkage##_ const struct lock_class cls##_held __VA_ARGS__ = {                 \
		#cls, order, LOCK_KIND_##kind, LOCK_IS_FRAMEWORK_                                  \
	};
#define LOCK_CLASS_extern_ __attribute__((weak))
#define LOCK_CLASS_static_ static

/* spin and mutex differ in what is behind _raw only; irq also keeps the interrupt flag. */
#define LOCK_CLASS_spin_(cls)  LOCK_CLASS_PLAIN_(cls, spin)
#define LOCK_CLASS_mutex_(cls) LOCK_CLASS_PLAIN_(cls, mutex)

#define LOCK_CLASS_PLAIN_(cls, raw)                                                                \
	struct cls##_lock {                                                                        \
		struct raw##_raw _raw;                                                             \
	};                                                                                         \
	struct cls##_guard {                                                                       \
		struct cls##_lock *_l;                                                             \
	};                                                                                         \
	ALWAYS_INLINE struct cls##_guard cls##_enter(struct cls##_lock *l) ACQUIRES(cls##_held)    \
		NO_LOCK_CHECK_                                                                     \
	{                                                                                          \
		raw##_raw_lock(&l->_raw, &cls##_held);                                             \
		return (struct cls##_guard){ l };                                                  \
	}                                                                                          \
	ALWAYS_INLINE void cls##_leave(struct cls##_guard *g) RELEASES(cls##_held) NO_LOCK_CHECK_  \
	{                                                                                          \
		raw##_raw_unlock(&g->_l->_raw);                                                    \
	}                                                                                          \
	static_assert(true)

#define LOCK_CLASS_irq_(cls)                                                                       \
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
		spin_raw_lock(&l->_raw, &cls##_held);                                              \
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
