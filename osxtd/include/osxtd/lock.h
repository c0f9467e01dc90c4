/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lock - lock classes: each kind of lock has its own type, scoped guard and static token.
 *
 *   LOCK_CLASS(runq, irq, AFTER(task_state));          // at file scope, in the header that owns
 * the lock struct q { struct runq_lock lock; u32 n GUARDED(runq); }; u32 q_peek(struct q *q)
 * HOLDS(runq); { GUARD(runq, &q->lock); q->n++; }                 // released at the end of the
 * scope { READ_GUARD(names, &t->lock); n = t->n; }     // rw, rwmutex: beside other readers
 *
 * Kinds: spin     busy waits, preemption off; not to be taken by interrupt handlers.
 *        irq      spin with interrupts off; may be shared with interrupt handlers.
 *        mutex    sleeps; task context only; may be held over user copies and allocation.
 *        rw       spin with readers: any number of them, or one writer.
 *        rwmutex  mutex with readers.
 *        seq      spin for writers; readers take nothing and read again what changed under them
 *                 (SEQ_CELL).
 * A zeroed lock is free.  Order: AFTER(x) says that x is taken first when both are held; the
 * compiler checks what one function shows, lockdep (debug builds) the rest.
 *
 * Who waits for a spin, irq, rw or seq lock is served first come first served; only who asks in the
 * moment in which the lock is free may come before (one exchange takes it, whoever waits).  Who
 * waits for an rw or rwmutex lock keeps later readers out, so writers are not starved; a reader
 * that reads again under its own guard may wait for such a writer for ever, which lockdep reports.
 *
 *   Context:  spin, irq: any (irq handlers only irq).  rw, seq: as spin.  mutex, rwmutex: task
 * context, no spinlock held.
 *   Spec:     clang Thread Safety Analysis.
 */
#pragma once
#include <osxtd/atomic.h>
#include <osxtd/base.h>

