/* SPDX-License-Identifier: MPL-2.0 */
/*
 * oom - what happens when memory is exhausted.
 *
 * A system call that cannot get memory returns ENOMEM.  A page fault cannot: it asks here for a
 * victim, which process/ chooses and kills; the faulting thread then tries again while the victim
 * goes.  One victim dies at a time.
 *
 *   Context:  task context, no lock held.
 *   Errors:   never a panic; when there is nobody to kill the faulting process dies.
 *   Spec:     proc_pid_oom_score_adj(5) for the score.
 */
#pragma once
#include <osxtd/span.h>
#include <osxtd/vmspace.h>

struct ON_STACK oom_victim {
	i32 pid;
	u32 uid;
	i32 score_adj;
	u8 comm[16];		  /* NUL padded */
	struct vmspace_ref space; /* its memory; may be empty */
};
struct oom_ops {
	/* Picks the process with the highest oom_badness, posts SIGKILL to it, fills out.  False:
	 * there is none. */
	bool (*kill_worst)(struct oom_victim *out);
	/* True when the calling thread has a SIGKILL pending. */
	bool (*is_dying)(void);
};
/* Once, by process/. */
void oom_init(const struct oom_ops *ops);
/* Score of a process: larger is worse, 0 is never to be killed.  adj: -1000 … 1000. */
u64 oom_badness(struct vmspace *space, i32 adj);

enum oom_answer : u32 {
	OOM_RETRY, /* a victim is going, or memory came back: try again */
	OOM_DIE,   /* the caller itself has to go */
};
enum oom_answer oom_handle(void);
