// SPDX-License-Identifier: MPL-2.0
/* smp_test - calls between CPUs, wakes, locks and shootdowns across them.  On one CPU there is
 * nothing to see. */
#include "core/smp.h"

#include <osxtd/ktest.h>
#include <osxtd/lock.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "mm/paging.h"
#include "debug/kasan.h"
#include "mm/frames.h"

enum : u64 { PATIENCE_NS = 60000000000 };

static struct atomic_u32 shared done;
static struct waitq shared all_done;

static err_t until_done(u32 tasks)
{
	SCOPED_WAITER(w);
	waitq_join(&all_done, &w);
	while (atomic_u32_load_acquire(&done) != tasks)
		TRY(waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, clock_monotonic_ns() + PATIENCE_NS));
	return OK;
}

/* Starts fn on each CPU and waits until all have ended. */
static err_t on_each_cpu(void (*fn)(void *arg))
{
	struct task *self = task_current();
	u64 before = atomic_u64_load(&self->sched.affinity);
	atomic_u32_store(&done, 0);
	err_t err = OK;
	for (u32 cpu = 0; cpu < cpu_count() && err == OK; cpu++) {
		atomic_u64_store(&self->sched.affinity, (u64)1 << cpu); /* what tasks inherit */
		err = kernel_task_start(fn, nullptr);
	}
	atomic_u64_store(&self->sched.affinity, before);
	TRY(err);
	return until_done(cpu_count());
}

static void one_is_done(void)
{
	(void)atomic_u32_add(&done, 1);
	(void)waitq_wake_all(&all_done);
}

/* ---- tasks ---- */

static struct atomic_u64 shared seen_cpus;

static void see_cpu(void *)
{
	for (u32 i = 0; i < 100; i++) {
		(void)atomic_u64_or(&seen_cpus, (u64)1 << cpu_id());
		task_yield();
	}
	one_is_done();
}

KTEST(smp, each_cpu_runs_tasks)
{
	atomic_u64_store(&seen_cpus, 0);
	REQUIRE_OK(on_each_cpu(see_cpu));
	EXPECT_EQ(atomic_u64_load(&seen_cpus), cpus_online());
}

/* ---- calls ---- */

struct tally {
	struct atomic_u32 calls;
	struct atomic_u64 cpus;
};

static void count_call(const void *arg)
{
	UNSAFE("1. every caller of this file hands a tally, which outlives the call")
	struct tally *c = (struct tally *)(u64)arg;
	(void)atomic_u32_add(&c->calls, 1);
	(void)atomic_u64_or(&c->cpus, (u64)1 << cpu_id());
}

KTEST(smp, a_call_reaches_each_other_cpu_once)
{
	struct tally c = {};
	cpu_call_others(UINT64_MAX, count_call, &c);
	EXPECT_EQ(atomic_u32_load(&c.calls), cpu_count() - 1);
	EXPECT_EQ(atomic_u64_load(&c.cpus), cpus_others());
}

static struct tally shared crossing;
enum : u32 { CROSSINGS = 50 };

/* Half of the calls are made with interrupts off. */
static void call_all(void *)
{
	for (u32 i = 0; i < CROSSINGS; i++) {
		u64 flags = irq_save();
		if (i % 2 == 0)
			irq_restore(flags);
		cpu_call_others(cpus_online(), count_call, &crossing);
		if (i % 2 != 0)
			irq_restore(flags);
		task_yield();
	}
	one_is_done();
}

KTEST(smp, calls_may_cross)
{
	atomic_u32_store(&crossing.calls, 0);
	REQUIRE_OK(on_each_cpu(call_all));
	EXPECT_EQ(atomic_u32_load(&crossing.calls), cpu_count() * (cpu_count() - 1) * CROSSINGS);
}

static struct atomic_u32 shared deaf; /* the other CPU does not listen any more */

