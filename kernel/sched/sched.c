/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sched - per-CPU queues ordered by virtual run time.
 *
 * A task that wakes goes to the CPU it ran on last if that idles, else to another that does, else
 * it waits where it was.  A CPU without work takes some from the longest queue; so do, at a slower
 * pace, CPUs that have less of it than others.
 *
 * Order by virtual time need not be exact: tasks wait in a ring of 64 buckets of 2^BUCKET_SHIFT
 * virtual ns each, first come first served inside one, so that queueing and picking take constant
 * time however many tasks there are.
 *
 * Q1: bit i of `ready` is set iff bucket[i] is not empty.
 * Q2: every queued ordinary task is in bucket number n & 63 with base <= n < base + 64; base only
 * grows. Q3: `queued` of an entity is true iff it is on one of the lists of runqs[entity.cpu]; both
 * change under that queue's lock.
 * Q4: two queues are never locked at once.
 */
#include "sched/sched.h"

#include <osxtd/timer.h>

#include "abi/sched.h"

LIST_TYPE(ready_list, task, sched.link);
LOCK_CLASS(runq, spin);

enum : u32 { BUCKETS = 64, BUCKET_SHIFT = 22, WEIGHT_ONE = 1024, WEIGHT_IDLE = 3 };
enum : u32 { BALANCE_TICKS = 4 };
enum : u64 { WAKE_CREDIT_NS = 3000000, PREEMPT_LEAD_NS = 1000000 };

struct runq {
	struct runq_lock lock;
	u64 ready GUARDED(runq);
	u64 base GUARDED(runq);
	struct atomic_u64 min_vruntime ATOMIC_ONLY; /* stored under the lock */
	u64 stopped_at GUARDED(runq); /* when the last task was put back; 0: the CPU idled since */
	u64 running_vruntime GUARDED(runq);
	u32 running_rt GUARDED(runq);
	bool is_idle GUARDED(runq);
	bool has_tick GUARDED(runq); /* one was asked for and has not come */
	u64 busy_ns GUARDED(runq);
	u64 switches GUARDED(runq);
	struct ready_list rt GUARDED(runq); /* highest priority first */
	struct ready_list bucket[BUCKETS] GUARDED(runq);
	struct atomic_u32 queued
		ATOMIC_ONLY; /* tasks on the lists; other CPUs read it, stale is harmless */
	struct atomic_u32 running ATOMIC_ONLY; /* 1 while a task runs here */
	u32 ticks OWNER(cpu);
};
PER_CPU(struct runq, runqs);
/* CPUs that found nothing to run and were not chosen for anything since. */
static struct atomic_u64 shared idle_cpus;
static const struct sched_hooks *shared sched_hooks OWNER(boot);

/* nice -20 … 19; each step is a factor of about 1.25 (sched(7)). */
static const u32 nice_weight[40] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
	9548,  7620,  6100,  4904,  3906,  3121,  2501,	 1991,	1586,  1277,
	1024,  820,   655,   526,   423,   335,	  272,	 215,	172,   137,
	110,   87,    70,    56,    45,	   36,	  29,	 23,	18,    15,
};

static u32 rt_of(const struct sched_entity *e)
{
	return atomic_u32_load(&e->rt_priority);
}

static void set_weight(struct sched_entity *e)
{
	bool is_idle = atomic_u32_load(&e->policy) == SCHED_IDLE;
	i32 nice = atomic_i32_load(&e->nice);
	e->weight = is_idle ? WEIGHT_IDLE : array_at(nice_weight, nice + 20);
}

/* ---- the queue ---- */

static void queue_rt(struct runq *q, struct task_ref r) HOLDS(runq)
{
	u32 priority = rt_of(&task_get(&r)->sched);
	struct task *at = ready_list_first(&q->rt);
	while (at != nullptr && rt_of(&at->sched) >= priority)
		at = ready_list_next(at);
	if (at == nullptr)
		ready_list_push_back(&q->rt, task_move(&r));
	else
		ready_list_insert_before(&q->rt, at, task_move(&r));
}

