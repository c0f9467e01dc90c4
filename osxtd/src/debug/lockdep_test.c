/* SPDX-License-Identifier: MPL-2.0 */
/* lockdep_test - planted mistakes with locks are reported, once each, and right uses are not. */
#include <osxtd/ktest.h>
#include <osxtd/lock.h>
#include <osxtd/lockdep.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>

#include "debug/held.h"
#include "debug/report.h"

LOCK_CLASS(ld_one, spin);
LOCK_CLASS(ld_two, spin);
LOCK_CLASS(ld_three, spin);
LOCK_CLASS(ld_first, spin);
LOCK_CLASS(ld_second, spin, AFTER(ld_first));
LOCK_CLASS(ld_handler, spin);
LOCK_CLASS(ld_irq, irq);
LOCK_CLASS(ld_plain, spin);
LOCK_CLASS(ld_mutex, mutex);
LOCK_CLASS(ld_rw, rw);
LOCK_CLASS(ld_rwmutex, rwmutex);
LOCK_CLASS(ld_seq, seq);
struct ld_value {
	u32 v;
};
SEQ_CELL(ld_seq, ld_value);

struct scratch {
	struct ld_one_lock one, other_one;
	struct ld_two_lock two;
	struct ld_three_lock three;
	struct ld_first_lock first;
	struct ld_second_lock second;
	struct ld_handler_lock handler;
	struct ld_irq_lock irq;
	struct ld_plain_lock plain;
	struct ld_mutex_lock mutex;
	struct ld_rw_lock rw;
	struct ld_rwmutex_lock rwmutex;
	struct ld_value_cell cell OWNER(ld_seq);
	struct timer timer OWNER(timer);
	struct atomic_u32 fired ATOMIC_ONLY;
};
static struct scratch shared scratch;

/* One function per step: the compiler sees what a single one does wrong. */
#define TAKE(cls, member)                                                                          \
	static NOINLINE void take_##member(void (*inside)(void))                                   \
	{                                                                                          \
		GUARD(cls, &scratch.member);                                                       \
		inside();                                                                          \
	}                                                                                          \
	static_assert(true)
TAKE(ld_one, one);
TAKE(ld_one, other_one);
TAKE(ld_two, two);
TAKE(ld_three, three);
TAKE(ld_first, first);
TAKE(ld_second, second);
TAKE(ld_handler, handler);
TAKE(ld_irq, irq);
TAKE(ld_plain, plain);
TAKE(ld_mutex, mutex);

#define TAKE_READ(cls, member)                                                                     \
	static NOINLINE void read_##member(void (*inside)(void))                                   \
	{                                                                                          \
		READ_GUARD(cls, &scratch.member);                                                  \
		inside();                                                                          \
	}                                                                                          \
	static_assert(true)
TAKE_READ(ld_rw, rw);
TAKE_READ(ld_rwmutex, rwmutex);

static void nothing(void) {}
static void then_one(void)
{
	take_one(nothing);
}
static void then_other_one(void)
{
	take_other_one(nothing);
}
static void then_two(void)
{
	take_two(nothing);
}
static void then_three(void)
{
	take_three(nothing);
}
static void then_first(void)
{
	take_first(nothing);
}
static void then_plain(void)
{
	take_plain(nothing);
}
static void then_mutex(void)
{
	take_mutex(nothing);
}

static void then_read_rw(void)
{
	read_rw(nothing);
}
static void then_read_rwmutex(void)
{
	read_rwmutex(nothing);
}
static NOINLINE void take_cell(void (*inside)(void))
{
	GUARD(ld_seq, &scratch.cell.lock);
	inside();
}
static void then_look(void)
{
	(void)ld_value_cell_read(&scratch.cell);
}

/* Reports of kind that fn makes. */
static u32 reports(void (*take)(void (*)(void)), void (*inside)(void), struct str kind)
{
	struct str seen = {};
	report_expect();
	take(inside);
	u32 n = report_caught(&seen);
	return n == 0 || str_equal(seen, kind) ? n : 100 + n;
}

KTEST(lockdep, an_inversion_is_reported_once)
{
	lockdep_forget(STR("ld_"));
	EXPECT_EQ(reports(take_one, then_two, STR("lockdep")), 0);
	EXPECT_EQ(reports(take_one, then_two, STR("lockdep")), 0);
	EXPECT_EQ(reports(take_two, then_one, STR("lockdep")), 1);
	EXPECT_EQ(reports(take_two, then_one, STR("lockdep")), 0);
}

