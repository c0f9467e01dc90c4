/* SPDX-License-Identifier: MPL-2.0 */
/* watchdog_test - a task that sleeps for ever and a CPU that does not get on are noticed. */
#include <osxtd/ktest.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/watchdog.h>

#include "debug/report.h"

enum : u64 { MS = 1000000, LIMIT = 20 * MS };

struct sleeper {
	struct waitq queue;
	struct atomic_u32 may_go ATOMIC_ONLY, is_gone ATOMIC_ONLY;
};
static struct sleeper shared sleeper;

static void sleep_long(void *arg)
{
	(void)arg;
	{
		SCOPED_WAITER(w);
		waitq_join(&sleeper.queue, &w);
		while (atomic_u32_load_acquire(&sleeper.may_go) == 0)
			(void)waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	}
	atomic_u32_store_release(&sleeper.is_gone, 1);
}

static void sleep_killably(void *arg)
{
	(void)arg;
	{
		SCOPED_WAITER(w);
		waitq_join(&sleeper.queue, &w);
		while (atomic_u32_load_acquire(&sleeper.may_go) == 0)
			(void)waiter_sleep(&w, WAIT_KILLABLE, NO_DEADLINE);
	}
	atomic_u32_store_release(&sleeper.is_gone, 1);
}

/* Hung tasks reported while fn sleeps for eight times the limit. */
static u32 hung_reports(void (*fn)(void *arg))
{
	struct str kind = {};
	u64 before = hung_task_timeout_ns();
	atomic_u32_store(&sleeper.may_go, 0);
	atomic_u32_store(&sleeper.is_gone, 0);
	report_expect_kind(STR("hung task"));
	hung_task_set_timeout_ns(LIMIT);
	if (kernel_task_start(fn, nullptr) == OK)
		(void)task_sleep_until(clock_monotonic_ns() + 8 * LIMIT, WAIT_KILLABLE);
	hung_task_set_timeout_ns(before);
	u32 n = report_caught(&kind);
	atomic_u32_store_release(&sleeper.may_go, 1);
	(void)waitq_wake_all(&sleeper.queue);
	while (atomic_u32_load_acquire(&sleeper.is_gone) == 0)
		task_yield();
	return n;
}

KTEST(hung_task, a_sleep_that_nothing_ends_is_reported_once)
{
	EXPECT_EQ(hung_reports(sleep_long), 1);
	EXPECT_EQ(hung_reports(sleep_killably), 0);
}

static u32 lockup_reports(bool is_kind)
{
	struct str kind = {};
	u64 before = soft_lockup_limit_ns();
	u64 end = clock_monotonic_ns() + 8 * LIMIT;
	report_expect_kind(STR("soft lockup"));
	soft_lockup_set_limit_ns(LIMIT);
	while (clock_monotonic_ns() < end) {
		if (is_kind)
			task_yield();
	}
	soft_lockup_set_limit_ns(before);
	return report_caught(&kind);
}

KTEST(soft_lockup, a_loop_that_yields_to_nobody_is_reported_once)
{
	EXPECT_EQ(lockup_reports(false), 1);
	EXPECT_EQ(lockup_reports(true), 0);
}