/* Establishes Q1, Q2. */
static void queue_fair(struct runq *q, struct task_ref r) HOLDS(runq)
{
	u64 number = task_get(&r)->sched.vruntime >> BUCKET_SHIFT;
	number = max_of(number, q->base);
	number = min_of(number, q->base + BUCKETS - 1);
	u32 slot = (u32)number & (BUCKETS - 1);
	ready_list_push_back(&array_at(q->bucket, slot), task_move(&r));
	q->ready |= (u64)1 << slot;
}

/* The first bucket in use, as a number of the ring's unrolled line.  ready is not 0. */
static u64 first_bucket(const struct runq *q) HOLDS(runq)
{
	u32 turn = (u32)q->base & (BUCKETS - 1);
	u64 rolled = turn == 0 ? q->ready : q->ready >> turn | q->ready << (BUCKETS - turn);
	return q->base + bits_first(rolled);
}

static bool should_preempt(const struct runq *q, const struct sched_entity *e) HOLDS(runq)
{
	if (q->is_idle)
		return true;
	if (rt_of(e) != q->running_rt)
		return rt_of(e) > q->running_rt;
	return rt_of(e) == 0 && e->vruntime + PREEMPT_LEAD_NS < q->running_vruntime;
}

/* The virtual time of another CPU means nothing here: what t is ahead or behind of the others is
 * kept. */
static void arrive(struct runq *q, struct sched_entity *e, u32 cpu) HOLDS(runq)
{
	u32 from = atomic_u32_load(&e->cpu);
	if (likely(from == cpu))
		return;
	u64 there = atomic_u64_load(&per_cpu(runqs, from)->min_vruntime);
	u64 here = atomic_u64_load(&q->min_vruntime);
	e->vruntime = e->vruntime + here < there ? 0 : e->vruntime + here - there;
	atomic_u32_store(&e->cpu, cpu);
}

static bool policy_enqueue(u32 cpu, struct task_ref r, bool is_wakeup)
{
	struct runq *q = per_cpu(runqs, cpu);
	struct sched_entity *e = &task_get(&r)->sched;
	GUARD(runq, &q->lock);
	arrive(q, e, cpu);
	e->queued = true;
	if (e->weight == 0)
		set_weight(e); /* a task of the kernel's own, which nobody set */
	(void)atomic_u32_add(&q->queued, 1);
	if (rt_of(e) != 0) {
		queue_rt(q, task_move(&r));
	} else {
		/* Who slept keeps a small lead, not all the time it did not use. */
		u64 least = atomic_u64_load(&q->min_vruntime);
		if (is_wakeup && e->vruntime + WAKE_CREDIT_NS < least)
			e->vruntime = least - WAKE_CREDIT_NS;
		queue_fair(q, task_move(&r));
	}
	return is_wakeup && should_preempt(q, e);
}

static bool may_run(const struct task *t, u32 cpu)
{
	u64 allowed = atomic_u64_load(&t->sched.affinity);
	return likely(allowed == 0) || (sched_affinity(t) >> cpu & 1) != 0;
}

static u32 load_of(u32 cpu)
{
	struct runq *q = per_cpu(runqs, cpu);
	return atomic_u32_load(&q->queued) + atomic_u32_load(&q->running);
}

static u32 policy_select_cpu(struct task *t)
{
	if (cpu_count() == 1)
		return 0;
	u64 allowed = sched_affinity(t);
	u32 last = atomic_u32_load(&t->sched.cpu);
	bool may_stay = (allowed >> last & 1) != 0;
	if (may_stay && load_of(last) == 0)
		return last;
	/* Whoever clears a CPU's bit has it for himself. */
	for (;;) {
		u64 idle = atomic_u64_load(&idle_cpus) & allowed;
		if (idle == 0)
			break;
		u32 cpu = bits_first(idle);
		u64 bit = (u64)1 << cpu;
		if ((atomic_u64_and(&idle_cpus, ~bit) & bit) != 0)
			return cpu;
	}
	return may_stay ? last : bits_first(allowed);
}

