/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sched - the scheduler: which ready task runs next on each CPU, for how long, and what it used.
 *
 * Ordinary tasks share a CPU by weight (nice) and ask for slices of it (fair.c).  Real-time tasks
 * (SCHED_FIFO, SCHED_RR) go before them by priority (rt.c), deadline tasks, which reserve run time
 * in every period, before those (deadline.c).
 *
 *   Locking:   class runq (spin, taken with interrupts off), one per CPU; only timers are below.
 *   Context:   task context; sched_exec_ns and the figures: any.
 *   Spec:      sched(7), sched_setscheduler(2), sched_setattr(2), nice(2).
 */
#pragma once
#include <osxtd/task.h>

/* Injects the policy.  Once, before the first task starts. */
struct sched_hooks {
	/* running, which asked to be told (SCHED_FLAG_DL_OVERRUN), used up its run time.  In
	 * interrupt context, without locks. */
	void (*overrun)(struct task *running);
};
void sched_setup(const struct sched_hooks *hooks);

enum : u64 { SCHED_TICK_NS = 4000000, SCHED_RR_TURN_NS = 100000000 };

/* False: t has reserved its run time for itself alone (SCHED_DEADLINE). */
bool sched_may_fork(const struct task *t);
/* A new task shares its parent's class, weight and standing. */
void sched_fork(struct task *child, const struct task *parent);
/* SCHED_RESET_ON_FORK: an ordinary task, and not a favoured one. */
void sched_reset(struct task *child);
/* nice -20 … 19 (the caller clamps); policy SCHED_*, rt_priority 1 … 99 for the real-time policies,
 * else 0 (checked by the caller). */
void sched_set_nice(struct task *t, i32 nice);
void sched_set_policy(struct task *t, u32 policy, u32 rt_priority);
/* sched_rr_get_interval(2): 0 for who runs until he sleeps. */
u64 sched_turn_ns(const struct task *t);
/* How long a turn of an ordinary task t is, at most; 0: as usual. */
void sched_set_slice(struct task *t, u64 slice_ns);
/* Makes t a deadline task with the runtime, deadline and period (0: the deadline) of d, and its
 * flags.  ERR_BUSY: the CPUs have not so much left. */
err_t sched_set_deadline(struct task *t, const struct sched_deadline *d);
/* What sched_setattr(2) demands of the three.  ERR_INVAL. */
err_t sched_check_deadline(const struct sched_deadline *d);
/* t ends: what it reserved is free again. */
void sched_end_deadline(struct task *t);
/* How much of each period (both in us) real-time and deadline tasks may have; runtime -1: all.
 * ERR_INVAL; ERR_BUSY: more is reserved. */
void sched_rt_limit(i64 *runtime_us, i64 *period_us);
err_t sched_set_rt_limit(i64 runtime_us, i64 period_us);

/* What a task counts as: the higher rank runs, of two deadline tasks the one that is due first. */
struct sched_standing {
	u32 rank;
	u64 due_ns;
};
struct sched_standing sched_standing(const struct task *t);
/* While t keeps others waiting it counts at least as that; one of rank 0 ends it. */
void sched_lend(struct task *t, struct sched_standing standing);

/* A bit for each CPU there is. */
ALWAYS_INLINE u64 all_cpus(void)
{
	u32 count = cpu_count();
	return count >= CPU_MAX ? UINT64_MAX : ((u64)1 << count) - 1;
}
/* Which CPUs t may run on; not empty within the CPUs there are.  The caller itself is on one of
 * them when it returns.  might_sleep. */
void sched_set_affinity(struct task *t, u64 cpus);
u64 sched_affinity(const struct task *t);
/* sched_yield(2): the others of the caller's standing first. */
void sched_yield(void);

/* Time on a CPU so far, the present turn included when t is the caller. */
u64 sched_exec_ns(const struct task *t);
/* What /proc/PID/sched tells of a task: its place among fair tasks, or what is left of its run time
 * and until when. */
struct sched_view {
	u64 virtual_ns, weight;
	u64 left_ns, due_ns;
};
void sched_view(const struct task *t, struct sched_view *out);
/* Moving averages of ready and running tasks over 1, 5 and 15 minutes, in 1/65536. */
void sched_loadavg(u64 out[3]);
struct sched_totals {
	u64 switches, busy_ns;
	u32 ready; /* ready and running now */
};
void sched_totals(struct sched_totals *out);
/* How long tasks have run on a CPU, the present turn left out. */
u64 sched_busy_ns(u32 cpu);
