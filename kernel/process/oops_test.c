/* SPDX-License-Identifier: MPL-2.0 */
/*
 * oops_test - a task that goes wrong ends alone, and whatever it held can be taken again.
 *
 * The reports of these tests stand in the log.  Attacks soundness invariant T6.
 */
#include <osxtd/ktest.h>
#include <osxtd/lock.h>
#include <osxtd/object.h>
#include <osxtd/oops.h>
#include <osxtd/rcu.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

LOCK_CLASS(oops_mutex, mutex);
LOCK_CLASS(oops_mutex_inner, mutex, AFTER(oops_mutex));
LOCK_CLASS(oops_spin, spin, AFTER(oops_mutex_inner));
LOCK_CLASS(oops_irq, irq, AFTER(oops_spin));
LOCK_CLASS(oops_rwmutex, rwmutex);
LOCK_CLASS(oops_rw, rw, AFTER(oops_rwmutex));
LOCK_CLASS(oops_seq, seq, AFTER(oops_rw));

struct victims {
	struct oops_mutex_lock mutex;
	struct oops_mutex_inner_lock inner;
	struct oops_spin_lock spin;
	struct oops_irq_lock irq;
	struct oops_rwmutex_lock rwmutex;
	struct oops_rw_lock rw;
	struct oops_seq_lock seq;
	u32 in_mutex GUARDED(oops_mutex);
	u32 in_inner GUARDED(oops_mutex_inner);
	u32 in_spin GUARDED(oops_spin);
	u32 in_irq GUARDED(oops_irq);
	struct waitq queue OWNER(waitq);
	struct atomic_u32 waiting ATOMIC_ONLY, taken ATOMIC_ONLY, zero ATOMIC_ONLY;
};
static struct victims shared victims;

enum : u64 { PATIENCE_NS = 10000000000 };

/* Runs fn in a task and waits until it ended by an oops; false when it did not. */
static bool ends_by_oops(void (*fn)(void *arg))
{
	u32 before = oops_count();
	u64 deadline = clock_monotonic_ns() + PATIENCE_NS;
	if (kernel_task_start(fn, nullptr) != OK)
		return false;
	while (oops_count() == before && clock_monotonic_ns() < deadline)
		task_yield();
	return oops_count() == before + 1;
}

static bool can_take_all(void)
{
	GUARD(oops_mutex, &victims.mutex);
	GUARD(oops_mutex_inner, &victims.inner);
	GUARD(oops_spin, &victims.spin);
	GUARD(oops_irq, &victims.irq);
	victims.in_mutex = victims.in_inner = victims.in_spin = victims.in_irq = 0;
	return preempt_count() == 2;
}

static void fail(void)
{
	ASSERT(atomic_u32_load(&victims.zero) != 0);
}

static void fail_in_nothing(void *arg)
{
	(void)arg;
	fail();
}

static void trap_in_nothing(void *arg)
{
	u8 bytes[4] = {};
	(void)arg;
	/* Out of the span: the framework's inline traps in our name. */
	span_set(span_of(bytes), atomic_u32_load(&victims.zero) + 4, 1);
}

static void misuse_the_library(void *arg)
{
	u8 small[2] = {}, large[8] = {};
	(void)arg;
	span_copy(span_of(small), cspan_of(large));
}

KTEST(oops, an_assertion_ends_the_task_alone)
{
	KEEPS("a task that was ended by an oops stays");
	EXPECT(ends_by_oops(fail_in_nothing));
	EXPECT_EQ(taint_flags() & TAINT_DIED, TAINT_DIED);
	EXPECT_EQ(preempt_count(), 0);
}

KTEST(oops, a_trap_of_the_frameworks_inlines_ends_the_task_alone)
{
	KEEPS("a task that was ended by an oops stays");
	EXPECT(ends_by_oops(trap_in_nothing));
	EXPECT(ends_by_oops(misuse_the_library));
}

static void fail_in_mutex(void *arg)
{
	(void)arg;
	GUARD(oops_mutex, &victims.mutex);
	victims.in_mutex++;
	fail();
}

static void fail_in_spin(void *arg)
{
	(void)arg;
	GUARD(oops_spin, &victims.spin);
	victims.in_spin++;
	fail();
}

static void fail_in_irq(void *arg)
{
	(void)arg;
	GUARD(oops_irq, &victims.irq);
	victims.in_irq++;
	fail();
}

static void fail_in_mutexes(void *arg)
{
	(void)arg;
	GUARD(oops_mutex, &victims.mutex);
	GUARD(oops_mutex_inner, &victims.inner);
	victims.in_inner++;
	fail();
}

static void fail_in_all(void *arg)
{
	(void)arg;
	GUARD(oops_mutex, &victims.mutex);
	GUARD(oops_mutex_inner, &victims.inner);
	GUARD(oops_spin, &victims.spin);
	GUARD(oops_irq, &victims.irq);
	victims.in_irq++;
	fail();
}

