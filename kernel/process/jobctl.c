/* SPDX-License-Identifier: MPL-2.0 */
/*
 * jobctl - stopping and continuing processes.
 *
 * J1: while stop_signal is not 0, each thread has TASK_INTR_STOP set and either is_stopped or
 * counts in stop_left. J2: the thread that takes stop_left to 0 reports the stop to the parent; the
 * first thread that runs again after a SIGCONT reports that.
 */
#include "process/internal.h"

void jobctl_start_stop(struct thread *self, u32 signo)
{
	struct process *p = process_of(self);
	if (p->stop_signal != 0 || p->is_exiting)
		return;
	p->stop_signal = signo;
	p->stop_left = 0;
	p->resume_report = false;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t)) {
		if (t->is_stopped || t->is_leaving)
			continue;
		p->stop_left++;
		thread_kick(t, TASK_INTR_STOP);
	}
}

void jobctl_resume(struct process *p)
{
	if (p->stop_signal == 0)
		return;
	if (p->was_stopped)
		p->resume_report = true;
	p->stop_signal = 0;
	p->was_stopped = false;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t)) {
		t->is_stopped = false;
		/* One that still runs finds the bit cleared; a stopped one wakes and looks. */
		(void)atomic_u32_and(&t->task.interrupt, ~(u32)TASK_INTR_STOP);
		(void)atomic_u32_or(&t->task.interrupt, THREAD_WORK);
	}
	(void)waitq_wake_all(&p->stop_wait);
}

/* Counts self as stopped; true when it was the last that ran. */
static bool count_stopped(struct thread *self) HOLDS(signal)
{
	struct process *p = process_of(self);
	self->is_stopped = true;
	if (p->stop_left == 0 || --p->stop_left != 0)
		return false;
	p->was_stopped = true;
	return true;
}

void jobctl_thread_leaves(struct thread *self, bool *all_stopped)
{
	struct process *p = process_of(self);
	*all_stopped = false;
	if (p->stop_signal == 0 || self->is_stopped)
		return;
	if (p->stop_left != 0 && --p->stop_left == 0 && p->live > 1) {
		p->was_stopped = true;
		*all_stopped = true;
	}
}

void jobctl_report_stop(struct process *p)
{
	u32 signo = 0;
	{
		GUARD(signal, &p->lock);
		signo = p->stop_signal;
	}
	if (signo != 0)
		parent_report(p, CLD_STOPPED, signo);
}

static bool is_still_stopped(struct thread *self)
{
	GUARD(signal, &process_of(self)->lock);
	return self->is_stopped;
}

void jobctl_stop_here(struct thread *self)
{
	struct process *p = process_of(self);
	bool is_last = false;
	bool stops = false;
	{
		GUARD(signal, &p->lock);
		stops = p->stop_signal != 0;
		if (stops)
			is_last = count_stopped(self);
		else
			(void)atomic_u32_and(&self->task.interrupt, ~(u32)TASK_INTR_STOP);
	}
	if (!stops)
		return;
	if (is_last)
		jobctl_report_stop(p);
	SCOPED_WAITER(w);
	waitq_join(&p->stop_wait, &w);
	while (is_still_stopped(self))
		if (waiter_sleep(&w, WAIT_KILLABLE, NO_DEADLINE) != OK)
			break;
	bool report = false;
	{
		GUARD(signal, &p->lock);
		self->is_stopped = false;
		report = p->resume_report;
		p->resume_report = false;
		signal_recalculate(self);
	}
	if (report)
		parent_report(p, CLD_CONTINUED, SIGCONT);
}