KTEST(lockdep, a_cycle_of_three_is_reported)
{
	lockdep_forget(STR("ld_"));
	EXPECT_EQ(reports(take_one, then_two, STR("lockdep")), 0);
	EXPECT_EQ(reports(take_two, then_three, STR("lockdep")), 0);
	EXPECT_EQ(reports(take_three, then_one, STR("lockdep")), 1);
}

KTEST(lockdep, the_declared_order_counts_from_the_start)
{
	lockdep_forget(STR("ld_"));
	EXPECT_EQ(reports(take_second, then_first, STR("lockdep")), 1);
}

KTEST(lockdep, two_of_a_class_are_reported)
{
	lockdep_forget(STR("ld_"));
	EXPECT_EQ(reports(take_one, then_other_one, STR("lockdep")), 1);
	EXPECT_EQ(reports(take_one, then_other_one, STR("lockdep")), 0);
}

KTEST(lockdep, readers_are_holders)
{
	lockdep_forget(STR("ld_"));
	EXPECT_EQ(reports(read_rw, then_one, STR("lockdep")), 0);
	EXPECT_EQ(reports(take_one, then_read_rw, STR("lockdep")), 1);
	/* One that reads again waits for a writer that waits for it. */
	EXPECT_EQ(reports(read_rw, then_read_rw, STR("lockdep")), 1);
	EXPECT_EQ(reports(read_rwmutex, then_read_rwmutex, STR("lockdep")), 1);
}

/* Both ways round are wrong only when somebody writes under the other lock. */
KTEST(lockdep, who_looks_waits_for_the_writer)
{
	lockdep_forget(STR("ld_"));
	EXPECT_EQ(reports(take_cell, then_one, STR("lockdep")), 0);
	EXPECT_EQ(reports(take_one, then_look, STR("lockdep")), 1);
}

static void fire(struct timer *t)
{
	(void)t;
	take_handler(nothing);
	take_irq(then_plain);
	atomic_u32_store_release(&scratch.fired, 1);
}

static void let_it_fire(void)
{
	atomic_u32_store(&scratch.fired, 0);
	timer_init(&scratch.timer, fire);
	timer_arm(&scratch.timer, clock_monotonic_ns() + 100000);
	while (atomic_u32_load_acquire(&scratch.fired) == 0)
		cpu_relax();
}

KTEST(lockdep, a_handlers_lock_is_not_held_with_interrupts_on)
{
	lockdep_forget(STR("ld_"));
	let_it_fire();
	EXPECT_EQ(reports(take_handler, nothing, STR("lockdep")), 1);
	EXPECT_EQ(reports(take_irq, nothing, STR("lockdep")), 0);
	/* Nor one that it leads to. */
	EXPECT_EQ(reports(take_plain, nothing, STR("lockdep")), 1);
}

KTEST(lockdep, what_a_handler_interrupted_is_not_its_own)
{
	struct str seen = {};
	lockdep_forget(STR("ld_"));
	report_expect_kind(STR("lockdep"));
	take_three(let_it_fire); /* three is held, and not by the handler */
	EXPECT_EQ(reports(take_irq, then_three, STR("lockdep")), 1); /* three: interrupts on */
	(void)report_caught(&seen);
}

KTEST(sleep_in_atomic, under_a_spinlock_in_a_handlers_way_and_not_otherwise)
{
	struct str seen = {};
	lockdep_forget(STR("ld_"));
	EXPECT_EQ(reports(take_one, then_mutex, STR("sleep in atomic")), 1);
	EXPECT_EQ(reports(take_irq, then_mutex, STR("sleep in atomic")), 1);
	EXPECT_EQ(reports(read_rw, then_read_rwmutex, STR("sleep in atomic")), 1);
	EXPECT_EQ(reports(take_mutex, then_one, STR("lockdep")), 1); /* the other way round */
	report_expect();
	u64 flags = irq_save();
	might_sleep();
	irq_restore(flags);
	EXPECT_EQ(report_caught(&seen), 1);
	EXPECT(str_equal(seen, STR("sleep in atomic")));
	report_expect();
	might_sleep();
	EXPECT_EQ(report_caught(&seen), 0);
}

KTEST(lockdep, held_locks_are_listed)
{
	struct held_list held = {};
	lockdep_forget(STR("ld_"));
	GUARD(ld_mutex, &scratch.mutex);
	GUARD(ld_one, &scratch.one);
	GUARD(ld_irq, &scratch.irq);
	held_locks(&held);
	EXPECT_EQ(held.count, 3);
	EXPECT(str_equal(str_of_cstr(held.cls[0]->_name), STR("ld_one")));
	EXPECT(str_equal(str_of_cstr(held.cls[1]->_name), STR("ld_irq")));
	EXPECT(str_equal(str_of_cstr(held.cls[2]->_name), STR("ld_mutex")));
}
