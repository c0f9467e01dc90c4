/* SPDX-License-Identifier: MPL-2.0 */
/*
 * thread_run - the life of a thread: user mode until it stops for a reason, that reason's work,
 * user mode again.
 *
 * user_run does not enter user mode while an `interrupt` bit is set or another task wants the CPU;
 * it says USER_INTERRUPT instead.  So the way out of a system call looks for no work here: it goes
 * straight back to user_run.
 */
#include <osxtd/log.h>
#include <osxtd/oops.h>
#include <osxtd/watchdog.h>

#include "arch/arch.h"
#include "process/internal.h"
#include "process/syscalls.h"
#include "process/thread_run.h"

/* ---- system calls ---- */

/* The slow half of a failed call: what an interrupted call becomes (process/signal.h), and its
 * result until then. */
static COLD err_t call_interrupted(struct thread *self, u64 number, err_t err)
{
	if (err == ERR_INTR) {
		if (syscall_is_restarted(number))
			err = ERR_RESTART;
		else if (syscall_is_restarted_without_handler(number))
			err = ERR_RESTART_NOHAND;
	}
	if (err != ERR_INTR) {
		self->call_error = err;
		err = ERR_INTR; /* what a handler's return finds, unless the call is repeated */
	}
	self->was_interrupted = true;
	(void)atomic_u32_or(&self->task.interrupt, THREAD_WORK);
	return err;
}

ALWAYS_INLINE void do_call(struct thread *self, struct user_ctx *ctx)
{
	struct sysargs args = arch_syscall_args(ctx);
	i64 result = 0;
	u64 number = arch_syscall_number(ctx);
	err_t err = syscall_dispatch(number, self, &args, &result);
	if (likely(err == OK))
		arch_syscall_set_result(ctx, result);
	else if (likely(err != ERR_INTR && err > ERR_RESTART))
		arch_syscall_set_result(ctx, err);
	else
		arch_syscall_set_result(ctx, call_interrupted(self, number, err));
}

static COLD enum user_call_way call_failed(i64 *result, err_t err)
{
	struct thread *self = thread_of(task_current());
	if (err == ERR_WANTS_CONTEXT)
		return USER_CALL_WHOLE;
	*result = err;
	if (err != ERR_INTR && err > ERR_RESTART)
		return USER_CALL_DONE;
	*result = call_interrupted(self, arch_syscall_number(&self->task.user), err);
	return USER_CALL_WORK;
}

/* What user_run calls where the architecture has a short way.  Nothing is kept over the call, which
 * would cost registers.  Tasks that are no threads (tests) want to see their calls. */
enum user_call_way kernel_syscall(struct task *t, const struct sysargs *args, i64 *result,
				  u64 number)
{
	if (unlikely(!thread_is(t)))
		return USER_CALL_WHOLE;
	watchdog_touch();
	err_t err = syscall_dispatch(number, thread_of(t), args, result);
	return likely(err == OK) ? USER_CALL_DONE : call_failed(result, err);
}

/* ---- faults and exceptions ---- */

static void fault_signal(struct thread *self, u32 signo, i32 code, u64 addr)
{
	struct siginfo info = { .signo = (i32)signo, .code = code, .addr = addr };
	signal_force(self, &info);
}

static void do_fault(struct thread *self, struct user_ctx *ctx)
{
	struct user_event_info ev = {};
	user_event_info(ctx, &ev);
	switch (mm_handle_fault(thread_mm(self), ev.address, ev.access)) {
	case MM_FAULT_OK:
		atomic_u64_add_own(&self->minor_faults, 1);
		return;
	case MM_FAULT_MAPERR:
		fault_signal(self, SIGSEGV, SEGV_MAPERR, ev.address);
		return;
	case MM_FAULT_ACCERR:
		fault_signal(self, SIGSEGV, SEGV_ACCERR, ev.address);
		return;
	case MM_FAULT_BUS:
		fault_signal(self, SIGBUS, BUS_ADRERR, ev.address);
		return;
	case MM_FAULT_KILLED:
		return;
	}
}

static void do_exception(struct thread *self, struct user_ctx *ctx)
{
	struct user_event_info ev = {};
	u32 signo = SIGSEGV;
	i32 code = SI_KERNEL;
	u64 addr = 0;
	user_event_info(ctx, &ev);
	arch_exception_signal(&ev, arch_user_ip(ctx), &signo, &code, &addr);
	fault_signal(self, signo, code, addr);
}

/* ---- work before user mode ---- */

/* The mask of ppoll(2) and its kin goes with the call, but for one that a signal ended: then it
 * goes after delivery. */
static void end_temporary_mask(struct thread *self)
{
	if (self->has_saved_mask && !self->was_interrupted) {
		self->has_saved_mask = false;
		signal_set_mask(self, self->saved_mask);
	}
}

static void do_work(struct thread *self)
{
	u32 ticks = atomic_u32_load(&self->task.sched.ticks);
	if (ticks != self->seen_ticks) {
		atomic_u32_add_own(&self->user_ticks, ticks - self->seen_ticks);
		self->seen_ticks = ticks;
		cputimers_check(self);
	}
	end_temporary_mask(self);
	for (;;) {
		(void)atomic_u32_and(&self->task.interrupt, ~(u32)THREAD_WORK);
		u32 bits = atomic_u32_load_acquire(&self->task.interrupt);
		if ((bits & TASK_INTR_KILL) != 0)
			thread_exit(self, 0);
		if ((bits & TASK_INTR_STOP) != 0)
			jobctl_stop_here(self);
		else if ((bits & TASK_INTR_SIGNAL) == 0 || !signal_deliver_one(self))
			break;
	}
	signal_finish(self);
	task_reschedule();
}

/* ---- the loop ---- */

void thread_run(struct thread *self)
{
	struct user_ctx *ctx = &self->task.user;
	for (;;) {
		watchdog_touch();
		switch (user_run(ctx)) {
		case USER_SYSCALL:
			do_call(self, ctx);
			break;
		case USER_FAULT:
			do_fault(self, ctx);
			break;
		case USER_EXCEPTION:
			do_exception(self, ctx);
			break;
		case USER_INTERRUPT:
			do_work(self);
			break;
		}
	}
}

void thread_entry(struct task *t)
{
	struct thread *self = thread_of(t);
	if (self->set_child_tid != 0)
		(void)user_write_u32(uaddr_of(self->set_child_tid), (u32)self->tid);
	thread_run(self);
}

/* Whether the thread was on its way out already, and whether its end would leave init empty. */
static void oopsed_where(struct thread *self, bool *is_leaving, bool *is_end_of_init)
{
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	*is_leaving = self->is_leaving;
	*is_end_of_init = p->pid == 1 && p->live == 1;
}

/* The kernel went wrong in this thread's context: the thread goes, the system goes on.  Who was
 * leaving cannot leave again: it stays where it is, as on Linux. */
void thread_oops(struct task *t)
{
	if (!thread_is(t))
		return;
	struct thread *self = thread_of(t);
	bool is_leaving = false, is_end_of_init = false;
	oopsed_where(self, &is_leaving, &is_end_of_init);
	if (is_end_of_init)
		system_panic(STR("Attempted to kill init! exitcode=0x0000000b"));
	char comm[COMM_BYTES] = {};
	thread_get_comm(self, &comm);
	LOG(ERR, "process: {}[{}] ended by a kernel error", str_until_nul(cspan_of(comm)),
	    self->tid);
	if (!is_leaving)
		thread_exit(self, SIGSEGV);
	LOG(EMERG, "Fixing recursive fault but reboot is needed!");
	for (;;)
		task_park();
}