#define CAPABILITY(n)	     __attribute__((capability(n)))
#define ACQUIRES(...)	     __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASES(...)	     __attribute__((release_capability(__VA_ARGS__)))
#define ACQUIRES_SHARED(...) __attribute__((acquire_shared_capability(__VA_ARGS__)))
#define RELEASES_SHARED(...) __attribute__((release_shared_capability(__VA_ARGS__)))
#define HOLDS(cls) __attribute__((requires_capability(cls##_held))) AUDIT_NOTE("holds:" #cls)
/* A reader's guard will do. */
#define HOLDS_SHARED(cls)                                                                          \
	__attribute__((requires_shared_capability(cls##_held))) AUDIT_NOTE("holds:" #cls)
#define NOT_HOLDING(cls) __attribute__((locks_excluded(cls##_held)))
#define AFTER(cls)	 __attribute__((acquired_after(cls##_held)))
#define NO_LOCK_CHECK_	 __attribute__((no_thread_safety_analysis)) AUDIT_NOTE("tsa_off")
#define GUARDED(cls)	 __attribute__((guarded_by(cls##_held))) AUDIT_NOTE("guarded:" #cls)

enum lock_kind : u8 {
	LOCK_KIND_spin,
	LOCK_KIND_irq,
	LOCK_KIND_mutex,
	LOCK_KIND_rw,
	LOCK_KIND_rwmutex,
	LOCK_KIND_seq,
	LOCK_KIND_rcu, /* of <osxtd/rcu.h> alone: what a reader of RCU is in */
};

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
	u32 _tail; /* the last one that waits (core/lock.c); 0: nobody does */
};
struct rw_raw {
	u32 _word;  /* first, as in spin_raw: lock_word of the class, from the first use on */
	u32 _state; /* RW_* */
	struct spin_raw _queue; /* who waits: its holder is the next */
};
struct seq_raw {
	struct spin_raw _spin; /* of the writers */
	u32 _sequence;	       /* odd while one writes */
};
struct mutex_sleeper;
struct mutex_raw {
	struct spin_raw _guard;
	u32 _held; /* 0: free; else lock_word of the class, plus MUTEX_* */
	struct mutex_sleeper *_first, *_last; /* sleeping tasks, first come first served */
	struct mutex_raw *_below;	      /* while held: what its task took before */
};
struct rwmutex_raw {
	struct mutex_raw _m; /* what a writer holds, and the sleepers of both kinds */
	u32 _state;	     /* RWMUTEX_* */
};
/* What a reader holds, in its guard. */
struct rw_reader {
	struct rw_raw *_lock;
};
struct rwmutex_reader {
	struct mutex_raw _proxy; /* stands for the lock among the mutexes of the task */
	struct rwmutex_raw *_lock;
};

OSXTD_API void spin_raw_contended(struct spin_raw *l, u32 word) COLD;
OSXTD_API void rw_raw_lock_contended(struct rw_raw *l, u32 word) COLD;
OSXTD_API void rw_raw_read_contended(struct rw_raw *l, u32 word) COLD;
OSXTD_API void mutex_raw_contended(struct mutex_raw *m, u32 word) COLD;
OSXTD_API void mutex_raw_wake(struct mutex_raw *m) COLD;
OSXTD_API void rwmutex_raw_lock_contended(struct rwmutex_raw *l) COLD;
OSXTD_API void rwmutex_raw_read_contended(struct rwmutex_raw *l) COLD;
OSXTD_API void rwmutex_raw_wake(struct rwmutex_raw *l) COLD;
#include <osxtd/lock_impl.h>
#include <osxtd/lock_rw_impl.h>

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

/* They differ in what is behind _raw only; irq also keeps the interrupt flag. */
#define LOCK_CLASS_spin_(cls)  LOCK_CLASS_PLAIN_(cls, spin)
#define LOCK_CLASS_mutex_(cls) LOCK_CLASS_PLAIN_(cls, mutex)
#define LOCK_CLASS_seq_(cls)   LOCK_CLASS_PLAIN_(cls, seq)
#define LOCK_CLASS_rw_(cls)                                                                        \
	LOCK_CLASS_PLAIN_(cls, rw);                                                                \
	LOCK_CLASS_READERS_(cls, rw)
#define LOCK_CLASS_rwmutex_(cls)                                                                   \
	LOCK_CLASS_PLAIN_(cls, rwmutex);                                                           \
	LOCK_CLASS_READERS_(cls, rwmutex)

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

/* A reader is known by its guard, which stays where it is. */
#define LOCK_CLASS_READERS_(cls, raw)                                                              \
	struct cls##_read_guard {                                                                  \
		struct raw##_reader _reader;                                                       \
	};                                                                                         \
	ALWAYS_INLINE void cls##_read_enter(struct cls##_read_guard *g, struct cls##_lock *l)      \
		ACQUIRES_SHARED(cls##_held) NO_LOCK_CHECK_                                         \
	{                                                                                          \
		raw##_raw_read_lock(&l->_raw, &g->_reader, &cls##_held);                           \
	}                                                                                          \
	ALWAYS_INLINE void cls##_read_leave(struct cls##_read_guard *g)                            \
		RELEASES_SHARED(cls##_held) NO_LOCK_CHECK_                                         \
	{                                                                                          \
		raw##_raw_read_unlock(&g->_reader);                                                \
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

/* Holds *l, of class cls, until the end of the scope: alone. */
#define GUARD(cls, l)                                                                              \
	struct cls##_guard CAT(guard_, __COUNTER__) CLEANUP(cls##_leave) = cls##_enter(l)
#define WRITE_GUARD(cls, l) GUARD(cls, l)
/* The same beside other readers, for kinds rw and rwmutex: GUARDED(cls) fields may be read. */
#define READ_GUARD(cls, l) READ_GUARD_(cls, l, CAT(guard_, __COUNTER__))
#define READ_GUARD_(cls, l, name)                                                                  \
	struct cls##_read_guard name CLEANUP(cls##_read_leave) = {};                               \
	cls##_read_enter(&name, l)

/*
 * A struct T of plain integers that is read far more often than written, under a class of kind seq:
 *
 *   LOCK_CLASS(times, seq);  SEQ_CELL(times, clock_times);   struct clock_times_cell now;
 *   struct clock_times t = clock_times_cell_read(&now);      // whole: of one moment
 *   { GUARD(times, &now.lock); t = clock_times_cell_get(&now); t.n++; clock_times_cell_set(&now,
 * t); }
 *
 * T_cell_read takes no lock and writes nothing; it waits while somebody writes, so it is not for
 * interrupt handlers, nor under the cell's own guard.
 * UNSAFE: 1. pod_ is what the audit looks at, and goes nowhere.
 */
#define SEQ_CELL(cls, T)                                                                           \
	static_assert(sizeof(struct T) % 4 == 0 && alignof(struct T) % 4 == 0);                    \
	struct T##_cell {                                                                          \
		struct cls##_lock lock;                                                            \
		struct T _v;                                                                       \
	};                                                                                         \
	[[maybe_unused]] static inline struct T T##_cell_read(const struct T##_cell *c)            \
	{                                                                                          \
		struct T seen = {};                                                                \
		[[maybe_unused]] const struct T *pod_ AUDIT_NOTE("pod") = &seen;                   \
		UNSAFE("1. both are a T, the copy is the caller's own")                            \
		{                                                                                  \
			seq_raw_read(&c->lock._raw, &cls##_held, &seen, &c->_v, sizeof(seen));     \
		}                                                                                  \
		return seen;                                                                       \
	}                                                                                          \
	[[maybe_unused]] static inline struct T T##_cell_get(const struct T##_cell *c) HOLDS(cls)  \
	{                                                                                          \
		return c->_v;                                                                      \
	}                                                                                          \
	[[maybe_unused]] static inline void T##_cell_set(struct T##_cell *c, struct T v)           \
		HOLDS(cls)                                                                         \
	{                                                                                          \
		UNSAFE("1. both are a T, and nobody else writes")                                  \
		{                                                                                  \
			seq_raw_write(&c->_v, &v, sizeof(v));                                      \
		}                                                                                  \
	}                                                                                          \
	static_assert(true)
/* Whole words, each read or written at once. */
OSXTD_API unsafe_fn void seq_raw_read(const struct seq_raw *l, const struct lock_class *cls,
				      void *out, const void *from, usize len);
OSXTD_API unsafe_fn void seq_raw_write(void *to, const void *from, usize len);
