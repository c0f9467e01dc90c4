/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sched - the policy that OSXTD asks: what becomes of a task that wakes, stops or is looked for.
 */
#include "sched/sched.h"

#include <osxtd/timer.h>

#include "abi/sched.h"
#include "sched/class.h"

enum : u32 { RR_TURN_TICKS = SCHED_RR_TURN_NS / SCHED_TICK_NS };

static const struct sched_hooks *shared sched_hooks OWNER(boot);

/* The CPU to tell of it: this queue's when r takes its place, another one that r could run on at
 * once, or CPU_MAX. */
static u32 add_woken(u32 cpu, struct task_ref r)
{
	struct runq *q = runq_of(cpu);
	struct task *t = task_get(&r);
	GUARD(runq, &q->lock);
	if (q->now.rank == RANK_FAIR)
		fair_account(q, clock_monotonic_ns());
	runq_add(q, task_move(&r), false);
	if (runq_should_preempt(q, &t->sched))
		return cpu;
	return t->sched.queue == QUEUE_THROTTLED ? CPU_MAX : place_lower(t, cpu);
}

static bool policy_enqueue(u32 cpu, struct task_ref r, bool is_wakeup)
{
	if (is_wakeup) {
		u32 to_tell = add_woken(cpu, task_move(&r));
		if (unlikely(to_tell != cpu && to_tell != CPU_MAX))
			task_need_resched(to_tell);
		return to_tell == cpu;
	}
	struct runq *q = runq_of(cpu);
	GUARD(runq, &q->lock);
	runq_add(q, task_move(&r), true);
	return false;
}

/* One that was preempted goes where it can run at once, if there is such a place. */
static bool policy_may_stay(u32 cpu, const struct task *t)
{
	if (unlikely(!may_run(t, cpu)))
		return false;
	u32 rank = rank_of(&t->sched);
	return likely(rank == RANK_FAIR) || atomic_u32_load(&runq_of(cpu)->urgent_rank) <= rank ||
	       place_lower(t, cpu) == CPU_MAX;
}

static bool pick_own(u32 cpu, struct task_ref *out)
{
	struct runq *q = runq_of(cpu);
	GUARD(runq, &q->lock);
	if (runq_pick(q, out))
		return true;
	q->stopped_at = 0;
	q->has_tick = false;
	return false;
}

/* Hands what pick_own took over to a CPU that it may run on. */
static void send_away(u32 cpu, struct task_ref r)
{
	{
		struct runq *q = runq_of(cpu);
		struct sched_entity *e = &task_get(&r)->sched;
		GUARD(runq, &q->lock);
		if (e->is_counted)
			fair_leave(&q->fair, e);
	}
	u32 other = place_select(task_get(&r));
	if (policy_enqueue(other, task_move(&r), true))
		task_need_resched(other);
}

static bool policy_pick(u32 cpu, struct task_ref *out)
{
	if (cpu_count() != 1)
		place_pull_urgent(cpu);
	do {
		while (pick_own(cpu, out)) {
			/* The task that this CPU is about to leave goes nowhere before it is left:
			 * it has one more turn, which whoever changed its affinity ends. */
			if (likely(may_run(task_get(out), cpu) || task_is_on_cpu(task_get(out))))
				return true;
			send_away(cpu, task_move(out)); /* its affinity changed while it waited */
		}
	} while (cpu_count() != 1 && place_steal(cpu));
	if (cpu_count() != 1)
		place_note_idle(cpu);
	return false;
}

/* t leaves the CPU, by itself or to go on later. */
static void note_put(struct runq *q, struct task *t) HOLDS(runq)
{
	q->puts += CPU_MAX;
	t->sched.put_mark = q->puts;
	if (!task_goes_on(t)) {
		t->sched.put_mark = 0;
		atomic_u64_add_own(&t->sched.voluntary, 1);
	}
}

