/* SPDX-License-Identifier: MPL-2.0 */
/* task_test - tasks, wait queues, mutexes and timers together. */
#include <osxtd/atomic.h>
#include <osxtd/ktest.h>
#include <osxtd/lock.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

static struct waitq shared queue;
static struct atomic_u32 shared turns, done;

static err_t wait_until(struct atomic_u32 *a, u32 want, u64 timeout_ns)
{
	u64 deadline = clock_monotonic_ns() + timeout_ns;
	SCOPED_WAITER(w);
	waitq_join(&queue, &w);
	for (;;) {
		if (atomic_u32_load_acquire(a) >= want)
			return OK;
		TRY(waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, deadline));
	}
}

static void take_turns(void *arg)
{
	(void)arg;
	for (u32 i = 0; i < 100; i++) {
		(void)atomic_u32_add(&turns, 1);
		(void)waitq_wake_all(&queue);
		task_yield();
	}
	(void)atomic_u32_add(&done, 1);
	(void)waitq_wake_all(&queue);
}

KTEST(task, several_run_to_their_end)
{
	atomic_u32_store(&turns, 0);
	atomic_u32_store(&done, 0);
	for (u32 i = 0; i < 8; i++)
		REQUIRE_OK(kernel_task_start(take_turns, nullptr));
	EXPECT_OK(wait_until(&done, 8, 60000000000));
	EXPECT_EQ(atomic_u32_load(&turns), 800);
}

KTEST(waitq, a_deadline_ends_the_sleep)
{
	u64 start = clock_monotonic_ns();
	struct atomic_u32 never = {};
	EXPECT_EQ(wait_until(&never, 1, 3000000), ERR_TIMEDOUT);
	EXPECT(clock_monotonic_ns() - start >= 3000000);
}

KTEST(waitq, a_wake_before_the_sleep_is_remembered)
{
	SCOPED_WAITER(w);
	waitq_join(&queue, &w);
	EXPECT_EQ(waitq_wake_all(&queue), 1);
	EXPECT_OK(waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, NO_DEADLINE));
	EXPECT_EQ(waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, clock_monotonic_ns() + 1000),
		  ERR_TIMEDOUT);
}

struct rescue {
	struct timer timer;
	struct task *sleeper;
	struct atomic_u32 fired;
};
static void rescue_sleeper(struct timer *t)
{
	struct rescue *r = TIMER_OWNER(t, struct rescue, timer);
	atomic_u32_store_release(&r->fired, 1);
	task_unpark(r->sleeper);
}

/* The timer ends the sleep of a kernel that loses the wake. */
KTEST(task, a_wake_before_the_park_is_remembered_once)
{
	static struct rescue shared rescue;
	rescue.sleeper = task_current();
	atomic_u32_store(&rescue.fired, 0);
	timer_init(&rescue.timer, rescue_sleeper);
	timer_arm(&rescue.timer, clock_monotonic_ns() + 5000000);
	task_unpark(task_current());
	task_park();
	EXPECT_EQ(atomic_u32_load(&rescue.fired), 0);
	task_park();
	EXPECT_EQ(atomic_u32_load(&rescue.fired), 1);
}

LOCK_CLASS(test_mutex, mutex);
struct counter {
	struct test_mutex_lock lock;
	u64 value GUARDED(test_mutex);
};
static struct counter shared counter;

static void count_up(void *arg)
{
	(void)arg;
	for (u32 i = 0; i < 50; i++) {
		GUARD(test_mutex, &counter.lock);
		u64 seen = counter.value;
		task_yield(); /* with the lock held, so that others run into it */
		counter.value = seen + 1;
	}
	(void)atomic_u32_add(&done, 1);
	(void)waitq_wake_all(&queue);
}

KTEST(mutex, contended_increments_are_not_lost)
{
	atomic_u32_store(&done, 0);
	for (u32 i = 0; i < 4; i++)
		REQUIRE_OK(kernel_task_start(count_up, nullptr));
	EXPECT_OK(wait_until(&done, 4, 60000000000));
	GUARD(test_mutex, &counter.lock);
	EXPECT_EQ(counter.value, 200);
	counter.value = 0;
}

struct test_timer {
	struct timer timer;
	struct atomic_u32 fired;
	u64 at_ns;
};
static void on_timer(struct timer *t)
{
	struct test_timer *tt = TIMER_OWNER(t, struct test_timer, timer);
	tt->at_ns = clock_monotonic_ns();
	atomic_u32_store_release(&tt->fired, 1);
	(void)waitq_wake_all(&queue);
}

KTEST(timer, fires_not_early_and_in_order)
{
	static struct test_timer shared first, second, cancelled;
	u64 now = clock_monotonic_ns();
	timer_init(&first.timer, on_timer);
	timer_init(&second.timer, on_timer);
	timer_init(&cancelled.timer, on_timer);
	atomic_u32_store(&first.fired, 0);
	atomic_u32_store(&second.fired, 0);
	timer_arm(&second.timer, now + 4000000);
	timer_arm(&first.timer, now + 2000000);
	timer_arm(&cancelled.timer, now + 3000000);
	EXPECT(timer_is_armed(&first.timer));
	EXPECT(timer_cancel(&cancelled.timer));
	EXPECT(!timer_cancel(&cancelled.timer));
	EXPECT_OK(wait_until(&second.fired, 1, 1000000000));
	EXPECT(atomic_u32_load(&first.fired) == 1);
	EXPECT(first.at_ns >= now + 2000000 && second.at_ns >= now + 4000000 &&
	       first.at_ns <= second.at_ns);
	EXPECT_EQ(atomic_u32_load(&cancelled.fired), 0);
}
