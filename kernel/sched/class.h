/* SPDX-License-Identifier: MPL-2.0 */
/*
 * class - a CPU's queue and the classes of tasks in it; private to kernel/sched.
 *
 * A task counts by its rank: fair tasks have one for all, real-time tasks one per priority, then
 * deadline tasks.  The highest rank that waits runs next; within a rank its class decides: fair.c,
 * rt.c, deadline.c.
 *
 * Q1: `queue` of an entity names the list or tree of runqs[entity.cpu] that holds it, 0 none; both
 * change under that queue's lock.  Q2: two queues are never locked at once.  Q3: `waiting` is the
 * number of tasks that could run if the CPU were free, throttled ones left out.
 */
#pragma once
#include <osxtd/timer.h>

#include "sched/sched.h"

LIST_TYPE(ready_list, task, sched.link);
TREE_TYPE(ready_tree, task, sched.node, sched.key);
LOCK_CLASS(runq, spin);

enum : u32 {
	RANK_IDLE = 0,
	RANK_FAIR = 1,
	RANK_RT = 1, /* plus the priority, 1 to 99 */
	RANK_DEADLINE = 101,
};
enum queue : u8 {
	QUEUE_NONE,
	QUEUE_RUNNING, /* on the CPU itself */
	QUEUE_FAIR,
	QUEUE_EARLY,
	QUEUE_RT,
	QUEUE_DEADLINE,
	QUEUE_THROTTLED,
};
enum : u32 { WEIGHT_ONE = 1024, WEIGHT_IDLE = 3, RT_LEVELS = RANK_DEADLINE };
enum : u64 { SLICE_NS = 3000000 };

struct fair_queue {
	struct ready_tree ready GUARDED(runq); /* may run, by virtual deadline */
	struct ready_tree early GUARDED(runq); /* had more than their share, by virtual run time */
	u64 v GUARDED(runq);	  /* the virtual time: mean of the virtual run times, by weight */
	i64 excess GUARDED(runq); /* sum of weight * (vruntime - v) */
	u64 weight GUARDED(runq); /* of all that count, the running one too */
};
struct rt_queue {
	u64 used[2] GUARDED(runq); /* bit r: list[r] is not empty */
	struct ready_list list[RT_LEVELS] GUARDED(runq);
	u32 count GUARDED(runq);
	u64 window_ns GUARDED(runq); /* when the period began */
	u64 used_ns GUARDED(runq);   /* what real-time tasks had of it */
};
struct deadline_queue {
	struct ready_tree ready GUARDED(runq);	   /* by absolute deadline */
	struct ready_tree throttled GUARDED(runq); /* by when they get new run time */
	struct timer timer GUARDED(runq);	   /* armed for the first of those */
};
/* What the queue knows of the task that runs. */
struct running {
	u32 rank;
	bool is_idle_policy;
	u32 weight;
	u64 since_ns; /* vruntime includes what was before */
	u64 vruntime, vdeadline;
	u64 due_ns;
};

struct runq {
	struct runq_lock lock;
	u32 cpu IMMUTABLE;
	struct running now GUARDED(runq);
	struct fair_queue fair GUARDED(runq);
	struct rt_queue rt GUARDED(runq);
	struct deadline_queue dl GUARDED(runq);
	u64 stopped_at GUARDED(runq); /* when the last task was put back; 0: the CPU idled since */
	bool has_tick GUARDED(runq);  /* one was asked for and has not come */
	u64 busy_ns GUARDED(runq);
	u64 switches GUARDED(runq);
	u64 puts GUARDED(runq); /* of put_prev, in steps of CPU_MAX: no two CPUs' are alike */
	/* For other CPUs, which may read what is no longer so. */
	struct atomic_u32 rank ATOMIC_ONLY;	   /* of what runs */
	struct atomic_u32 waiting ATOMIC_ONLY;	   /* Q3 */
	struct atomic_u32 urgent_rank ATOMIC_ONLY; /* the highest that waits; 0: only fair ones */
	struct atomic_u64 load ATOMIC_ONLY;	   /* weight of what is fair */
	u32 ticks OWNER(cpu);
};
BORROWS struct runq *runq_of(u32 cpu);

ALWAYS_INLINE u32 rank_of(const struct sched_entity *e)
{
	return max_of(atomic_u32_load(&e->rank), (u32)RANK_FAIR);
}
/* ns of real time as virtual time of one with that weight. */
ALWAYS_INLINE u64 scaled(u64 ns, u32 weight)
{
	return likely(weight == WEIGHT_ONE) ? ns : ns * WEIGHT_ONE / weight;
}
ALWAYS_INLINE bool may_run(const struct task *t, u32 cpu)
{
	u64 allowed = atomic_u64_load(&t->sched.affinity);
	return likely(allowed == 0) || (sched_affinity(t) >> cpu & 1) != 0;
}

