/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rt - real-time tasks by priority: SCHED_FIFO until they sleep or yield, SCHED_RR in turns.
 *
 * A task that is preempted goes on first of its priority, one whose turn is over or that yields
 * goes behind its equals (POSIX.1-2024, 2.8.4).  Of each period of a second real-time tasks get
 * no more than 950 ms while ordinary ones wait, so that a runaway one can be ended
 * (/proc/sys/kernel/sched_rt_runtime_us).
 */
#include "sched/class.h"

static struct atomic_i64 shared rt_runtime_us = ATOMIC_INIT(950000);
static struct atomic_i64 shared rt_period_us = ATOMIC_INIT(1000000);

enum : u64 { NS_PER_US = 1000, LOW_LEVELS = 64 };

void rt_queue_up(struct rt_queue *rt, struct task_ref r, bool is_first)
{
	struct sched_entity *e = &task_get(&r)->sched;
	u32 rank = rank_of(e);
	struct ready_list *list = &array_at(rt->list, rank);
	e->queue = QUEUE_RT;
	e->key = rank; /* the level it stands in, whatever its rank becomes */
	if (is_first)
		ready_list_push_front(list, task_move(&r));
	else
		ready_list_push_back(list, task_move(&r));
	rt->count++;
	array_at(rt->used, rank / LOW_LEVELS) |= (u64)1 << rank % LOW_LEVELS;
}

u32 rt_waiting(const struct rt_queue *rt)
{
	if (rt->used[1] != 0)
		return 127 - (u32)__builtin_clzll(rt->used[1]);
	return rt->used[0] == 0 ? 0 : 63 - (u32)__builtin_clzll(rt->used[0]);
}

struct task_ref rt_remove(struct rt_queue *rt, struct task *t)
{
	u32 level = (u32)t->sched.key;
	struct ready_list *list = &array_at(rt->list, level);
	struct task_ref r = ready_list_remove(list, t);
	t->sched.queue = QUEUE_NONE;
	rt->count--;
	if (ready_list_is_empty(list))
		array_at(rt->used, level / LOW_LEVELS) &= ~((u64)1 << level % LOW_LEVELS);
	return r;
}

bool rt_pick(struct rt_queue *rt, struct task_ref *out)
{
	struct task *t = ready_list_first(&array_at(rt->list, rt_waiting(rt)));
	if (t == nullptr)
		return false;
	*out = rt_remove(rt, t);
	return true;
}

struct task *rt_movable(const struct rt_queue *rt, u32 cpu)
{
	for (u32 rank = rt_waiting(rt); rank != 0; rank--) {
		struct task *t = ready_list_first(&array_at(rt->list, rank));
		while (t != nullptr && (!may_run(t, cpu) || task_is_on_cpu(t)))
			t = ready_list_next(t);
		if (t != nullptr)
			return t;
	}
	return nullptr;
}

/* ---- the part of a period that they may have ---- */

static void begin_window(struct rt_queue *rt, u64 now_ns) HOLDS(runq)
{
	u64 period = (u64)atomic_i64_load(&rt_period_us) * NS_PER_US;
	if (now_ns - rt->window_ns < period)
		return;
	rt->window_ns = now_ns;
	rt->used_ns = 0;
}

void rt_account(struct rt_queue *rt, u64 now_ns, u64 ran_ns)
{
	begin_window(rt, now_ns);
	rt->used_ns += ran_ns;
}

bool rt_has_budget(struct rt_queue *rt, u64 now_ns)
{
	i64 runtime = atomic_i64_load(&rt_runtime_us);
	begin_window(rt, now_ns);
	return runtime < 0 || rt->used_ns < (u64)runtime * NS_PER_US;
}

void sched_rt_limit(i64 *runtime_us, i64 *period_us)
{
	*runtime_us = atomic_i64_load(&rt_runtime_us);
	*period_us = atomic_i64_load(&rt_period_us);
}

err_t sched_set_rt_limit(i64 runtime_us, i64 period_us)
{
	if (period_us <= 0 || period_us > INT32_MAX || runtime_us < -1 || runtime_us > period_us)
		return ERR_INVAL;
	TRY(deadline_check_limit(runtime_us, period_us));
	atomic_i64_store(&rt_runtime_us, runtime_us);
	atomic_i64_store(&rt_period_us, period_us);
	return OK;
}
