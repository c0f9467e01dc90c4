/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sigdeliver - the receiving side: the thread's mask, taking a pending signal, carrying out its
 * action, and what becomes of the system call that the signal interrupted (signal(7), "Interruption
 * of system calls").
 */
#include <osxtd/log.h>

#include "arch/arch.h"
#include "process/internal.h"

/* TASK_INTR_SIGNAL says whether a pending signal is unblocked.  The thread itself clears it, others
 * only set it. */
void signal_recalculate(struct thread *t)
{
	struct process *p = process_of(t);
	if (((t->pending.set | p->common.set) & ~t->blocked) != 0)
		(void)atomic_u32_or(&t->task.interrupt, TASK_INTR_SIGNAL);
	else
		(void)atomic_u32_and(&t->task.interrupt, ~(u32)TASK_INTR_SIGNAL);
}

/* Signals of the process that t just blocked may be for its other threads. */
static void pass_on(struct thread *self, u64 newly_blocked) HOLDS(signal)
{
	struct process *p = process_of(self);
	u64 waiting = p->common.set & newly_blocked;
	if (waiting == 0)
		return;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t))
		if (t != self && (waiting & ~t->blocked) != 0 && !t->is_leaving)
			thread_kick(t, TASK_INTR_SIGNAL);
}

void signal_set_mask(struct thread *self, u64 mask)
{
	mask &= ~SIGNALS_UNBLOCKABLE;
	if (mask == self->blocked)
		return;
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	u64 newly_blocked = mask & ~self->blocked;
	self->blocked = mask;
	if (p->live > 1)
		pass_on(self, newly_blocked);
	signal_recalculate(self);
}

void signal_set_saved_mask(struct thread *self, u64 mask)
{
	if (!self->has_saved_mask) {
		self->saved_mask = self->blocked;
		self->has_saved_mask = true;
	}
	(void)atomic_u32_or(&self->task.interrupt, THREAD_WORK);
	signal_set_mask(self, mask);
}

err_t signal_set_temporary_mask(struct thread *self, struct uaddr sigset, u64 size)
{
	u64 mask = 0;
	if (uaddr_is_null(sigset))
		return OK;
	if (size != SIGSET_BYTES)
		return ERR_INVAL;
	TRY(user_read_u64(sigset, &mask));
	signal_set_saved_mask(self, mask);
	return OK;
}

err_t thread_restart_with(struct thread *self, const struct restart_ops *ops,
			  const struct restart_args *a)
{
	self->restart = ops;
	self->restart_args = *a;
	return ERR_RESTART_BLOCK;
}

/* ---- the interrupted call ---- */

/* A handler is about to run: the call is repeated after it, or has failed with EINTR (which is its
 * result already). */
static void settle_call_for_handler(struct thread *self, u64 flags)
{
	err_t e = self->call_error;
	self->call_error = OK;
	if (e == ERR_RESTART_NOINTR || (e == ERR_RESTART && (flags & SA_RESTART) != 0))
		arch_syscall_restart(&self->task.user);
}

static void settle_call_without_handler(struct thread *self)
{
	err_t e = self->call_error;
	self->call_error = OK;
	if (e == ERR_RESTART_BLOCK)
		arch_syscall_restart_block(&self->task.user);
	else if (e != OK)
		arch_syscall_restart(&self->task.user);
}

/* ---- actions ---- */

static const char *name_of(u32 signo)
{
	static const char *const names[] = { "?",      "SIGHUP",  "SIGINT",  "SIGQUIT",
					     "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS",
					     "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV" };
	return signo < array_len(names) ? array_at(names, signo) : "signal";
}

err_t thread_frame_room(struct thread *self)
{
	return arch_signal_room_is_null(&self->frame_room) ? arch_signal_room_new(&self->frame_room)
							   : OK;
}

static err_t push_frame(struct thread *self, const struct siginfo *info,
			const struct arch_signal *s)
{
	TRY(thread_frame_room(self));
	struct arch_signal_room *room = arch_signal_room_get(&self->frame_room);
	siginfo_encode(info, arch_signal_info(room));
	return arch_signal_push(&self->task.user, s, &self->altstack, room);
}

static void run_handler(struct thread *self, const struct siginfo *info,
			const struct abi_sigaction *action)
{
	u32 signo = (u32)info->signo;
	settle_call_for_handler(self, action->flags);
	struct arch_signal s = {
		.signo = signo,
		.action = action,
		.mask = self->has_saved_mask ? self->saved_mask : self->blocked,
	};
	if (ARCH_RETURNS_BY_VDSO) {
		struct mm_layout layout = {};
		mm_get_layout(thread_mm(self), &layout);
		s.vdso = layout.vdso;
	}
	if (unlikely(push_frame(self, info, &s) != OK)) {
		struct siginfo fault = siginfo_kernel(SIGSEGV);
		if (signo == SIGSEGV)
			sighand_reset(sighand_get(&self->sighand), SIGSEGV);
		signal_force(self, &fault);
		return;
	}
	self->has_saved_mask = false;
	u64 mask = self->blocked | action->mask;
	if ((action->flags & SA_NODEFER) == 0)
		mask |= sigset_bit(signo);
	signal_set_mask(self, mask);
}