/* Who goes on at once where it was put back was not switched from; another was preempted. */
static void count_switch(struct runq *q, struct sched_entity *e) HOLDS(runq)
{
	if (e->put_mark == q->puts)
		return;
	q->switches++;
	if (e->put_mark != 0)
		atomic_u64_add_own(&e->preemptions, 1);
	e->put_mark = 0;
}

static void policy_put_prev(u32 cpu, struct task *t)
{
	struct runq *q = runq_of(cpu);
	struct sched_entity *e = &t->sched;
	u64 now = clock_monotonic_ns();
	GUARD(runq, &q->lock);
	u64 ran = now - e->exec_start_ns;
	atomic_u64_add_own(&e->exec_total_ns, ran);
	e->exec_start_ns = now;
	q->busy_ns += ran;
	if (likely(e->is_counted)) {
		fair_account(q, now);
		e->vruntime = q->now.vruntime;
		fair_leave(&q->fair, e);
	} else if (q->now.rank == RANK_DEADLINE) {
		deadline_account(e, ran);
	} else {
		rt_account(&q->rt, now, ran);
	}
	e->queue = QUEUE_NONE;
	note_put(q, t);
	q->stopped_at = now;
	q->now.rank = RANK_IDLE;
	atomic_u32_store(&q->rank, RANK_IDLE);
}

/* Ticks come at a steady pace, whoever runs, and a switch does not touch the timer, but for one
 * whose run time ends before the next. */
static u64 next_tick(struct runq *q, const struct sched_entity *e) HOLDS(runq)
{
	bool had_tick = q->has_tick;
	q->has_tick = true;
	if (unlikely(q->now.rank == RANK_DEADLINE) && e->deadline.left_ns > 0)
		return min_of((u64)e->deadline.left_ns, (u64)SCHED_TICK_NS);
	return had_tick ? (u64)SCHED_TICK_KEEP : (u64)SCHED_TICK_NS;
}

static u64 policy_set_next(u32 cpu, struct task *t)
{
	struct runq *q = runq_of(cpu);
	struct sched_entity *e = &t->sched;
	GUARD(runq, &q->lock);
	e->exec_start_ns = q->stopped_at != 0 ? q->stopped_at : clock_monotonic_ns();
	count_switch(q, e);
	e->queue = QUEUE_RUNNING;
	runq_set_running(q, e, e->exec_start_ns);
	if (cpu_count() != 1)
		place_note_busy(cpu);
	return next_tick(q, e);
}

static void count_turn(struct sched_entity *e)
{
	if (atomic_u32_load(&e->policy) != SCHED_RR || ++e->turn_ticks < RR_TURN_TICKS)
		return;
	e->turn_ticks = 0;
	e->is_turn_over = true;
}

/* Each turn of a fair task is one tick long: who should run next, which may be the same task, is
 * decided anew. */
static bool policy_tick(u32 cpu, struct task *running)
{
	struct runq *q = runq_of(cpu);
	atomic_u32_add_own(&running->sched.ticks, 1);
	{
		GUARD(runq, &q->lock);
		q->has_tick = false;
		count_turn(&running->sched);
	}
	if (unlikely(deadline_tells_overrun(&running->sched)))
		sched_hooks->overrun(running);
	if (cpu_count() != 1)
		place_balance(cpu);
	return true;
}

static const struct sched_policy policy = {
	.name = "classes",
	.select_cpu = place_select,
	.enqueue = policy_enqueue,
	.may_stay = policy_may_stay,
	.pick = policy_pick,
	.put_prev = policy_put_prev,
	.set_next = policy_set_next,
	.tick = policy_tick,
};

void sched_setup(const struct sched_hooks *hooks)
{
	sched_hooks = hooks;
	for (u32 cpu = 0; cpu < cpu_count(); cpu++)
		runq_init(cpu);
	sched_inject(&policy);
}

void sched_yield(void)
{
	struct sched_entity *e = &task_current()->sched;
	bool is_deadline = atomic_u32_load(&e->policy) == SCHED_DEADLINE;
	if (!is_deadline && atomic_u32_load(&runq_of(cpu_id())->waiting) == 0)
		return;
	e->has_yielded = true;
	task_yield();
}
