/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fork - what the calls that make processes and threads ask for.
 *
 *   Context:  the calling thread, no lock held.
 *   Errors:   ERR_INVAL for flags that contradict each other or that name what we do not have
 * (namespaces, pidfds, cgroups), ERR_AGAIN over RLIMIT_NPROC or out of numbers, ERR_NOMEM,
 * ERR_RESTART_NOINTR when a signal waits. Spec:     clone(2), vfork(2).
 */
#pragma once
#include <osxtd/base.h>

struct thread;
struct fork_request {
	u64 flags; /* CLONE_*, without CSIGNAL */
	u32 exit_signal;
	u64 stack; /* 0: the parent's */
	u64 parent_tid, child_tid;
	u64 tls;
};
/* *ret: the new thread's number. */
err_t process_fork(struct thread *self, const struct fork_request *r, i64 *ret);
