/* SPDX-License-Identifier: MPL-2.0 */
/*
 * waitq - queues of waiting tasks.
 *
 * W1: an entry is on its queue's list iff its _queue is not null; both change under the queue's
 * lock. W2: a wake sets the waiter's flag before it unparks, and a sleeper parks only after it saw
 * the flag clear; with task_park's own memory of an early unpark no wake-up is lost.
 */
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>
#include <osxtd/watchdog.h>

LOCK_CLASS_RAW(waitq, irq);

static u64 queue_lock(struct waitq *q)
{
	u64 flags = irq_save();
	spin_raw_lock(&q->_lock, &waitq_held);
	return flags;
}

static void queue_unlock(struct waitq *q, u64 flags)
{
	spin_raw_unlock(&q->_lock);
	irq_restore(flags);
}

/* The entry's memory outlives its membership: waiter_fini or its owner takes it off. */
static void join(struct waitq *q, struct waiter *w, struct wait_entry *e, bool exclusive)
{
	ASSERT(e->_queue == nullptr);
	e->_waiter = w;
	e->_exclusive = exclusive;
	u64 flags = queue_lock(q);
	e->_queue = q;
	e->_next = nullptr;
	e->_prev = q->_last;
	if (q->_last != nullptr)
		q->_last->_next = e;
	else
		__atomic_store_n(&q->_first, e, __ATOMIC_RELEASE);
	q->_last = e;
	queue_unlock(q, flags);
	waitq_fence();
}

void wait_entry_leave(struct wait_entry *e)
{
	struct waitq *q = e->_queue;
	if (q == nullptr)
		return;
	u64 flags = queue_lock(q);
	if (e->_prev != nullptr)
		e->_prev->_next = e->_next;
	else
		__atomic_store_n(&q->_first, e->_next, __ATOMIC_RELEASE);
	if (e->_next != nullptr)
		e->_next->_prev = e->_prev;
	else
		q->_last = e->_prev;
	e->_queue = nullptr;
	queue_unlock(q, flags);
}

void waiter_init(struct waiter *w)
{
	w->_task = task_current();
}

void waiter_fini(struct waiter *w)
{
	wait_entry_leave(&w->_entry);
}

void waitq_join(struct waitq *q, struct waiter *w)
{
	join(q, w, &w->_entry, false);
}

void waitq_join_exclusive(struct waitq *q, struct waiter *w)
{
	join(q, w, &w->_entry, true);
}

void waitq_join_entry(struct waitq *q, struct waiter *w, struct wait_entry *e)
{
	join(q, w, e, false);
}

usize waitq_wake(struct waitq *q, usize n)
{
	usize woken = 0, exclusive = 0;
	if (!waitq_has_waiters(q))
		return 0;
	u64 flags = queue_lock(q);
	for (struct wait_entry *e = q->_first; e != nullptr; e = e->_next) {
		if (e->_exclusive) {
			if (exclusive == n)
				continue;
			/* One that was woken already and has not left yet does not use up a wake.
			 */
			if (atomic_u32_load(&e->_waiter->_woken) != 0)
				continue;
			exclusive++;
		}
		if (atomic_u32_swap(&e->_waiter->_woken, 1) == 0)
			task_unpark(e->_waiter->_task);
		woken++;
	}
	queue_unlock(q, flags);
	return woken;
}

usize waitq_wake_all(struct waitq *q)
{
	return waitq_wake(q, SIZE_MAX);
}

/* ---- sleeping ---- */

struct sleep_timer {
	struct timer timer;
	struct task *task;
	struct atomic_u32 expired;
};

static u64 (*shared slack_hook)(struct task *t) OWNER(boot);

void waitq_on_slack(u64 (*hook)(struct task *t))
{
	slack_hook = hook;
}

static void sleep_timer_fired(struct timer *t)
{
	struct sleep_timer *s = TIMER_OWNER(t, struct sleep_timer, timer);
	atomic_u32_store_release(&s->expired, 1);
	task_unpark(s->task);
}

static err_t sleep_without_deadline(struct waiter *w, enum wait_mode mode)
{
	struct task *self = w->_task;
	for (;;) {
		if (atomic_u32_swap(&w->_woken, 0) != 0)
			return OK;
		if ((atomic_u32_load_acquire(&self->interrupt) & mode) != 0)
			return ERR_INTR;
		task_park();
	}
}

static err_t sleep_until(struct waiter *w, enum wait_mode mode, struct sleep_timer *s)
{
	for (;;) {
		if (atomic_u32_swap(&w->_woken, 0) != 0)
			return OK;
		if ((atomic_u32_load_acquire(&w->_task->interrupt) & mode) != 0)
			return ERR_INTR;
		if (atomic_u32_load_acquire(&s->expired) != 0)
			return ERR_TIMEDOUT;
		task_park();
	}
}

err_t waiter_sleep(struct waiter *w, enum wait_mode mode, u64 deadline_ns)
{
	might_sleep();
	if (deadline_ns == NO_DEADLINE) {
		watchdog_sleep_mode(mode);
		err_t err = sleep_without_deadline(w, mode);
		watchdog_sleep_mode(WAIT_UNINTERRUPTIBLE);
		return err;
	}
	if (atomic_u32_swap(&w->_woken, 0) != 0)
		return OK;
	if (deadline_ns <= clock_monotonic_ns())
		return ERR_TIMEDOUT;
	struct sleep_timer s = { .task = w->_task };
	timer_init(&s.timer, sleep_timer_fired);
	timer_arm_within(&s.timer, deadline_ns, slack_hook == nullptr ? 0 : slack_hook(w->_task));
	watchdog_sleep_mode(WAIT_KILLABLE); /* its end is known */
	err_t err = sleep_until(w, mode, &s);
	watchdog_sleep_mode(WAIT_UNINTERRUPTIBLE);
	timer_cancel(&s.timer);
	return err;
}

err_t task_sleep_until(u64 deadline_ns, u32 wait_mode)
{
	SCOPED_WAITER(w);
	err_t err = waiter_sleep(&w, (enum wait_mode)wait_mode, deadline_ns);
	return err == ERR_TIMEDOUT ? OK : err;
}
