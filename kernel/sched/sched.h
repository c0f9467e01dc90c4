/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sched - the scheduler: which ready task runs next on each CPU, for how long, and what it used.
 *
 * Ordinary tasks share a CPU by weight (nice): each has a virtual run time that grows slower the
 * heavier it is, and the one with the least runs next.  Real-time tasks (SCHED_FIFO, SCHED_RR) go
 * first, by priority.
 *
 *   Locking:   class runq (spin, taken with interrupts off), one per CPU; a leaf.
 *   Context:   task context; sched_exec_ns and the figures: any.
 *   Limits:    balancing counts tasks, not weights.
 *   Spec:      sched(7), sched_setscheduler(2), nice(2).
 */
#pragma once
#include <osxtd/task.h>

/* Injects the policy.  Once, before the first task starts.  tick_hook may be null: called with the
 * running task, in interrupt context, at each tick. */
struct sched_hooks {
	void (*tick)(struct task *running);
};
void sched_setup(const struct sched_hooks *hooks);

enum : u64 { SCHED_TICK_NS = 4000000 };

/* A new task shares its parent's class, weight and standing. */
void sched_fork(struct task *child, const struct task *parent);
/* SCHED_RESET_ON_FORK: an ordinary task, and not a favoured one. */
void sched_reset(struct task *child);
/* nice -20 … 19 (the caller clamps); policy SCHED_*, rt_priority 1 … 99 for the real-time policies,
 * else 0 (checked by the caller). */
void sched_set_nice(struct task *t, i32 nice);
void sched_set_policy(struct task *t, u32 policy, u32 rt_priority);
/* Which CPUs t may run on; not empty within the CPUs there are.  The caller itself is on one of
 * them when it returns.  might_sleep. */
void sched_set_affinity(struct task *t, u64 cpus);
u64 sched_affinity(const struct task *t);
/* True when another task waits for this CPU: what makes sched_yield(2) cheap when none does. */
bool sched_has_others(void);

/* Time on a CPU so far, the present turn included when t is the caller. */
u64 sched_exec_ns(const struct task *t);
/* Moving averages of ready and running tasks over 1, 5 and 15 minutes, in 1/65536. */
void sched_loadavg(u64 out[3]);
struct sched_totals {
	u64 switches, busy_ns;
	u32 ready; /* ready and running now */
};
void sched_totals(struct sched_totals *out);
/* How long tasks have run on a CPU, the present turn left out. */
u64 sched_busy_ns(u32 cpu);
