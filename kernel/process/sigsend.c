/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sigsend - posting a signal: the checks that make it vanish, the queue, the choice of the thread
 * that wakes up.
 */
#include "process/internal.h"

/* Makes t look for work; bits are TASK_INTR_*.  Any context. */
void thread_kick(struct thread *t, u32 bits)
{
	(void)atomic_u32_or(&t->task.interrupt, bits);
	if (&t->task == task_current())
		return;
	task_unpark(&t->task);
	if (cpu_count() > 1)
		task_need_resched(atomic_u32_load(&t->task.sched.cpu));
}

/* All threads of p leave with status.  The first reason counts. */
void process_start_exit(struct process *p, u32 status)
{
	if (!p->is_exiting) {
		p->is_exiting = true;
		p->exit_status = status;
	}
	p->stop_signal = 0;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t))
		thread_kick(t, TASK_INTR_KILL);
}

/* True when signo has no effect on p, as far as its actions say. */
bool signal_is_ignored(struct process *p, u32 signo)
{
	const struct sighand *h = sighand_get(&p->sighand);
	u64 bit = sigset_bit(signo);
	if ((atomic_u64_load(&h->ignored) & bit) != 0)
		return (SIGNALS_UNBLOCKABLE & bit) == 0;
	if ((atomic_u64_load(&h->caught) & bit) != 0)
		return false;
	return (SIGNALS_IGNORED & bit) != 0 || atomic_u32_load(&p->is_unkillable) != 0;
}

static bool is_held_back(const struct thread *t, u32 signo)
{
	return ((t->blocked | t->awaited) & sigset_bit(signo)) != 0;
}

bool signal_is_blocked_or_ignored(struct thread *self, u32 signo)
{
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	return (self->blocked & sigset_bit(signo)) != 0 || signal_is_ignored(p, signo);
}

/* Stop and continue cancel each other when they are sent, blocked or not: POSIX.1-2024 XSH 2.4.1.
 */
static void cancel_opposites(struct process *p, u32 signo) HOLDS(signal)
{
	u64 cancel = 0;
	if ((SIGNALS_STOP & sigset_bit(signo)) != 0)
		cancel = sigset_bit(SIGCONT);
	else if (signo == SIGCONT)
		cancel = SIGNALS_STOP;
	else
		return;
	pending_flush(p, &p->common, cancel);
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t))
		pending_flush(p, &t->pending, cancel);
	if (signo == SIGCONT)
		jobctl_resume(p);
}

static bool can_take(const struct thread *t, u32 signo)
{
	return (t->blocked & sigset_bit(signo)) == 0 && !t->is_leaving &&
	       (signo == SIGKILL || !t->is_stopped);
}

/* Who takes a signal of the whole process: the caller if it can, else the first thread that can. */
static struct thread *choose_thread(const struct process *p, u32 signo) HOLDS(signal)
{
	struct thread *first = nullptr;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t)) {
		if (!can_take(t, signo))
			continue;
		if (&t->task == task_current())
			return t;
		if (first == nullptr)
			first = t;
	}
	return first;
}

static void insert(struct process *p, struct pending_set *set, const struct siginfo *info,
		   struct queued_signal_ref q) HOLDS(signal)
{
	set->set |= sigset_bit((u32)info->signo);
	if (queued_signal_is_null(&q)) {
		if (set->slot_signo == 0 && info->signo < (i32)SIGRTMIN) {
			set->slot_signo = (u32)info->signo;
			set->slot = *info;
		}
		return;
	}
	struct queued_signal *e = queued_signal_get(&q);
	if (!e->is_timer)
		p->queued_signals++;
	e->is_queued = true;
	e->info = *info;
	signal_queue_push_back(&set->queue, queued_signal_move(&q));
}

void signal_post_locked(struct process *p, struct thread *t, const struct siginfo *info,
			struct queued_signal_ref entry, err_t *err)
{
	SCOPED_REF(queued_signal, q);
	q = queued_signal_move(&entry);
	u32 signo = (u32)info->signo;
	*err = OK;
	if (p->live == 0 || p->is_exiting)
		return;
	cancel_opposites(p, signo);
	const struct thread *judge = t != nullptr ? t : thread_list_first(&p->threads);
	if (signal_is_ignored(p, signo) && !is_held_back(judge, signo))
		return;
	if (signo == SIGKILL) {
		process_start_exit(p, SIGKILL);
		return;
	}
	struct pending_set *set = t != nullptr ? &t->pending : &p->common;
	if (signo < SIGRTMIN && (set->set & sigset_bit(signo)) != 0)
		return;
	bool is_timer = !queued_signal_is_null(&q) && queued_signal_get(&q)->is_timer;
	if (!is_timer && p->queued_signals >= atomic_u64_load(&p->limits.soft[RLIMIT_SIGPENDING]))
		queued_signal_drop(&q);
	if (queued_signal_is_null(&q) && signo >= SIGRTMIN && info->code != SI_USER) {
		*err = ERR_AGAIN;
		return;
	}
	insert(p, set, info, queued_signal_move(&q));
	struct thread *receiver = t != nullptr ? (can_take(t, signo) ? t : nullptr)
					       : choose_thread(p, signo);
	if (receiver != nullptr)
		thread_kick(receiver, TASK_INTR_SIGNAL);
}

/* Standard signals mostly find the slot free, and need no entry. */
static bool post_in_slot(struct process *p, struct thread *t, const struct siginfo *info)
{
	SCOPED_REF(queued_signal, none);
	err_t err = OK;
	GUARD(signal, &p->lock);
	if ((t != nullptr ? t->pending.slot_signo : p->common.slot_signo) != 0)
		return false;
	signal_post_locked(p, t, info, queued_signal_move(&none), &err);
	return true;
}

err_t signal_post(struct process *p, struct thread *t, const struct siginfo *info)
{
	if (info->signo < (i32)SIGRTMIN && likely(post_in_slot(p, t, info)))
		return OK;
	SCOPED_REF(queued_signal, q);
	if (queued_signal_new(&q) != OK)
		queued_signal_drop(&q); /* S1 allows for it */
	err_t err = OK;
	GUARD(signal, &p->lock);
	signal_post_locked(p, t, info, queued_signal_move(&q), &err);
	return err;
}

err_t signal_send_process(struct process *p, const struct siginfo *info)
{
	return signal_post(p, nullptr, info);
}

err_t signal_send_thread(struct thread *t, const struct siginfo *info)
{
	return signal_post(process_of(t), t, info);
}

void signal_force(struct thread *self, const struct siginfo *info)
{
	struct process *p = process_of(self);
	u32 signo = (u32)info->signo;
	SCOPED_REF(queued_signal, q);
	if (queued_signal_new(&q) != OK)
		queued_signal_drop(&q);
	struct sighand *h = sighand_get(&self->sighand);
	bool is_caught = (atomic_u64_load(&h->caught) & sigset_bit(signo)) != 0;
	bool is_blocked = (self->blocked & sigset_bit(signo)) != 0;
	/* A handler that cannot run (blocked, or the fault is in it) is no handler: the default
	 * action kills. */
	if (!is_caught || is_blocked)
		sighand_reset(h, signo);
	err_t err = OK;
	GUARD(signal, &p->lock);
	self->blocked &= ~sigset_bit(signo);
	if (!is_caught || is_blocked)
		atomic_u32_store(&p->is_unkillable, 0);
	signal_post_locked(p, self, info, queued_signal_move(&q), &err);
}

bool signal_is_pending(const struct thread *self)
{
	return (atomic_u32_load(&self->task.interrupt) & WAIT_SIGNAL) != 0;
}