/* ---- fair.c: earliest eligible virtual deadline first ---- */
void fair_init(struct runq *q) HOLDS(runq);
/* Brings what runs up to date with now_ns. */
void fair_account(struct runq *q, u64 now_ns) HOLDS(runq);
/* From here on e counts for the mean, from there no more; what it is owed is kept in e->lag. */
void fair_join(struct fair_queue *f, struct sched_entity *e) HOLDS(runq);
void fair_leave(struct fair_queue *f, struct sched_entity *e) HOLDS(runq);
/* Puts e, which comes from sleep or from another CPU, where its lag says. */
void fair_place(struct fair_queue *f, struct sched_entity *e, bool is_same_cpu) HOLDS(runq);
void fair_renew(struct sched_entity *e);
void fair_queue_up(struct fair_queue *f, struct task_ref r) HOLDS(runq);
bool fair_pick(struct fair_queue *f, struct task_ref *out) HOLDS(runq);
struct task_ref fair_remove(struct fair_queue *f, struct task *t) HOLDS(runq);
/* A task that waits and may run on cpu; borrowed, null: none. */
BORROWS struct task *fair_movable(const struct fair_queue *f, u32 cpu) HOLDS(runq);
bool fair_preempts(const struct runq *q, const struct sched_entity *e) HOLDS(runq);

/* ---- rt.c ---- */
void rt_queue_up(struct rt_queue *rt, struct task_ref r, bool is_first) HOLDS(runq);
bool rt_pick(struct rt_queue *rt, struct task_ref *out) HOLDS(runq);
struct task_ref rt_remove(struct rt_queue *rt, struct task *t) HOLDS(runq);
BORROWS struct task *rt_movable(const struct rt_queue *rt, u32 cpu) HOLDS(runq);
/* The highest rank that waits; 0: none. */
u32 rt_waiting(const struct rt_queue *rt) HOLDS(runq);
/* What ran was real-time for ran_ns. */
void rt_account(struct rt_queue *rt, u64 now_ns, u64 ran_ns) HOLDS(runq);
/* False while real-time tasks have had all of the period that they may have. */
bool rt_has_budget(struct rt_queue *rt, u64 now_ns) HOLDS(runq);

/* ---- deadline.c: earliest deadline first, each within its bandwidth ---- */
void deadline_init(struct runq *q) HOLDS(runq);
void deadline_queue_up(struct deadline_queue *d, struct task_ref r, bool is_wakeup) HOLDS(runq);
bool deadline_pick(struct deadline_queue *d, struct task_ref *out) HOLDS(runq);
struct task_ref deadline_remove(struct deadline_queue *d, struct task *t) HOLDS(runq);
BORROWS struct task *deadline_movable(const struct deadline_queue *d, u32 cpu) HOLDS(runq);
void deadline_account(struct sched_entity *e, u64 ran_ns);
u64 deadline_due(const struct sched_entity *e);
/* e, which runs, has used up its run time and wants to hear of it. */
bool deadline_tells_overrun(const struct sched_entity *e);
/* ERR_BUSY: less than deadline tasks have reserved. */
err_t deadline_check_limit(i64 runtime_us, i64 period_us);

/* ---- runq.c: a task in the queue of its class ---- */
void runq_init(u32 cpu);
/* r, which is on no queue, joins where it belongs; keeps_place: it was of this queue, and goes on.
 */
void runq_add(struct runq *q, struct task_ref r, bool keeps_place) HOLDS(runq);
struct task_ref runq_remove(struct runq *q, struct task *t) HOLDS(runq);
bool runq_pick(struct runq *q, struct task_ref *out) HOLDS(runq);
bool runq_should_preempt(struct runq *q, const struct sched_entity *e) HOLDS(runq);
/* What other CPUs are told of the queue. */
void runq_publish(struct runq *q) HOLDS(runq);
void runq_set_running(struct runq *q, const struct sched_entity *e, u64 now_ns) HOLDS(runq);

/* ---- params.c ---- */
void entity_weigh(struct sched_entity *e);
void params_set_deadline(struct task *t, const struct sched_deadline *d);

/* ---- place.c: which CPU ---- */
u32 place_select(struct task *t);
/* How many run or wait there. */
u32 place_load(u32 cpu);
void place_note_idle(u32 cpu);
void place_note_busy(u32 cpu);
/* A CPU other than `here` on which less counts than t, and t may run; CPU_MAX: none. */
u32 place_lower(const struct task *t, u32 here);
/* Says whether tasks that count more than fair ones wait on cpu. */
void place_note_urgent(u32 cpu, bool some);
/* Takes to cpu what counts more than all that waits there and waits elsewhere. */
void place_pull_urgent(u32 cpu);
/* Takes to cpu a task that waits where most do.  False: none may come. */
bool place_steal(u32 cpu);
/* At a tick of a busy CPU: work that waits there is offered to a CPU that idles; now and then some
 * is taken from where clearly more of it waits. */
void place_balance(u32 cpu);