static void be_deaf(void *)
{
	u64 flags = irq_save();
	u32 before = smp_silences();
	u64 end = clock_monotonic_ns() + 10000000000;
	atomic_u32_store_release(&deaf, 1);
	while (smp_silences() == before && clock_monotonic_ns() < end)
		cpu_relax();
	irq_restore(flags);
	one_is_done();
}

KTEST(smp, a_cpu_that_hangs_is_reported)
{
	if (cpu_count() == 1)
		return;
	struct tally c = {};
	struct task *self = task_current();
	u64 affinity = atomic_u64_load(&self->sched.affinity);
	u64 usual = smp_set_silence_ns(1000000);
	u32 before = smp_silences();
	atomic_u32_store(&deaf, 0);
	atomic_u32_store(&done, 0);
	atomic_u64_store(&self->sched.affinity, 2);
	err_t err = kernel_task_start(be_deaf, nullptr);
	atomic_u64_store(&self->sched.affinity, affinity);
	REQUIRE_OK(err);
	while (atomic_u32_load_acquire(&deaf) != 1)
		task_yield();
	cpu_call_others(2, count_call, &c);
	EXPECT_EQ(atomic_u32_load(&c.calls), 1);
	EXPECT_EQ(smp_silences(), before + 1);
	(void)smp_set_silence_ns(usual);
	EXPECT_OK(until_done(1));
}

/* ---- locks ---- */

LOCK_CLASS(smp_spin, spin);
LOCK_CLASS(smp_irq, irq);
LOCK_CLASS(smp_mutex, mutex);
struct guarded {
	struct smp_spin_lock spin;
	struct smp_irq_lock irq;
	struct smp_mutex_lock mutex;
	u32 under_spin GUARDED(smp_spin);
	u32 under_irq GUARDED(smp_irq);
	u32 under_mutex GUARDED(smp_mutex);
};
static struct guarded shared guarded;
enum : u32 { INCREMENTS = 400 };

static void increment(void *)
{
	for (u32 i = 0; i < INCREMENTS; i++) {
		{
			GUARD(smp_spin, &guarded.spin);
			guarded.under_spin++;
		}
		{
			GUARD(smp_irq, &guarded.irq);
			guarded.under_irq++;
		}
		GUARD(smp_mutex, &guarded.mutex);
		guarded.under_mutex++;
		if (i % 64 == 0)
			task_yield();
	}
	one_is_done();
}

KTEST(smp, no_increment_under_a_lock_is_lost)
{
	REQUIRE_OK(on_each_cpu(increment));
	u32 want = cpu_count() * INCREMENTS;
	{
		GUARD(smp_spin, &guarded.spin);
		EXPECT_EQ(guarded.under_spin, want);
		guarded.under_spin = 0;
	}
	{
		GUARD(smp_irq, &guarded.irq);
		EXPECT_EQ(guarded.under_irq, want);
		guarded.under_irq = 0;
	}
	GUARD(smp_mutex, &guarded.mutex);
	EXPECT_EQ(guarded.under_mutex, want);
	guarded.under_mutex = 0;
}

/* A call is made under a lock for which the others wait with interrupts off. */
static void call_under_lock(void *)
{
	for (u32 i = 0; i < CROSSINGS; i++) {
		GUARD(smp_irq, &guarded.irq);
		cpu_call_others(cpus_online(), count_call, &crossing);
	}
	one_is_done();
}

KTEST(smp, who_waits_for_a_lock_answers)
{
	atomic_u32_store(&crossing.calls, 0);
	REQUIRE_OK(on_each_cpu(call_under_lock));
	EXPECT_EQ(atomic_u32_load(&crossing.calls), cpu_count() * (cpu_count() - 1) * CROSSINGS);
}

/* ---- wakes ---- */

struct turn {
	struct waitq queue;
	struct atomic_u32 next; /* whose turn it is: counts on */
};
static struct turn shared turn;
static struct atomic_u32 shared places;
enum : u32 { ROUNDS = 200 };

