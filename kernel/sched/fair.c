/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fair - ordinary tasks share a CPU by weight: earliest eligible virtual deadline first (EEVDF).
 *
 * A task's virtual run time grows by what it runs, slower the heavier it is.  The virtual time of
 * the queue is the mean of those of all its tasks, by weight: who is behind it is owed time and may
 * run (is eligible), who is ahead must wait.  Each asks for a slice at a time; its virtual deadline
 * is when it should have had it.  Of the eligible the earliest deadline runs.  A shorter slice
 * (sched_attr) means earlier deadlines, so less latency, and no larger share.
 *
 *   Spec:  I. Stoica, H. Abdel-Wahab, Earliest Eligible Virtual Deadline First, 1995.
 *
 * F1: v is the mean, rounded down, whenever fair_now has returned; excess is the rest.
 * F2: `ready` holds tasks that were eligible when they came or since; `early` the others.
 */
#include "abi/sched.h"
#include "sched/class.h"

/* Virtual times start high enough that none ever passes below 0. */
enum : u64 { V_START = (u64)1 << 48, LAG_SLICES = 2, LEAD_NS = 1000000 };

void fair_init(struct runq *q)
{
	q->fair.v = V_START;
}

/* Establishes F1. */
static u64 fair_now(struct fair_queue *f) HOLDS(runq)
{
	if (f->weight != 0 && (u64)f->excess >= f->weight) {
		i64 weight = (i64)f->weight;
		i64 step = f->excess / weight;
		if (f->excess % weight < 0)
			step--;
		f->v += (u64)step;
		f->excess -= step * weight;
	}
	return f->v;
}

static u64 slice_of(const struct sched_entity *e)
{
	return scaled(e->slice_ns == 0 ? (u64)SLICE_NS : e->slice_ns, e->weight);
}

static i64 ahead(u64 a, u64 b)
{
	return (i64)(a - b);
}

void fair_account(struct runq *q, u64 now_ns)
{
	struct running *r = &q->now;
	u64 ran = scaled(now_ns - r->since_ns, r->weight);
	r->since_ns = now_ns;
	r->vruntime += ran;
	q->fair.excess += (i64)(ran * r->weight);
}

void fair_join(struct fair_queue *f, struct sched_entity *e)
{
	f->excess += ahead(e->vruntime, f->v) * (i64)e->weight;
	f->weight += e->weight;
	e->is_counted = true;
}

/* Nobody is owed more than a few slices, whatever the weights of those who came and went. */
static i64 lag_of(const struct sched_entity *e, u64 v)
{
	i64 most = (i64)(LAG_SLICES * slice_of(e));
	return max_of(min_of(ahead(v, e->vruntime), most), -most);
}

void fair_leave(struct fair_queue *f, struct sched_entity *e)
{
	e->is_counted = false;
	if (f->weight == e->weight) { /* alone: it is the mean itself */
		e->lag = 0;
		f->v = max_of(f->v, e->vruntime);
		f->excess = 0;
		f->weight = 0;
		return;
	}
	e->lag = lag_of(e, fair_now(f));
	f->weight -= e->weight;
	f->excess -= ahead(e->vruntime, f->v) * (i64)e->weight;
}

/* The mean moves towards whoever joins: he is put further off, so that his lag is what it was.
 * What a sleeper had too much is forgotten as the time of the others passes. */
void fair_place(struct fair_queue *f, struct sched_entity *e, bool is_same_cpu)
{
	u64 v = fair_now(f);
	i64 lag = e->lag;
	if (lag < 0 && is_same_cpu)
		lag = max_of(lag, min_of(ahead(v, e->vruntime), (i64)0));
	if (f->weight != 0 && lag != 0) /* lag * weight is some slices of real time */
		lag += lag * (i64)e->weight / (i64)f->weight;
	e->vruntime = v - (u64)lag;
	e->lag = 0;
}

void fair_renew(struct sched_entity *e)
{
	e->vdeadline = e->vruntime + slice_of(e);
}

/* Whoever yields gives up what he is owed of his slice. */
static void give_up(struct sched_entity *e, u64 v)
{
	if (ahead(v, e->vruntime) >= 0)
		e->vruntime = max_of(v + 1, min_of(e->vdeadline, v + LEAD_NS));
	fair_renew(e);
}

void fair_queue_up(struct fair_queue *f, struct task_ref r)
{
	struct sched_entity *e = &task_get(&r)->sched;
	if (unlikely(e->has_yielded)) {
		e->has_yielded = false;
		give_up(e, fair_now(f));
	}
	fair_join(f, e);
	bool is_eligible = ahead(fair_now(f), e->vruntime) >= 0;
	e->queue = is_eligible ? QUEUE_FAIR : QUEUE_EARLY;
	e->key = is_eligible ? e->vdeadline : e->vruntime;
	ready_tree_insert(is_eligible ? &f->ready : &f->early, task_move(&r));
}

/* Those whose time has come become eligible. */
static void admit(struct fair_queue *f) HOLDS(runq)
{
	u64 v = fair_now(f);
	for (;;) {
		struct task *t = ready_tree_first(&f->early);
		if (t == nullptr || ahead(v, t->sched.vruntime) < 0)
			return;
		struct task_ref r = ready_tree_remove(&f->early, t);
		t->sched.queue = QUEUE_FAIR;
		t->sched.key = t->sched.vdeadline;
		ready_tree_insert(&f->ready, task_move(&r));
	}
}

struct task_ref fair_remove(struct fair_queue *f, struct task *t)
{
	bool is_ready = t->sched.queue == QUEUE_FAIR;
	t->sched.queue = QUEUE_NONE;
	return ready_tree_remove(is_ready ? &f->ready : &f->early, t);
}

bool fair_pick(struct fair_queue *f, struct task_ref *out)
{
	if (ready_tree_count(&f->early) != 0)
		admit(f);
	struct task *t = ready_tree_first(&f->ready);
	if (t == nullptr)
		t = ready_tree_first(&f->early);
	if (t == nullptr)
		return false;
	*out = fair_remove(f, t);
	return true;
}

static struct task *movable_of(const struct ready_tree *tree, u32 cpu) HOLDS(runq)
{
	struct task *t = ready_tree_first(tree);
	while (t != nullptr && (!may_run(t, cpu) || task_is_on_cpu(t)))
		t = ready_tree_next(t);
	return t;
}

struct task *fair_movable(const struct fair_queue *f, u32 cpu)
{
	struct task *t = movable_of(&f->ready, cpu);
	return t != nullptr ? t : movable_of(&f->early, cpu);
}

/* e is queued.  Turns that have just begun go on for a while: switching costs more than latency. */
bool fair_preempts(const struct runq *q, const struct sched_entity *e)
{
	const struct running *r = &q->now;
	u32 policy = atomic_u32_load(&e->policy);
	if (r->is_idle_policy != (policy == SCHED_IDLE))
		return r->is_idle_policy;
	if (policy == SCHED_BATCH || e->queue != QUEUE_FAIR)
		return false;
	return ahead(r->vruntime, q->fair.v) > (i64)LEAD_NS ||
	       ahead(r->vdeadline, e->vdeadline) > (i64)LEAD_NS;
}
