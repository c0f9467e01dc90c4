/* SPDX-License-Identifier: MPL-2.0 */
/*
 * deadline - tasks that reserve runtime in every period: earliest deadline first, and none gets
 * more than it reserved (a constant bandwidth server each).
 *
 * A task whose run time is used up is throttled until its next period begins; one that wakes goes
 * on with what is left if that fits its bandwidth, else it starts anew.  All reservations together
 * stay within what real-time tasks may have of the CPUs, so that every deadline can be met.
 *
 *   Spec:  sched(7), SCHED_DEADLINE; L. Abeni, G. Buttazzo, Integrating Multimedia Applications in
 *          Hard Real-Time Systems, 1998.
 */
#include "abi/sched.h"
#include "sched/class.h"

enum : u64 { MIN_RUNTIME_NS = 1024, MIN_PERIOD_NS = 100000, MAX_PERIOD_NS = (u64)1000 << 22 };
enum : u32 { ONE_CPU = 1 << 20, FRESH_AFTER = 8 };

LOCK_CLASS(deadline_bandwidth, spin);
struct reservations {
	struct deadline_bandwidth_lock lock;
	u64 total GUARDED(deadline_bandwidth); /* in 1/2^20 of a CPU */
};
static struct reservations shared reservations;

/* A task that only lends the deadline of one that waits for it is not held to a run time. */
static bool is_own(const struct sched_entity *e)
{
	return atomic_u32_load(&e->policy) == SCHED_DEADLINE;
}

u64 deadline_due(const struct sched_entity *e)
{
	return is_own(e) ? e->deadline.due_ns : e->lent_due_ns;
}

static u64 next_period(const struct sched_deadline *d)
{
	return d->due_ns - d->deadline_ns + d->period_ns;
}

static void start_anew(struct sched_deadline *d, u64 now_ns)
{
	d->due_ns = now_ns + d->deadline_ns;
	d->left_ns = (i64)d->runtime_ns;
}

/* What is left may be used until the deadline if that is not more than its bandwidth. */
static void wake(struct sched_deadline *d, u64 now_ns)
{
	if (d->left_ns <= 0 && d->due_ns != 0 && now_ns < next_period(d))
		return;
	if (d->left_ns <= 0 || d->due_ns <= now_ns ||
	    (unsigned __int128)(u64)d->left_ns * d->deadline_ns >
		    (unsigned __int128)d->runtime_ns * (d->due_ns - now_ns))
		start_anew(d, now_ns);
}

static void replenish(struct sched_deadline *d, u64 now_ns)
{
	if (d->left_ns <= -(i64)(d->runtime_ns * FRESH_AFTER))
		start_anew(d, now_ns);
	while (d->left_ns <= 0) {
		d->due_ns += d->period_ns;
		d->left_ns += (i64)d->runtime_ns;
	}
	if (d->due_ns <= now_ns)
		start_anew(d, now_ns);
}

static void arm(struct deadline_queue *q) HOLDS(runq)
{
	const struct task *first = ready_tree_first(&q->throttled);
	if (first != nullptr)
		timer_arm(&q->timer, first->sched.key);
}

static void make_ready(struct deadline_queue *q, struct task_ref r) HOLDS(runq)
{
	struct sched_entity *e = &task_get(&r)->sched;
	e->queue = QUEUE_DEADLINE;
	e->key = deadline_due(e);
	ready_tree_insert(&q->ready, task_move(&r));
}

void deadline_queue_up(struct deadline_queue *q, struct task_ref r, bool is_wakeup)
{
	struct sched_entity *e = &task_get(&r)->sched;
	struct sched_deadline *d = &e->deadline;
	u64 now = clock_monotonic_ns();
	if (is_own(e)) {
		if (is_wakeup)
			wake(d, now);
		if (e->has_yielded)
			d->left_ns = min_of(d->left_ns, (i64)0);
		e->has_yielded = false;
		if (d->left_ns <= 0 && next_period(d) > now) {
			e->queue = QUEUE_THROTTLED;
			e->key = next_period(d);
			ready_tree_insert(&q->throttled, task_move(&r));
			arm(q);
			return;
		}
		if (d->left_ns <= 0)
			replenish(d, now);
	}
	make_ready(q, task_move(&r));
}

/* The first of those whose next period has begun, ready again; borrowed. */
static struct task *release_one(struct deadline_queue *q, u64 now_ns) HOLDS(runq)
{
	struct task *t = ready_tree_first(&q->throttled);
	if (t == nullptr || t->sched.key > now_ns)
		return nullptr;
	struct task_ref r = ready_tree_remove(&q->throttled, t);
	replenish(&t->sched.deadline, now_ns);
	make_ready(q, task_move(&r));
	return t;
}

