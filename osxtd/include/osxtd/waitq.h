/* SPDX-License-Identifier: MPL-2.0 */
/*
 * waitq - queues of tasks that wait for something to change.
 *
 * The pattern, without lost wake-ups:
 *
 *   SCOPED_WAITER(w);
 *   waitq_join(&p->readers, &w);                    // from now on a wake is remembered
 *   for (;;) {
 *           { GUARD(pipe, &p->lock); if (queued(p) != 0) return OK; }
 *           TRY(waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE));
 *   }
 *
 * A waiter may join several queues (poll) with one wait_entry each.
 *
 *   Locking:   a queue has its own irq-safe lock inside; wakes may come from interrupt handlers.
 *   Context:   wake: any.  sleep: task context, no spinlock held.
 *   Lifetime:  a queue outlives its entries: entries leave in their scope, and their owners hold
 * the object.
 */
#pragma once
#include <osxtd/lock.h>
#include <osxtd/object.h>

struct task;
struct waitq;

struct wait_entry {
	struct wait_entry *_next, *_prev;
	struct waitq *_queue;
	struct waiter *_waiter;
	u64 _key;
	bool _exclusive;
};
struct waitq {
	struct spin_raw _lock;
	struct wait_entry *_first, *_last;
};
struct waiter {
	struct task *_task;
	struct atomic_u32 _woken;
	struct wait_entry _entry;
};

enum wait_mode : u32 {
	WAIT_UNINTERRUPTIBLE = 0,
	WAIT_KILLABLE = 2, /* TASK_INTR_KILL ends it */
	WAIT_SIGNAL = 7,   /* any TASK_INTR_* bit ends it */
};
enum : u64 { NO_DEADLINE = UINT64_MAX };

OSXTD_API void waiter_init(struct waiter *w);
OSXTD_API void waiter_fini(struct waiter *w);
#define SCOPED_WAITER(name)                                                                        \
	struct waiter name CLEANUP(waiter_fini) = {};                                              \
	waiter_init(&name)

/* Joins with the waiter's built-in entry; exclusive: waitq_wake counts it, and wakes of n stop
 * behind n of those. */
OSXTD_API void waitq_join(struct waitq *q, struct waiter *w);
OSXTD_API void waitq_join_exclusive(struct waitq *q, struct waiter *w);
/* Joins a further queue; e is zeroed, and leaves with wait_entry_leave or with its memory's owner
 * calling it. */
OSXTD_API void waitq_join_entry(struct waitq *q, struct waiter *w, struct wait_entry *e);
OSXTD_API void wait_entry_leave(struct wait_entry *e);

/*
 * Sleeps until woken, until an interruption that mode names, or until deadline_ns of
 * clock_monotonic_ns. OK: woken (check the condition again).  ERR_INTR.  ERR_TIMEDOUT.
 */
OSXTD_API err_t waiter_sleep(struct waiter *w, enum wait_mode mode, u64 deadline_ns);
/* Once: what says by how many ns the end of a task's sleep may be late, so that ends that are near
 * each other share an interrupt.  Called in that task, any context but a handler. */
OSXTD_API void waitq_on_slack(u64 (*hook)(struct task *t));

/* Wakes all waiters; or all non-exclusive ones and at most n exclusive ones.  Returns how many. */
OSXTD_API usize waitq_wake_all(struct waitq *q);
OSXTD_API usize waitq_wake(struct waitq *q, usize n);
/* Between "I wait" and the look at the condition, and between its change and "does anybody wait":
 * each side sees what the other did, or is seen. */
ALWAYS_INLINE void waitq_fence(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
/* True when somebody waits: a hint that lets a producer skip the wake. */
ALWAYS_INLINE bool waitq_has_waiters(const struct waitq *q)
{
	waitq_fence();
	return __atomic_load_n(&q->_first, __ATOMIC_ACQUIRE) != nullptr;
}
