/* SPDX-License-Identifier: MPL-2.0 */
/*
 * watchdog - a timer per CPU that looks for what stands still.
 *
 * Hung task: one that has been parked for longer than the limit in a sleep that no signal ends.
 * Soft lockup: the CPU has neither chosen a task nor entered user mode for longer than the limit,
 * while interrupts still come.  Each is reported once for a task, or for a stall.
 */
#include <osxtd/watchdog.h>

#include <osxtd/cpu.h>
#include <osxtd/lock.h>
#include <osxtd/oops.h>
#include <osxtd/timer.h>

#include <arch/switch.h>

#include "debug/held.h"
#include "debug/report.h"

enum : u64 { SECOND = 1000000000, HUNG_DEFAULT = 120 * SECOND, STUCK_DEFAULT = 20 * SECOND };

LOCK_CLASS(watchdog, irq);
struct parked {
	struct watchdog_lock lock;
	struct task *first GUARDED(watchdog);
};
static struct parked shared parked;

struct limits {
	struct atomic_u64 hung_ns ATOMIC_ONLY, stuck_ns ATOMIC_ONLY;
};
static struct limits shared limits = { { HUNG_DEFAULT }, { STUCK_DEFAULT } };

struct cpu_watch {
	struct timer timer;
	u64 touches, seen_touches, since_ns;
	bool is_reported;
};
PER_CPU(struct cpu_watch, cpu_watches);

static u64 period(void)
{
	u64 hung = atomic_u64_load(&limits.hung_ns), stuck = atomic_u64_load(&limits.stuck_ns);
	u64 least = min_of(hung == 0 ? HUNG_DEFAULT : hung, stuck == 0 ? STUCK_DEFAULT : stuck);
	return max_of(least / 5, (u64)1000000);
}

/* A limit has changed. */
static void look_soon(void)
{
	timer_arm(&this_cpu(cpu_watches)->timer, clock_monotonic_ns() + period());
}

u64 hung_task_timeout_ns(void)
{
	return atomic_u64_load(&limits.hung_ns);
}

void hung_task_set_timeout_ns(u64 ns)
{
	atomic_u64_store(&limits.hung_ns, ns);
	look_soon();
}

u64 soft_lockup_limit_ns(void)
{
	return atomic_u64_load(&limits.stuck_ns);
}

void soft_lockup_set_limit_ns(u64 ns)
{
	atomic_u64_store(&limits.stuck_ns, ns);
	look_soon();
}

/* ---- who is parked ---- */

void watchdog_sleep_mode(enum wait_mode mode)
{
	task_current()->_sleep_mode = mode;
}

void watchdog_park(struct task *self)
{
	self->_parked_ns = clock_monotonic_ns();
	self->_is_hung = false;
	GUARD(watchdog, &parked.lock);
	self->_parked_before = nullptr;
	self->_parked_after = parked.first;
	if (parked.first != nullptr)
		parked.first->_parked_before = self;
	parked.first = self;
}

void watchdog_resume(struct task *self)
{
	GUARD(watchdog, &parked.lock);
	if (self->_parked_before != nullptr)
		self->_parked_before->_parked_after = self->_parked_after;
	else
		parked.first = self->_parked_after;
	if (self->_parked_after != nullptr)
		self->_parked_after->_parked_before = self->_parked_before;
}

static void report_hung(struct task *t, u64 now)
{
	t->_is_hung = true;
	if (report_is_muted(STR("hung task")))
		return;
	panic_line_fn out = held_report_sink();
	REPORT_LINE(out, "BUG: hung task: {x} sleeps for {} seconds where no signal ends it",
		    address_of_(t), (now - t->_parked_ns) / SECOND);
	held_print_trace(out, arch_parked_fp(t));
	for (const struct mutex_raw *m = t->_mutexes; m != nullptr; m = m->_below)
		REPORT_LINE(out, "  holds {}", str_of_cstr(class_of_mutex(m)->_name));
	report_go_on();
}

/* The next task that is parked for too long and not yet reported. */
static struct task *find_hung(u64 now, u64 limit)
{
	GUARD(watchdog, &parked.lock);
	for (struct task *t = parked.first; t != nullptr; t = t->_parked_after) {
		if (t->_sleep_mode == WAIT_UNINTERRUPTIBLE && !t->_is_hung && task_is_parked(t) &&
		    now - t->_parked_ns > limit)
			return t;
	}
	return nullptr;
}

static void check_parked(u64 now)
{
	u64 limit = hung_task_timeout_ns();
	struct task *t = limit == 0 ? nullptr : find_hung(now, limit);
	if (t != nullptr)
		report_hung(t, now);
}

/* ---- whether the CPU goes on ---- */

void watchdog_touch(void)
{
	this_cpu(cpu_watches)->touches++;
}

static void check_progress(struct cpu_watch *w, u64 now)
{
	u64 limit = soft_lockup_limit_ns();
	if (w->touches != w->seen_touches) {
		w->seen_touches = w->touches;
		w->since_ns = now;
		w->is_reported = false;
		return;
	}
	if (limit == 0 || w->is_reported || now - w->since_ns <= limit)
		return;
	w->is_reported = true;
	if (report_is_muted(STR("soft lockup")))
		return;
	u8 place[96] = {};
	panic_line_fn out = held_report_sink();
	REPORT_LINE(out, "BUG: soft lockup: CPU {} stuck for {} seconds in {}", cpu_id(),
		    (now - w->since_ns) / SECOND,
		    report_place(lockdep_interrupted_ip() + 1, span_of(place)));
	held_print_trace(out, address_of_(__builtin_frame_address(0)));
	report_go_on();
}

static void look(struct timer *t)
{
	u64 now = clock_monotonic_ns();
	check_progress(this_cpu(cpu_watches), now);
	check_parked(now);
	timer_arm(t, now + period());
}

void watchdog_start(void)
{
	struct cpu_watch *w = this_cpu(cpu_watches);
	w->since_ns = clock_monotonic_ns();
	timer_init(&w->timer, look);
	timer_arm(&w->timer, w->since_ns + period());
}