static void report_kill(struct thread *self, const struct siginfo *info)
{
	if ((sigset_bit((u32)info->signo) & SIGNALS_FAULT) == 0 || info->code <= 0)
		return;
	char comm[COMM_BYTES] = {};
	thread_get_comm(self, &comm);
	LOG(INFO, "{}[{}]: killed by {} at ip {x} sp {x}, address {x}, code {}",
	    str_until_nul(cspan_of(comm)), self->tid, name_of((u32)info->signo),
	    arch_user_ip(&self->task.user), arch_user_sp(&self->task.user), info->addr, info->code);
}

static void default_action(struct thread *self, const struct siginfo *info)
{
	u32 signo = (u32)info->signo;
	struct process *p = process_of(self);
	u64 bit = sigset_bit(signo);
	if ((bit & SIGNALS_IGNORED) != 0 || atomic_u32_load(&p->is_unkillable) != 0)
		return;
	if ((bit & SIGNALS_STOP) != 0) {
		bool is_orphan = false;
		if (signo != SIGSTOP) {
			GUARD(process_tree, &world.lock);
			is_orphan = group_is_orphaned(group_get(&p->group));
		}
		if (is_orphan)
			return;
		GUARD(signal, &p->lock);
		/* A SIGCONT that came since cancels the stop. */
		if ((p->common.set | self->pending.set) & sigset_bit(SIGCONT))
			return;
		jobctl_start_stop(self, signo);
		return;
	}
	report_kill(self, info);
	process_exit(self, signo);
}

/* ---- taking signals ---- */

void signal_drop_ignored(struct process *p, u32 signo)
{
	GUARD(signal, &p->lock);
	if (!signal_is_ignored(p, signo))
		return;
	pending_flush(p, &p->common, sigset_bit(signo));
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t))
		pending_flush(p, &t->pending, sigset_bit(signo));
}

/* While it sleeps the awaited signals are unblocked, so that whoever sends one chooses this thread.
 */
static bool take_or_await(struct thread *self, u64 set, struct siginfo *out)
{
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	if (pending_take(p, &self->pending, set, out) || pending_take(p, &p->common, set, out)) {
		signal_recalculate(self);
		return true;
	}
	self->awaited = self->blocked;
	self->blocked &= ~set;
	signal_recalculate(self);
	return false;
}

static bool stop_waiting(struct thread *self, u64 set, struct siginfo *out)
{
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	self->blocked = self->awaited;
	self->awaited = 0;
	bool found = pending_take(p, &self->pending, set, out) ||
		     pending_take(p, &p->common, set, out);
	signal_recalculate(self);
	return found;
}

err_t signal_wait_for(struct thread *self, u64 set, u64 deadline_ns, struct siginfo *out)
{
	set &= ~SIGNALS_UNBLOCKABLE;
	if (take_or_await(self, set, out))
		return OK;
	err_t err = OK;
	SCOPED_WAITER(w);
	while (err == OK)
		err = waiter_sleep(&w, WAIT_SIGNAL, deadline_ns);
	if (stop_waiting(self, set, out))
		return OK;
	return err == ERR_TIMEDOUT ? ERR_AGAIN : err;
}

static bool take_pending(struct thread *self, struct siginfo *info)
{
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	bool found = pending_take(p, &self->pending, ~self->blocked, info) ||
		     pending_take(p, &p->common, ~self->blocked, info);
	signal_recalculate(self);
	return found;
}

bool signal_deliver_one(struct thread *self)
{
	struct siginfo info = {};
	if (!take_pending(self, &info))
		return false;
	u32 signo = (u32)info.signo;
	struct abi_sigaction action = {};
	sighand_read(sighand_get(&self->sighand), signo, &action);
	if (action.handler == SIG_IGN)
		return true;
	if (action.handler == SIG_DFL) {
		default_action(self, &info);
		return true;
	}
	if ((action.flags & SA_RESETHAND) != 0)
		sighand_reset(sighand_get(&self->sighand), signo);
	run_handler(self, &info, &action);
	return true;
}

/* No signal is left: the mask comes back, the call that was interrupted goes on. */
void signal_finish(struct thread *self)
{
	settle_call_without_handler(self);
	self->was_interrupted = false;
	if (self->has_saved_mask) {
		self->has_saved_mask = false;
		signal_set_mask(self, self->saved_mask);
	}
}