static bool policy_may_stay(u32 cpu, const struct task *t)
{
	return may_run(t, cpu);
}

/* The first task of q's own order. */
static bool pick_own(u32 cpu, struct task_ref *out)
{
	struct runq *q = per_cpu(runqs, cpu);
	GUARD(runq, &q->lock);
	bool found = ready_list_pop_front(&q->rt, out);
	if (!found && q->ready != 0) {
		q->base = first_bucket(q);
		u32 slot = (u32)q->base & (BUCKETS - 1);
		struct ready_list *list = &array_at(q->bucket, slot);
		found = ready_list_pop_front(list, out);
		if (ready_list_is_empty(list))
			q->ready &= ~((u64)1 << slot);
	}
	if (!found) {
		q->stopped_at = 0;
		q->has_tick = false;
		return false;
	}
	(void)atomic_u32_sub(&q->queued, 1);
	task_get(out)->sched.queued = false;
	return true;
}

/* A task that waits on CPU `from` and may run on cpu; not one that `from` is just leaving. */
static bool steal(u32 from, u32 cpu, struct task_ref *out)
{
	struct runq *q = per_cpu(runqs, from);
	GUARD(runq, &q->lock);
	struct task *t = ready_list_first(&q->rt);
	while (t != nullptr && (!may_run(t, cpu) || task_is_on_cpu(t)))
		t = ready_list_next(t);
	if (t != nullptr)
		*out = ready_list_remove(&q->rt, t);
	for (u64 left = q->ready; t == nullptr && left != 0; left &= left - 1) {
		u32 slot = bits_first(left);
		struct ready_list *list = &array_at(q->bucket, slot);
		t = ready_list_first(list);
		while (t != nullptr && (!may_run(t, cpu) || task_is_on_cpu(t)))
			t = ready_list_next(t);
		if (t == nullptr)
			continue;
		*out = ready_list_remove(list, t);
		if (ready_list_is_empty(list))
			q->ready &= ~((u64)1 << slot);
	}
	if (t == nullptr)
		return false;
	(void)atomic_u32_sub(&q->queued, 1);
	t->sched.queued = false;
	return true;
}

/* Takes a task from the CPU on which most wait, if more than `least` do. */
static bool steal_from_busiest(u32 cpu, u32 least, struct task_ref *out)
{
	u32 busiest = cpu, most = least;
	for (u32 i = 0; i < cpu_count(); i++) {
		u32 queued = atomic_u32_load(&per_cpu(runqs, i)->queued);
		if (i != cpu && queued > most) {
			busiest = i;
			most = queued;
		}
	}
	return busiest != cpu && steal(busiest, cpu, out);
}

static void note_idle(u32 cpu)
{
	u64 bit = (u64)1 << cpu;
	if ((atomic_u64_load(&idle_cpus) & bit) == 0)
		(void)atomic_u64_or(&idle_cpus, bit);
}

static void note_busy(u32 cpu)
{
	u64 bit = (u64)1 << cpu;
	if ((atomic_u64_load(&idle_cpus) & bit) != 0)
		(void)atomic_u64_and(&idle_cpus, ~bit);
}

/* Hands t over to a CPU that it may run on. */
static void send_away(struct task_ref r)
{
	u32 cpu = policy_select_cpu(task_get(&r));
	if (policy_enqueue(cpu, task_move(&r), true))
		task_need_resched(cpu);
}

static bool policy_pick(u32 cpu, struct task_ref *out)
{
	while (pick_own(cpu, out)) {
		/* The task that this CPU is about to leave goes nowhere before it is left: it has
		 * one more turn, which whoever changed its affinity ends. */
		if (likely(may_run(task_get(out), cpu) || task_is_on_cpu(task_get(out))))
			return true;
		send_away(task_move(out)); /* its affinity changed while it waited */
	}
	if (cpu_count() == 1)
		return false;
	if (steal_from_busiest(cpu, 0, out)) {
		struct runq *q = per_cpu(runqs, cpu);
		GUARD(runq, &q->lock);
		arrive(q, &task_get(out)->sched, cpu);
		return true;
	}
	note_idle(cpu);
	return false;
}

