/* SPDX-License-Identifier: MPL-2.0 */
/* signal - masks, actions, waiting for signals. */
#include "arch/arch.h"
#include "process/internal.h"
#include "syscall/handlers_signal.h"
#include "time/clock.h"

err_t sys_rt_sigaction(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u64 signo = (u32)a->a0;
	struct abi_sigaction fresh = {}, old = {};
	(void)ret;
	if (a->a3 != SIGSET_BYTES)
		return ERR_INVAL;
	if (a->a1 != 0)
		TRY(arch_sigaction_read(arg_uaddr(a->a1), &fresh));
	if (signo < 1 || signo > NSIG ||
	    (a->a1 != 0 && (SIGNALS_UNBLOCKABLE & sigset_bit((u32)signo)) != 0))
		return ERR_INVAL;
	struct sighand *h = sighand_get(&self->sighand);
	if (a->a2 != 0)
		sighand_read(h, (u32)signo, &old);
	if (a->a1 != 0) {
		fresh.mask &= ~SIGNALS_UNBLOCKABLE;
		fresh.flags &= SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_EXPOSE_TAGBITS |
			       SA_RESTORER | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND;
		TRY(sighand_set(h, (u32)signo, &fresh));
		if (fresh.handler <= SIG_IGN)
			signal_drop_ignored(process_of(self), (u32)signo);
	}
	return a->a2 == 0 ? OK : arch_sigaction_write(arg_uaddr(a->a2), &old);
}

err_t sys_rt_sigprocmask(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u64 set = 0, old = self->blocked, mask = 0;
	(void)ret;
	if (a->a3 != SIGSET_BYTES)
		return ERR_INVAL;
	if (a->a1 != 0) {
		TRY(user_read_u64(arg_uaddr(a->a1), &set));
		switch (arg_int(a->a0)) {
		case SIG_BLOCK:
			mask = old | set;
			break;
		case SIG_UNBLOCK:
			mask = old & ~set;
			break;
		case SIG_SETMASK:
			mask = set;
			break;
		default:
			return ERR_INVAL;
		}
		signal_set_mask(self, mask);
	}
	return a->a2 == 0 ? OK : user_write_u64(arg_uaddr(a->a2), old);
}

err_t sys_rt_sigpending(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct process *p = process_of(self);
	u64 set = 0;
	(void)ret;
	if (a->a1 > SIGSET_BYTES)
		return ERR_INVAL;
	{
		GUARD(signal, &p->lock);
		set = (self->pending.set | p->common.set) & self->blocked;
	}
	return user_write(arg_uaddr(a->a0),
			  cspan_sub((struct cspan)cspan_of(set), 0, (usize)a->a1));
}

err_t sys_rt_sigsuspend(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u64 mask = 0;
	(void)ret;
	if (a->a1 != SIGSET_BYTES)
		return ERR_INVAL;
	TRY(user_read_u64(arg_uaddr(a->a0), &mask));
	signal_set_saved_mask(self, mask);
	SCOPED_WAITER(w);
	while (waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE) == OK)
		;
	return ERR_RESTART_NOHAND;
}

err_t sys_pause(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)a;
	(void)ret;
	SCOPED_WAITER(w);
	while (waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE) == OK)
		;
	return ERR_RESTART_NOHAND;
}

err_t sys_rt_sigtimedwait(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u64 set = 0, deadline = NO_DEADLINE;
	if (a->a3 != SIGSET_BYTES)
		return ERR_INVAL;
	TRY(user_read_u64(arg_uaddr(a->a0), &set));
	if (a->a2 != 0) {
		struct abi_timespec ts = {};
		u64 ns = 0;
		TRY(user_get(arg_uaddr(a->a2), &ts));
		TRY(timespec_to_ns(&ts, &ns));
		deadline = ns == 0 ? 0 : deadline_after(clock_monotonic_ns(), ns);
	}
	struct siginfo info = {};
	TRY(signal_wait_for(self, set, deadline, &info));
	*ret = info.signo;
	if (a->a1 == 0)
		return OK;
	struct abi_siginfo abi = {};
	siginfo_encode(&info, &abi);
	return user_put(arg_uaddr(a->a1), &abi);
}

/* ---- the alternate stack ---- */

static bool is_on_altstack(struct thread *self)
{
	return arch_is_on_stack(&self->task.user, &self->altstack);
}

static void current_altstack(struct thread *self, struct abi_stack *out)
{
	*out = self->altstack;
	if (out->size == 0)
		out->flags = (u32)SS_DISABLE | (out->flags & (u32)SS_AUTODISARM);
	else if (is_on_altstack(self))
		out->flags |= (u32)SS_ONSTACK;
}

static err_t set_altstack(struct thread *self, const struct abi_stack *s, u64 smallest)
{
	u32 mode = s->flags & ~(u32)SS_AUTODISARM;
	if (is_on_altstack(self))
		return ERR_PERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return ERR_INVAL;
	if (mode == SS_DISABLE) {
		self->altstack = (struct abi_stack){ .flags = s->flags & (u32)SS_AUTODISARM };
		return OK;
	}
	if (s->size < smallest)
		return ERR_NOMEM;
	self->altstack = (struct abi_stack){ .sp = s->sp,
					     .size = s->size,
					     .flags = s->flags & (u32)SS_AUTODISARM };
	return OK;
}

err_t sys_sigaltstack(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_stack fresh = {}, old = {};
	(void)ret;
	if (a->a0 != 0)
		TRY(user_get(arg_uaddr(a->a0), &fresh));
	current_altstack(self, &old);
	if (a->a0 != 0)
		TRY(set_altstack(self, &fresh, MINSIGSTKSZ));
	return a->a1 == 0 ? OK : user_put(arg_uaddr(a->a1), &old);
}

err_t sys_rt_sigreturn(struct thread *self, const struct sysargs *a, i64 *ret)
{
	if (!user_ctx_is_whole(&self->task.user))
		return ERR_WANTS_CONTEXT;
	u64 mask = 0;
	struct abi_stack stack = {};
	(void)a;
	TRY(thread_frame_room(self));
	if (arch_signal_pop(&self->task.user, &mask, &stack,
			    arch_signal_room_get(&self->frame_room)) != OK) {
		struct siginfo info = siginfo_kernel(SIGSEGV);
		signal_force(self, &info);
		return OK;
	}
	signal_set_mask(self, mask);
	if ((stack.flags & (u32)SS_DISABLE) == 0)
		stack.flags &= (u32)SS_AUTODISARM;
	(void)set_altstack(self, &stack, 0);
	*ret = arch_syscall_result(&self->task.user);
	return OK;
}
