/* SPDX-License-Identifier: MPL-2.0 */
/* params - what tasks are set to: class, priority, nice value, reservation, affinity. */
#include "abi/sched.h"
#include "sched/class.h"

/* nice -20 … 19; each step is a factor of about 1.25 (sched(7)). */
static const u32 nice_weight[40] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
	9548,  7620,  6100,  4904,  3906,  3121,  2501,	 1991,	1586,  1277,
	1024,  820,   655,   526,   423,   335,	  272,	 215,	172,   137,
	110,   87,    70,    56,    45,	   36,	  29,	 23,	18,    15,
};

void entity_weigh(struct sched_entity *e)
{
	bool is_idle = atomic_u32_load(&e->policy) == SCHED_IDLE;
	i32 nice = atomic_i32_load(&e->nice);
	e->weight = is_idle ? WEIGHT_IDLE : array_at(nice_weight, nice + 20);
}

static u32 own_rank(const struct sched_entity *e)
{
	if (atomic_u32_load(&e->policy) == SCHED_DEADLINE)
		return RANK_DEADLINE;
	return RANK_RT + atomic_u32_load(&e->rt_priority);
}

static void settle(struct sched_entity *e)
{
	entity_weigh(e);
	atomic_u32_store(&e->rank, max_of(own_rank(e), e->lent_rank));
}

bool sched_may_fork(const struct task *t)
{
	return atomic_u32_load(&t->sched.policy) != SCHED_DEADLINE;
}

void sched_fork(struct task *child, const struct task *parent)
{
	struct sched_entity *c = &child->sched;
	const struct sched_entity *p = &parent->sched;
	atomic_i32_store(&c->nice, atomic_i32_load(&p->nice));
	atomic_u32_store(&c->policy, atomic_u32_load(&p->policy));
	atomic_u32_store(&c->rt_priority, atomic_u32_load(&p->rt_priority));
	atomic_u32_store(&c->cpu, atomic_u32_load(&p->cpu));
	c->slice_ns = p->slice_ns;
	atomic_u64_store(&c->affinity, atomic_u64_load(&p->affinity));
	settle(c);
}

void sched_reset(struct task *child)
{
	struct sched_entity *e = &child->sched;
	i32 nice = max_of(atomic_i32_load(&e->nice), 0);
	if (own_rank(e) != RANK_FAIR) {
		atomic_u32_store(&e->policy, SCHED_OTHER);
		atomic_u32_store(&e->rt_priority, 0);
		nice = 0;
	}
	atomic_i32_store(&e->nice, nice);
	settle(e);
}

/* What changes of a task; the rest stays as it is by then. */
struct change {
	bool sets_nice, sets_policy, sets_slice, sets_loan;
	i32 nice;
	u32 policy, rt_priority;
	u64 slice_ns;
	const struct sched_deadline *deadline; /* of SCHED_DEADLINE */
	u32 lent_rank;
	u64 lent_due_ns;
};

static void apply(struct sched_entity *e, const struct change *c)
{
	if (c->sets_nice)
		atomic_i32_store(&e->nice, c->nice);
	if (c->sets_policy) {
		atomic_u32_store(&e->policy, c->policy);
		atomic_u32_store(&e->rt_priority, c->rt_priority);
		e->turn_ticks = 0;
	}
	if (c->sets_slice)
		e->slice_ns = c->slice_ns;
	if (c->sets_loan) {
		e->lent_rank = c->lent_rank;
		e->lent_due_ns = c->lent_due_ns;
	}
	if (c->deadline != nullptr) {
		u32 bandwidth = e->deadline.bandwidth;
		e->deadline = *c->deadline;
		e->deadline.bandwidth = bandwidth;
	}
	settle(e);
}

/* The task that runs on q's CPU. */
static void change_running(struct runq *q, struct sched_entity *e, const struct change *c)
	HOLDS(runq)
{
	u64 now = clock_monotonic_ns();
	bool was_fair = e->is_counted;
	if (was_fair) {
		fair_account(q, now);
		e->vruntime = q->now.vruntime;
		fair_leave(&q->fair, e);
	}
	apply(e, c);
	if (rank_of(e) == RANK_FAIR) {
		if (!was_fair)
			fair_place(&q->fair, e, false);
		fair_renew(e);
		fair_join(&q->fair, e);
	}
	runq_set_running(q, e, now);
	runq_publish(q);
}