static void policy_put_prev(u32 cpu, struct task *t)
{
	struct runq *q = per_cpu(runqs, cpu);
	struct sched_entity *e = &t->sched;
	u64 now = clock_monotonic_ns();
	GUARD(runq, &q->lock);
	u64 ran = now - e->exec_start_ns;
	atomic_u64_add_own(&e->exec_total_ns, ran);
	e->exec_start_ns = now;
	q->busy_ns += ran;
	e->vruntime += likely(e->weight == WEIGHT_ONE) ? ran : ran * WEIGHT_ONE / e->weight;
	q->stopped_at = now;
	q->is_idle = true;
	atomic_u32_store(&q->running, 0);
}

static u64 policy_set_next(u32 cpu, struct task *t)
{
	struct runq *q = per_cpu(runqs, cpu);
	struct sched_entity *e = &t->sched;
	GUARD(runq, &q->lock);
	e->exec_start_ns = q->stopped_at != 0 ? q->stopped_at : clock_monotonic_ns();
	atomic_u64_add_own(&e->switches, 1);
	q->switches++;
	q->is_idle = false;
	q->running_rt = rt_of(e);
	q->running_vruntime = e->vruntime;
	if (rt_of(e) == 0 && e->vruntime > atomic_u64_load(&q->min_vruntime))
		atomic_u64_store(&q->min_vruntime, e->vruntime);
	atomic_u32_store(&q->running, 1);
	if (cpu_count() != 1)
		note_busy(cpu);
	/* Ticks come at a steady pace, whoever runs: a switch does not touch the timer. */
	bool had_tick = q->has_tick;
	q->has_tick = true;
	return had_tick ? SCHED_TICK_KEEP : SCHED_TICK_NS;
}

/* At a tick of a busy CPU: work that waits here is offered to a CPU that idles; now and then some
 * is taken from where clearly more of it waits. */
static void balance(u32 cpu, struct runq *q)
{
	u64 idle = atomic_u64_load(&idle_cpus);
	SCOPED_REF(task, taken);
	if (atomic_u32_load(&q->queued) != 0 && idle != 0) {
		task_need_resched(bits_first(idle));
		return;
	}
	if (++q->ticks % BALANCE_TICKS != 0 ||
	    !steal_from_busiest(cpu, atomic_u32_load(&q->queued) + 1, &taken))
		return;
	(void)policy_enqueue(cpu, task_move(&taken), false);
}

/* Each turn is one tick long: whoever has the least virtual time runs next, which may be the same
 * task. */
static bool policy_tick(u32 cpu, struct task *running)
{
	struct runq *q = per_cpu(runqs, cpu);
	atomic_u32_add_own(&running->sched.ticks, 1);
	{
		GUARD(runq, &q->lock);
		q->has_tick = false;
	}
	if (sched_hooks->tick != nullptr)
		sched_hooks->tick(running);
	if (atomic_u32_load(&q->queued) != 0)
		atomic_u64_add_own(&running->sched.preemptions, 1);
	if (cpu_count() != 1)
		balance(cpu, q);
	return true;
}

static const struct sched_policy policy = {
	.name = "fair",
	.select_cpu = policy_select_cpu,
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
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		struct runq *q = per_cpu(runqs, cpu);
		u64 flags = irq_save();
		{
			GUARD(runq, &q->lock);
			q->is_idle = true;
		}
		irq_restore(flags);
	}
	sched_inject(&policy);
}

/* ---- what tasks are set to ---- */

