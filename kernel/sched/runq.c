/* SPDX-License-Identifier: MPL-2.0 */
/* runq - the queue of a CPU: which class a task stands in, and which class comes first. */
#include "abi/sched.h"
#include "sched/class.h"

PER_CPU(struct runq, runqs);

struct runq *runq_of(u32 cpu)
{
	return per_cpu(runqs, cpu);
}

void runq_init(u32 cpu)
{
	struct runq *q = runq_of(cpu);
	u64 flags = irq_save();
	q->cpu = cpu;
	{
		GUARD(runq, &q->lock);
		fair_init(q);
		deadline_init(q);
		q->puts = cpu;
	}
	irq_restore(flags);
}

void runq_publish(struct runq *q)
{
	usize waiting = ready_tree_count(&q->fair.ready) + ready_tree_count(&q->fair.early) +
			q->rt.count + ready_tree_count(&q->dl.ready);
	atomic_u32_store(&q->waiting, (u32)waiting);
	if (cpu_count() == 1)
		return;
	bool is_deadline = ready_tree_count(&q->dl.ready) != 0;
	u32 urgent = is_deadline ? (u32)RANK_DEADLINE : rt_waiting(&q->rt);
	if ((urgent != 0) != (atomic_u32_load(&q->urgent_rank) != 0))
		place_note_urgent(q->cpu, urgent != 0);
	atomic_u32_store(&q->urgent_rank, urgent);
	atomic_u64_store(&q->load, q->fair.weight);
}

static void add_fair(struct runq *q, struct task_ref r, bool keeps_place) HOLDS(runq)
{
	struct sched_entity *e = &task_get(&r)->sched;
	if (!keeps_place) {
		fair_place(&q->fair, e, atomic_u32_load(&e->cpu) == q->cpu);
		fair_renew(e);
	} else if (e->vruntime >= e->vdeadline) {
		fair_renew(e);
	}
	fair_queue_up(&q->fair, task_move(&r));
}

/* Q1. */
void runq_add(struct runq *q, struct task_ref r, bool keeps_place)
{
	struct sched_entity *e = &task_get(&r)->sched;
	u32 rank = rank_of(e);
	if (e->weight == 0)
		entity_weigh(e); /* a task of the kernel's own, which nobody set */
	if (likely(rank == RANK_FAIR)) {
		add_fair(q, task_move(&r), keeps_place);
	} else if (rank == RANK_DEADLINE) {
		deadline_queue_up(&q->dl, task_move(&r), !keeps_place);
	} else {
		bool is_first = keeps_place && !e->is_turn_over && !e->has_yielded;
		e->is_turn_over = false;
		e->has_yielded = false;
		rt_queue_up(&q->rt, task_move(&r), is_first);
	}
	atomic_u32_store(&e->cpu, q->cpu);
	runq_publish(q);
}

struct task_ref runq_remove(struct runq *q, struct task *t)
{
	struct sched_entity *e = &t->sched;
	SCOPED_REF(task, r);
	if (e->queue == QUEUE_RT) {
		r = rt_remove(&q->rt, t);
	} else if (e->queue == QUEUE_DEADLINE || e->queue == QUEUE_THROTTLED) {
		r = deadline_remove(&q->dl, t);
	} else {
		r = fair_remove(&q->fair, t);
		fair_leave(&q->fair, e);
	}
	runq_publish(q);
	return task_move(&r);
}

static bool pick_urgent(struct runq *q, struct task_ref *out) HOLDS(runq)
{
	if (likely(q->rt.count == 0 && ready_tree_count(&q->dl.ready) == 0))
		return false;
	if (deadline_pick(&q->dl, out))
		return true;
	if (q->rt.count == 0)
		return false;
	bool is_others_turn = q->fair.weight != 0 && !rt_has_budget(&q->rt, clock_monotonic_ns());
	return !is_others_turn && rt_pick(&q->rt, out);
}

bool runq_pick(struct runq *q, struct task_ref *out)
{
	if (atomic_u32_load(&q->waiting) == 0)
		return false;
	bool found = pick_urgent(q, out) || fair_pick(&q->fair, out);
	runq_publish(q);
	return found;
}

bool runq_should_preempt(struct runq *q, const struct sched_entity *e)
{
	u32 rank = rank_of(e);
	if (e->queue == QUEUE_THROTTLED)
		return false;
	if (rank != q->now.rank)
		return rank > q->now.rank;
	if (rank == RANK_FAIR)
		return fair_preempts(q, e);
	return rank == RANK_DEADLINE && deadline_due(e) < q->now.due_ns;
}

void runq_set_running(struct runq *q, const struct sched_entity *e, u64 now_ns)
{
	u32 rank = rank_of(e);
	q->now = (struct running){
		.rank = rank,
		.is_idle_policy = atomic_u32_load(&e->policy) == SCHED_IDLE,
		.weight = e->weight,
		.since_ns = now_ns,
		.vruntime = e->vruntime,
		.vdeadline = e->vdeadline,
		.due_ns = rank == RANK_DEADLINE ? deadline_due(e) : 0,
	};
	atomic_u32_store(&q->rank, rank);
}