/* False: it went to another queue meanwhile.  *should_tell: its CPU has to choose again. */
static bool change_on(u32 cpu, struct task *t, const struct change *c, bool *should_tell)
{
	struct sched_entity *e = &t->sched;
	struct runq *q = runq_of(cpu);
	GUARD(runq, &q->lock);
	if (atomic_u32_load(&e->cpu) != cpu)
		return false;
	if (e->queue == QUEUE_NONE) {
		apply(e, c);
	} else if (e->queue == QUEUE_RUNNING) {
		change_running(q, e, c);
		*should_tell = atomic_u32_load(&q->waiting) != 0 || q->now.rank == RANK_DEADLINE;
	} else {
		bool was_fair = rank_of(e) == RANK_FAIR;
		SCOPED_REF(task, r);
		r = runq_remove(q, t);
		apply(e, c);
		runq_add(q, task_move(&r), was_fair && rank_of(e) == RANK_FAIR);
		*should_tell = runq_should_preempt(q, e);
	}
	return true;
}

static void change(struct task *t, const struct change *c)
{
	bool should_tell = false;
	u64 flags = irq_save();
	u32 cpu = atomic_u32_load(&t->sched.cpu);
	while (!change_on(cpu, t, c, &should_tell)) {
		cpu_relax();
		cpu = atomic_u32_load(&t->sched.cpu);
	}
	if (should_tell)
		task_need_resched(cpu);
	irq_restore(flags);
}

void sched_set_nice(struct task *t, i32 nice)
{
	struct change c = { .sets_nice = true, .nice = nice };
	change(t, &c);
}

void sched_set_slice(struct task *t, u64 slice_ns)
{
	enum : u64 { LEAST_NS = 100000, MOST_NS = 100000000 };
	struct change c = { .sets_slice = true };
	if (slice_ns != 0)
		c.slice_ns = max_of(min_of(slice_ns, (u64)MOST_NS), (u64)LEAST_NS);
	change(t, &c);
}

u64 sched_turn_ns(const struct task *t)
{
	switch (atomic_u32_load(&t->sched.policy)) {
	case SCHED_FIFO:
	case SCHED_DEADLINE:
		return 0;
	case SCHED_RR:
		return SCHED_RR_TURN_NS;
	default:
		return SCHED_TICK_NS;
	}
}

void sched_set_policy(struct task *t, u32 policy, u32 rt_priority)
{
	struct change c = { .sets_policy = true, .policy = policy, .rt_priority = rt_priority };
	change(t, &c);
	sched_end_deadline(t);
}

void params_set_deadline(struct task *t, const struct sched_deadline *d)
{
	struct change c = { .sets_policy = true, .policy = SCHED_DEADLINE, .deadline = d };
	change(t, &c);
}

void sched_lend(struct task *t, struct sched_standing standing)
{
	struct change c = { .sets_loan = true,
			    .lent_rank = standing.rank > RANK_FAIR ? standing.rank : 0,
			    .lent_due_ns = standing.due_ns };
	if (t->sched.lent_rank != c.lent_rank || t->sched.lent_due_ns != c.lent_due_ns)
		change(t, &c);
}

struct sched_standing sched_standing(const struct task *t)
{
	u32 rank = rank_of(&t->sched);
	return (struct sched_standing){
		.rank = rank,
		.due_ns = rank == RANK_DEADLINE ? deadline_due(&t->sched) : 0,
	};
}

void sched_set_affinity(struct task *t, u64 cpus)
{
	atomic_u64_store(&t->sched.affinity, cpus);
	u32 cpu = atomic_u32_load(&t->sched.cpu);
	if (may_run(t, cpu))
		return;
	if (t == task_current())
		task_yield();
	else
		task_need_resched(cpu);
}

u64 sched_affinity(const struct task *t)
{
	u64 cpus = atomic_u64_load(&t->sched.affinity) & all_cpus();
	return cpus == 0 ? all_cpus() : cpus;
}
