/* SPDX-License-Identifier: MPL-2.0 */
/* class_test - the classes: who goes before whom on one CPU, what is lent, what is reserved. */
#include <osxtd/ktest.h>

#include "abi/sched.h"
#include "sched/class.h"

enum : u64 { MS = 1000000 };

static struct atomic_u32 shared arrivals;

static void arrive(void *unused)
{
	(void)unused;
	(void)atomic_u32_add(&arrivals, 1);
}

static void until_arrived(u32 count)
{
	while (atomic_u32_load_acquire(&arrivals) != count)
		(void)task_sleep_until(clock_monotonic_ns() + MS, 0);
}

static u32 arrived_while_yielding(void)
{
	for (u32 i = 0; i < 100; i++)
		task_yield();
	return atomic_u32_load(&arrivals);
}

KTEST(sched, fair_tasks_wait_for_a_real_time_one)
{
	struct task *self = task_current();
	atomic_u32_store(&arrivals, 0);
	sched_set_policy(self, SCHED_FIFO, 50);
	REQUIRE_OK(kernel_task_start(arrive, nullptr));
	REQUIRE_OK(kernel_task_start(arrive, nullptr));
	EXPECT_EQ(arrived_while_yielding(), 0);
	sched_set_policy(self, SCHED_OTHER, 0);
	until_arrived(2);
}

KTEST(sched, what_is_lent_counts_and_ends)
{
	struct task *self = task_current();
	atomic_u32_store(&arrivals, 0);
	struct sched_standing as_was = sched_standing(self);
	sched_lend(self, (struct sched_standing){ .rank = RANK_RT + 7 });
	EXPECT_EQ(sched_standing(self).rank, RANK_RT + 7);
	REQUIRE_OK(kernel_task_start(arrive, nullptr));
	EXPECT_EQ(arrived_while_yielding(), 0);
	sched_lend(self, (struct sched_standing){});
	EXPECT_EQ(sched_standing(self).rank, as_was.rank);
	until_arrived(1);
}

KTEST(sched, reservations_are_checked)
{
	struct sched_deadline d = { .runtime_ns = MS, .deadline_ns = 10 * MS };
	EXPECT_OK(sched_check_deadline(&d));
	d.runtime_ns = 11 * MS;
	EXPECT_EQ(sched_check_deadline(&d), ERR_INVAL);
	d.runtime_ns = 100;
	EXPECT_EQ(sched_check_deadline(&d), ERR_INVAL);
	EXPECT_EQ(sched_set_rt_limit(2, 1), ERR_INVAL);
	EXPECT_EQ(sched_set_rt_limit(-2, 1), ERR_INVAL);
}

KTEST(sched, a_deadline_task_is_throttled)
{
	struct task *self = task_current();
	struct sched_deadline d = { .runtime_ns = 5 * MS,
				    .deadline_ns = 50 * MS,
				    .period_ns = 50 * MS };
	u64 cpus = sched_affinity(self);
	sched_set_affinity(self, UINT64_MAX);
	REQUIRE_OK(sched_set_deadline(self, &d));
	EXPECT_EQ(sched_standing(self).rank, RANK_DEADLINE);
	u64 used = sched_exec_ns(self), end = clock_monotonic_ns() + 200 * MS;
	while (clock_monotonic_ns() < end)
		task_reschedule();
	used = sched_exec_ns(self) - used;
	sched_set_policy(self, SCHED_OTHER, 0);
	EXPECT_EQ(self->sched.deadline.bandwidth, 0);
	sched_set_affinity(self, cpus);
	EXPECT(used <= 60 * MS); /* five parts of 5 ms, and what a busy host adds to each */
}

/* The longest slice at the least weight, beside as much as fits into a process table. */
KTEST(sched, placing_overflows_nothing)
{
	shared static struct runq scratch;
	enum : u64 { START = (u64)1 << 48, OTHERS = (u64)88761 * 4000000 };
	struct sched_entity e = { .weight = 3, .slice_ns = 100 * MS };
	u64 flags = irq_save();
	{
		GUARD(runq, &scratch.lock);
		struct fair_queue *f = &scratch.fair;
		f->v = START;
		f->weight = OTHERS;
		e.lag = (i64)(2 * 100 * MS * WEIGHT_ONE / 3);
		u64 lag = (u64)e.lag;
		fair_place(f, &e, false);
		EXPECT(e.vruntime <= START - lag);
		EXPECT(e.vruntime >= START - lag - 2);
	}
	irq_restore(flags);
}

static u64 queue_mean(struct fair_queue *f) HOLDS(runq)
{
	return f->v;
}

/* Weights 1024 and 2048: the mean lies twice as near to the heavier one. */
KTEST(sched, the_virtual_time_is_the_weighted_mean)
{
	static struct runq shared scratch;
	struct sched_entity light = { .weight = 1024 }, heavy = { .weight = 2048 };
	u64 flags = irq_save();
	{
		GUARD(runq, &scratch.lock);
		struct fair_queue *f = &scratch.fair;
		f->v = (u64)1 << 40;
		light.vruntime = f->v;
		heavy.vruntime = f->v + 3 * MS;
		fair_join(f, &light);
		fair_join(f, &heavy);
		fair_leave(f, &light);
		EXPECT_EQ(light.lag, (i64)(2 * MS));
		EXPECT_EQ(queue_mean(f), ((u64)1 << 40) + 2 * MS);
		fair_leave(f, &heavy);
		EXPECT_EQ(queue_mean(f), heavy.vruntime);
	}
	irq_restore(flags);
}