void sched_fork(struct task *child, const struct task *parent)
{
	struct sched_entity *c = &child->sched;
	const struct sched_entity *p = &parent->sched;
	atomic_i32_store(&c->nice, atomic_i32_load(&p->nice));
	atomic_u32_store(&c->policy, atomic_u32_load(&p->policy));
	atomic_u32_store(&c->rt_priority, rt_of(p));
	atomic_u32_store(&c->cpu, atomic_u32_load(&p->cpu));
	c->vruntime = p->vruntime;
	atomic_u64_store(&c->affinity, atomic_u64_load(&p->affinity));
	set_weight(c);
}

void sched_reset(struct task *child)
{
	struct sched_entity *e = &child->sched;
	i32 nice = max_of(atomic_i32_load(&e->nice), 0);
	if (rt_of(e) != 0) {
		atomic_u32_store(&e->policy, SCHED_OTHER);
		atomic_u32_store(&e->rt_priority, 0);
		nice = 0;
	}
	atomic_i32_store(&e->nice, nice);
	set_weight(e);
}

/* What changes of a task; the rest stays as it is by then. */
struct change {
	bool sets_nice, sets_policy;
	i32 nice;
	u32 policy, rt_priority;
};

/* A queued ordinary task stays in its bucket: its new class counts from its next turn on. */
static void apply(struct sched_entity *e, const struct change *c)
{
	if (c->sets_nice)
		atomic_i32_store(&e->nice, c->nice);
	if (c->sets_policy) {
		atomic_u32_store(&e->policy, c->policy);
		atomic_u32_store(&e->rt_priority, c->rt_priority);
	}
	set_weight(e);
}

/* Takes t off its queue, changes it, puts it back where it belongs now.  False: it went to another
 * queue meanwhile. */
static bool change_on(u32 cpu, struct task *t, const struct change *c)
{
	struct sched_entity *e = &t->sched;
	struct runq *q = per_cpu(runqs, cpu);
	GUARD(runq, &q->lock);
	SCOPED_REF(task, r);
	if (atomic_u32_load(&e->cpu) != cpu)
		return false;
	if (e->queued && rt_of(e) != 0)
		r = ready_list_remove(&q->rt, t);
	apply(e, c);
	if (!task_is_null(&r)) {
		if (rt_of(e) != 0)
			queue_rt(q, task_move(&r));
		else
			queue_fair(q, task_move(&r));
	}
	return true;
}

static void change(struct task *t, const struct change *c)
{
	u64 flags = irq_save();
	while (!change_on(atomic_u32_load(&t->sched.cpu), t, c))
		cpu_relax();
	irq_restore(flags);
}

void sched_set_nice(struct task *t, i32 nice)
{
	struct change c = { .sets_nice = true, .nice = nice };
	change(t, &c);
}

void sched_set_policy(struct task *t, u32 policy_number, u32 rt_priority)
{
	struct change c = { .sets_policy = true,
			    .policy = policy_number,
			    .rt_priority = rt_priority };
	change(t, &c);
}

static u64 all_cpus(void)
{
	u32 count = cpu_count();
	return count >= 64 ? UINT64_MAX : ((u64)1 << count) - 1;
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

bool sched_has_others(void)
{
	return atomic_u32_load(&this_cpu(runqs)->queued) != 0;
}

/* ---- figures ---- */

u64 sched_exec_ns(const struct task *t)
{
	u64 total = atomic_u64_load(&t->sched.exec_total_ns);
	if (t == task_current())
		total += clock_monotonic_ns() - t->sched.exec_start_ns;
	return total;
}

u64 sched_busy_ns(u32 cpu)
{
	struct runq *q = per_cpu(runqs, cpu);
	u64 flags = irq_save(), busy = 0;
	{
		GUARD(runq, &q->lock);
		busy = q->busy_ns;
	}
	irq_restore(flags);
	return busy;
}

void sched_totals(struct sched_totals *out)
{
	*out = (struct sched_totals){};
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		struct runq *q = per_cpu(runqs, cpu);
		out->ready += load_of(cpu);
		u64 flags = irq_save();
		{
			GUARD(runq, &q->lock);
			out->switches += q->switches;
			out->busy_ns += q->busy_ns;
		}
		irq_restore(flags);
	}
}