/* The CPU that should look for another task now: this queue's or one on which less counts. */
static u32 release(struct runq *q)
{
	u32 to_tell = CPU_MAX;
	GUARD(runq, &q->lock);
	for (;;) {
		struct task *t = release_one(&q->dl, clock_monotonic_ns());
		if (t == nullptr)
			break;
		if (runq_should_preempt(q, &t->sched))
			to_tell = q->cpu;
		else if (to_tell == CPU_MAX)
			to_tell = place_lower(t, q->cpu);
	}
	arm(&q->dl);
	runq_publish(q);
	return to_tell;
}

static void period_begins(struct timer *timer)
{
	u32 cpu = release(TIMER_OWNER(timer, struct runq, dl.timer));
	if (cpu != CPU_MAX)
		task_need_resched(cpu);
}

void deadline_init(struct runq *q)
{
	timer_init(&q->dl.timer, period_begins);
}

struct task_ref deadline_remove(struct deadline_queue *q, struct task *t)
{
	bool is_ready = t->sched.queue == QUEUE_DEADLINE;
	t->sched.queue = QUEUE_NONE;
	return ready_tree_remove(is_ready ? &q->ready : &q->throttled, t);
}

bool deadline_pick(struct deadline_queue *q, struct task_ref *out)
{
	struct task *t = ready_tree_first(&q->ready);
	if (t == nullptr)
		return false;
	*out = deadline_remove(q, t);
	return true;
}

struct task *deadline_movable(const struct deadline_queue *q, u32 cpu)
{
	struct task *t = ready_tree_first(&q->ready);
	while (t != nullptr && (!may_run(t, cpu) || task_is_on_cpu(t)))
		t = ready_tree_next(t);
	return t;
}

void deadline_account(struct sched_entity *e, u64 ran_ns)
{
	if (is_own(e))
		e->deadline.left_ns -= (i64)ran_ns;
}

bool deadline_tells_overrun(const struct sched_entity *e)
{
	if (!is_own(e) || (e->deadline.flags & (u32)SCHED_FLAG_DL_OVERRUN) == 0)
		return false;
	return (i64)(clock_monotonic_ns() - e->exec_start_ns) >= e->deadline.left_ns;
}

/* ---- reservations ---- */

static u64 limit_of(i64 runtime_us, i64 period_us)
{
	if (runtime_us < 0)
		return UINT64_MAX;
	return (u64)runtime_us * ONE_CPU / (u64)period_us * cpu_count();
}

err_t deadline_check_limit(i64 runtime_us, i64 period_us)
{
	GUARD(deadline_bandwidth, &reservations.lock);
	return reservations.total <= limit_of(runtime_us, period_us) ? OK : ERR_BUSY;
}

err_t sched_check_deadline(const struct sched_deadline *d)
{
	u64 period = d->period_ns == 0 ? d->deadline_ns : d->period_ns;
	if (d->deadline_ns == 0 || d->runtime_ns < MIN_RUNTIME_NS || period < d->deadline_ns ||
	    d->deadline_ns < d->runtime_ns || period < MIN_PERIOD_NS || period > MAX_PERIOD_NS)
		return ERR_INVAL;
	return OK;
}

/* Changes what t has reserved to bandwidth.  ERR_BUSY. */
static err_t reserve(struct task *t, u32 bandwidth)
{
	struct sched_deadline *d = &t->sched.deadline;
	i64 runtime = 0, period = 0;
	sched_rt_limit(&runtime, &period);
	u64 limit = limit_of(runtime, period);
	GUARD(deadline_bandwidth, &reservations.lock);
	u64 total = reservations.total - d->bandwidth + bandwidth;
	if (bandwidth > d->bandwidth && total > limit)
		return ERR_BUSY;
	reservations.total = total;
	d->bandwidth = bandwidth;
	return OK;
}

err_t sched_set_deadline(struct task *t, const struct sched_deadline *wanted)
{
	struct sched_deadline d = *wanted;
	d.period_ns = d.period_ns == 0 ? d.deadline_ns : d.period_ns;
	TRY(reserve(t, (u32)(d.runtime_ns * ONE_CPU / d.period_ns)));
	params_set_deadline(t, &d);
	return OK;
}

void sched_end_deadline(struct task *t)
{
	if (t->sched.deadline.bandwidth != 0)
		(void)reserve(t, 0);
}
