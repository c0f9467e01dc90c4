/* SPDX-License-Identifier: MPL-2.0 */
/*
 * signal - sending signals to threads, processes and process groups.
 *
 * A signal is posted with its siginfo, waits in a pending set (of the thread or shared by the
 * process) and is delivered by the receiving thread itself, in its loop, before it enters user mode
 * again.
 *
 *   Locking:   class signal (irq): the pending sets of a process and of its threads; class sighand
 * (irq): the actions. Context:   posting: any, interrupt handlers included.  The rest: the calling
 * thread. Spec:      signal(7), sigaction(2), kill(2), sigqueue(3).
 */
#pragma once
#include <osxtd/user.h>

#include "abi/signal.h"

struct thread;
struct process;

/* A siginfo in the kernel: which fields count follows from signo and code, as in sigaction(2). */
struct siginfo {
	i32 signo, error, code;
	i32 pid; /* sender, child; timer id for SI_TIMER */
	u32 uid;
	i32 status; /* SIGCHLD; overrun count for SI_TIMER; fd for SIGIO */
	u64 value;  /* SI_QUEUE, SI_TIMER; band for SIGIO */
	u64 addr;   /* faults */
	i64 utime, stime;
};

/* The siginfo of a signal that the kernel itself sends. */
ALWAYS_INLINE struct siginfo siginfo_kernel(u32 signo)
{
	return (struct siginfo){ .signo = (i32)signo, .code = SI_KERNEL };
}

/* ERR_AGAIN: a queued (SI_QUEUE, real-time) signal over RLIMIT_SIGPENDING.  A process that is gone
 * gets nothing: OK. */
err_t signal_send_process(struct process *p, const struct siginfo *info);
err_t signal_send_thread(struct thread *t, const struct siginfo *info);
/* To every process of a group, from the kernel (terminal). */
void signal_send_group(i32 pgid, u32 signo);
/* Synchronous: the calling thread cannot block or ignore it (faults). */
void signal_force(struct thread *self, const struct siginfo *info);

/* True when a signal waits that interrupts sleeping calls: cheap. */
bool signal_is_pending(const struct thread *self);
/* True when self blocks or ignores signo (tty job control). */
bool signal_is_blocked_or_ignored(struct thread *self, u32 signo);

/*
 * ppoll(2), pselect(2), epoll_pwait(2): the mask at sigset (null: none) applies for the rest of
 * this call; the old one comes back by itself when the call ends, after delivery if it was
 * interrupted.  ERR_INVAL for a size other than 8, ERR_FAULT.
 */
err_t signal_set_temporary_mask(struct thread *self, struct uaddr sigset, u64 size);

/*
 * How a sleeping handler ends when waiter_sleep says ERR_INTR: hand ERR_INTR up unchanged.  The
 * thread's loop turns it into a restart for the calls that signal(7) lists under SA_RESTART, and
 * into EINTR for the others.  A call that is restarted with other arguments (a relative time that
 * has partly passed) uses thread_restart_with.
 */
struct restart_args {
	u64 a0, a1, a2, a3;
};
struct restart_ops {
	err_t (*again)(struct thread *self, const struct restart_args *a, i64 *ret);
};
/* Remembers how restart_syscall(2) goes on; returns ERR_RESTART_BLOCK for the handler to return. */
err_t thread_restart_with(struct thread *self, const struct restart_ops *ops,
			  const struct restart_args *a);