KTEST(oops, locks_of_the_dead_are_released)
{
	KEEPS("a task that was ended by an oops stays");
	EXPECT(ends_by_oops(fail_in_mutex));
	EXPECT(can_take_all());
	EXPECT(ends_by_oops(fail_in_spin));
	EXPECT(can_take_all());
	EXPECT(ends_by_oops(fail_in_irq));
	EXPECT(can_take_all());
	EXPECT(ends_by_oops(fail_in_mutexes));
	EXPECT(can_take_all());
	EXPECT(ends_by_oops(fail_in_all));
	EXPECT(can_take_all());
	EXPECT_EQ(preempt_count(), 0);
}

static void fail_as_reader(void *arg)
{
	(void)arg;
	READ_GUARD(oops_rwmutex, &victims.rwmutex);
	READ_GUARD(oops_rw, &victims.rw);
	fail();
}

static void fail_as_writer(void *arg)
{
	(void)arg;
	WRITE_GUARD(oops_rwmutex, &victims.rwmutex);
	WRITE_GUARD(oops_rw, &victims.rw);
	GUARD(oops_seq, &victims.seq);
	fail();
}

static void fail_in_rcu(void *arg)
{
	(void)arg;
	RCU_READ();
	fail();
}

KTEST(oops, who_reads_under_rcu_ends_alone)
{
	KEEPS("a task that was ended by an oops stays");
	EXPECT(ends_by_oops(fail_in_rcu));
	rcu_synchronize();
	EXPECT_EQ(preempt_count(), 0);
}

static bool can_write_all(void)
{
	WRITE_GUARD(oops_rwmutex, &victims.rwmutex);
	WRITE_GUARD(oops_rw, &victims.rw);
	GUARD(oops_seq, &victims.seq);
	return preempt_count() == 2;
}

KTEST(oops, locks_that_readers_share_are_released)
{
	KEEPS("a task that was ended by an oops stays");
	EXPECT(ends_by_oops(fail_as_reader));
	EXPECT(can_write_all());
	EXPECT(ends_by_oops(fail_as_writer));
	EXPECT(can_write_all());
	EXPECT_EQ(preempt_count(), 0);
}

static void fail_once_contended(void *arg)
{
	(void)arg;
	GUARD(oops_mutex, &victims.mutex);
	while (atomic_u32_load(&victims.waiting) == 0)
		task_yield();
	task_yield(); /* the other one sleeps on the mutex now */
	fail();
}

static void take_mutex(void *arg)
{
	(void)arg;
	atomic_u32_store(&victims.waiting, 1);
	GUARD(oops_mutex, &victims.mutex);
	atomic_u32_store(&victims.taken, 1);
}

KTEST(oops, who_sleeps_on_a_mutex_of_the_dead_gets_it)
{
	KEEPS("a task that was ended by an oops stays");
	u32 before = oops_count();
	u64 deadline = clock_monotonic_ns() + PATIENCE_NS;
	atomic_u32_store(&victims.waiting, 0);
	atomic_u32_store(&victims.taken, 0);
	REQUIRE_OK(kernel_task_start(fail_once_contended, nullptr));
	task_yield();
	REQUIRE_OK(kernel_task_start(take_mutex, nullptr));
	while (atomic_u32_load(&victims.taken) == 0 && clock_monotonic_ns() < deadline)
		task_yield();
	EXPECT_EQ(atomic_u32_load(&victims.taken), 1);
	EXPECT_EQ(oops_count(), before + 1);
}

static void fail_while_joined(void *arg)
{
	(void)arg;
	SCOPED_WAITER(w);
	waitq_join(&victims.queue, &w);
	fail();
}

KTEST(oops, a_wake_of_the_dead_touches_nothing_else)
{
	KEEPS("a task that was ended by an oops stays");
	EXPECT(ends_by_oops(fail_while_joined));
	for (u32 i = 0; i < 8; i++) { /* whose stacks would take the place of the dead one's */
		EXPECT(ends_by_oops(fail_while_joined));
		EXPECT_EQ(waitq_wake_all(&victims.queue), i + 2);
	}
	SCOPED_WAITER(w);
	waitq_join_exclusive(&victims.queue, &w);
	EXPECT_EQ(waitq_wake(&victims.queue, 1), 10);
	EXPECT_OK(waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, NO_DEADLINE));
}

struct brittle {
	struct object object;
	u64 word;
};
REF_TYPE(brittle);
static void brittle_fini(struct brittle *b)
{
	ASSERT(b->word == 1);
}
OBJECT_TYPE(brittle, brittle_fini);

static void fail_in_fini(void *arg)
{
	(void)arg;
	SCOPED_REF(brittle, b);
	(void)brittle_alloc(&b);
}

KTEST(oops, the_end_of_an_object_may_fail)
{
	KEEPS("a task that was ended by an oops stays");
	EXPECT(ends_by_oops(fail_in_fini));
}

KTEST(oops, limits_are_as_on_linux)
{
	KEEPS("a task that was ended by an oops stays");
	EXPECT_EQ(oops_limit(), 10000);
	oops_set_limit(0);
	EXPECT(ends_by_oops(fail_in_nothing));
	oops_set_limit(10000);
	EXPECT(!oops_is_panic());
}