static err_t wait_for_turn(u32 mine)
{
	SCOPED_WAITER(w);
	waitq_join(&turn.queue, &w);
	while (atomic_u32_load_acquire(&turn.next) != mine)
		TRY(waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, clock_monotonic_ns() + PATIENCE_NS));
	return OK;
}

static void take_turns(void *)
{
	u32 place = atomic_u32_add(&places, 1);
	for (u32 i = 0; i < ROUNDS && wait_for_turn(i * cpu_count() + place) == OK; i++) {
		(void)atomic_u32_add(&turn.next, 1);
		(void)waitq_wake_all(&turn.queue);
	}
	one_is_done();
}

KTEST(smp, no_wake_is_lost)
{
	atomic_u32_store(&places, 0);
	atomic_u32_store(&turn.next, 0);
	REQUIRE_OK(on_each_cpu(take_turns));
	EXPECT_EQ(atomic_u32_load(&turn.next), ROUNDS * cpu_count());
}

/* ---- timers ---- */

struct beat {
	struct timer timer;
	struct atomic_u32 fired;
};
static struct beat shared beats[CPU_MAX];

static void beat(struct timer *timer)
{
	struct beat *b = TIMER_OWNER(timer, struct beat, timer);
	(void)atomic_u32_add(&b->fired, 1);
}

/* Arms its own timer and takes its neighbour's back, all the time. */
static void arm_and_cancel(void *)
{
	u32 self = cpu_id();
	for (u32 i = 0; i < ROUNDS; i++) {
		timer_arm(&array_at(beats, self).timer, clock_monotonic_ns() + i % 3 * 20000);
		if (i % 2 != 0)
			(void)timer_cancel(&array_at(beats, self).timer);
		task_yield();
	}
	(void)timer_cancel(&array_at(beats, self).timer);
	one_is_done();
}

KTEST(smp, timers_of_all_cpus_fire)
{
	for (u32 i = 0; i < array_len(beats); i++)
		timer_init(&array_at(beats, i).timer, beat);
	REQUIRE_OK(on_each_cpu(arm_and_cancel));
	for (u32 i = 0; i < array_len(beats); i++)
		EXPECT(!timer_is_armed(&array_at(beats, i).timer));
}

/* ---- the kernel's translations ---- */

struct page_view {
	u64 va, seen;
};
static struct page_view shared view;

KASAN_OFF_BEGIN
static void look(const void *)
{
	UNSAFE("1. the test has mapped a page there")
	{
		__atomic_store_n(&view.seen, *(volatile u64 *)view.va, __ATOMIC_RELAXED);
	}
}
KASAN_OFF_END

/* The stack area is where pages of the kernel come and go. */
KTEST(smp, a_page_that_was_unmapped_is_forgotten_everywhere)
{
	struct uframe *pages[2] = { frame_take(FRAME_META), frame_take(FRAME_META) };
	REQUIRE_OK(pages[0] != nullptr && pages[1] != nullptr ? OK : ERR_NOMEM);
	view.va = KSTACK_BASE + KSTACK_BYTES - 8 * PAGE_SIZE;
	for (u64 i = 0; i < 8; i++) {
		struct uframe *f = array_at(pages, i % 2);
		span_fill(frame_bytes(f, 0, PAGE_SIZE), (u8)(i + 1));
		REQUIRE_OK(paging_map_page(view.va, frame_paddr(f)));
		cpu_call_others(UINT64_MAX, look, nullptr);
		u64 seen = __atomic_load_n(&view.seen, __ATOMIC_RELAXED);
		if (cpu_count() > 1)
			EXPECT_EQ(seen, 0x0101010101010101 * (i + 1));
		EXPECT_EQ(paging_unmap_page(view.va), frame_paddr(f));
	}
	frame_give(pages[0], FRAME_META);
	frame_give(pages[1], FRAME_META);
}
