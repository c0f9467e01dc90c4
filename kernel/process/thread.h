/* SPDX-License-Identifier: MPL-2.0 */
/*
 * thread - what other parts may ask of the thread that a handler is given.
 *
 *   Context:  the calling thread itself (self); the borrows live as long as the call.
 */
#pragma once
#include <osxtd/object.h>
#include <osxtd/task.h>

struct thread;
struct process;
struct fdtable;
struct fs_ctx;
struct mm;
struct cred;

SUBTYPE(thread, task);

struct fdtable *thread_files(struct thread *self);
struct fs_ctx *thread_fs(struct thread *self); /* root, working directory, umask */
struct mm *thread_mm(struct thread *self);
const struct cred *thread_cred(struct thread *self);
struct process *thread_process(struct thread *self);
i32 thread_tid(const struct thread *t);
/* The task that a thread is. */
BORROWS struct task *thread_task(struct thread *t);
/* The number of the thread's process. */
i32 thread_pid(const struct thread *t);
/* Gives the calling thread a descriptor table / file-tree place of its own if it shares one
 * (unshare(2), close_range(2)).  ERR_NOMEM. */
err_t thread_unshare_files(struct thread *self);
err_t thread_unshare_fs(struct thread *self);
/* The soft limit RLIMIT_… of the thread's process; UINT64_MAX for none. */
u64 thread_rlimit(struct thread *self, u32 resource);
/* Posts a signal to the calling thread's process or thread (SIGPIPE, SIGXFSZ, SIGTTIN …). */
void thread_signal_self(struct thread *self, u32 signal);
