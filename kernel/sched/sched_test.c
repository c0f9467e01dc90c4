/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>
#include <osxtd/timer.h>

#include "abi/sched.h"
#include "sched/sched.h"

/* A task that uses the CPU until it is told to stop, and how much it got. */
struct spinner {
	i32 nice IMMUTABLE;
	u32 policy IMMUTABLE;
	struct atomic_u64 used_ns ATOMIC_ONLY;
	struct atomic_u32 is_done ATOMIC_ONLY;
};
static struct spinner shared spinners[2];
static struct atomic_u64 shared stop_at;

static void spin(struct spinner *s)
{
	sched_set_policy(task_current(), s->policy, 0);
	sched_set_nice(task_current(), s->nice);
	while (clock_monotonic_ns() < atomic_u64_load(&stop_at))
		task_reschedule();
	atomic_u64_store(&s->used_ns, sched_exec_ns(task_current()));
	atomic_u32_store_release(&s->is_done, 1);
}

static void first_spins(void *unused)
{
	(void)unused;
	spin(&spinners[0]);
}

static void second_spins(void *unused)
{
	(void)unused;
	spin(&spinners[1]);
}

enum : u64 { SPIN_NS = 300000000 };

/* Both spin for the same time on CPU 0; per cent of the first's share of both. */
static err_t run_both(struct spinner a, struct spinner b, u64 *percent)
{
	u64 deadline = clock_monotonic_ns() + SPIN_NS;
	spinners[0] = a;
	spinners[1] = b;
	atomic_u64_store(&stop_at, deadline);
	TRY(kernel_task_start(first_spins, nullptr));
	TRY(kernel_task_start(second_spins, nullptr));
	while (atomic_u32_load_acquire(&spinners[0].is_done) == 0 ||
	       atomic_u32_load_acquire(&spinners[1].is_done) == 0)
		(void)task_sleep_until(clock_monotonic_ns() + SPIN_NS / 10, 0);
	u64 first = atomic_u64_load(&spinners[0].used_ns),
	    second = atomic_u64_load(&spinners[1].used_ns);
	*percent = first * 100 / (first + second);
	return OK;
}

KTEST(sched, equal_tasks_share_equally)
{
	u64 percent = 0;
	if (cpu_count() != 1)
		return;
	REQUIRE_OK(run_both((struct spinner){}, (struct spinner){}, &percent));
	EXPECT(percent >= 40 && percent <= 60);
}

KTEST(sched, nice_weighs)
{
	u64 percent = 0;
	if (cpu_count() != 1)
		return;
	/* 1024 to 335: three quarters. */
	REQUIRE_OK(run_both((struct spinner){}, (struct spinner){ .nice = 5 }, &percent));
	EXPECT(percent >= 65 && percent <= 85);
}

KTEST(sched, idle_policy_gets_little)
{
	u64 percent = 0;
	if (cpu_count() != 1)
		return;
	REQUIRE_OK(
		run_both((struct spinner){}, (struct spinner){ .policy = SCHED_IDLE }, &percent));
	EXPECT(percent >= 90);
}

KTEST(sched, affinity_is_never_empty)
{
	struct task *self = task_current();
	u64 before = sched_affinity(self);
	EXPECT(before != 0);
	sched_set_affinity(self, (u64)1 << 63);
	EXPECT(sched_affinity(self) != 0);
	sched_set_affinity(self, before);
}

KTEST(sched, time_used_grows)
{
	u64 before = sched_exec_ns(task_current());
	clock_delay_ns(1000000);
	EXPECT(sched_exec_ns(task_current()) >= before + 900000);
}

KTEST(sched, nice_and_policy_leave_each_other)
{
	struct task *self = task_current();
	sched_set_nice(self, 7);
	sched_set_policy(self, SCHED_FIFO, 3);
	sched_set_nice(self, 9);
	EXPECT_EQ(atomic_i32_load(&self->sched.nice), 9);
	EXPECT_EQ(atomic_u32_load(&self->sched.policy), SCHED_FIFO);
	EXPECT_EQ(atomic_u32_load(&self->sched.rt_priority), 3);
	sched_set_policy(self, SCHED_OTHER, 0);
	EXPECT_EQ(atomic_i32_load(&self->sched.nice), 9);
	sched_set_policy(self, SCHED_FIFO, 3);
	sched_reset(self);
	EXPECT_EQ(atomic_i32_load(&self->sched.nice), 0);
	EXPECT_EQ(atomic_u32_load(&self->sched.policy), SCHED_OTHER);
	EXPECT_EQ(atomic_u32_load(&self->sched.rt_priority), 0);
}
