/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>
#include <osxtd/lock.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "core/timer.h"

enum : i64 { PPM = 1 << CLOCK_PPM_SHIFT };

static u64 at(const struct clock_params *line, u64 counter)
{
	return line->base_ns +
	       (u64)(((__uint128_t)(counter - line->base_counter) * line->mult) >> CLOCK_SHIFT);
}

/* ---- steering ---- */

KTEST(timer, a_steered_factor_is_off_by_so_much)
{
	u64 mult = (u64)1000000 << 32;
	EXPECT_EQ(clock_steered_mult(mult, 0), mult);
	EXPECT_EQ(clock_steered_mult(mult, PPM), mult + ((u64)1 << 32));
	EXPECT_EQ(clock_steered_mult(mult, -500 * PPM), mult - ((u64)500 << 32));
	EXPECT_EQ(clock_steered_mult(mult, INT64_MAX), mult + mult / 4);
	EXPECT_EQ(clock_steered_mult(mult, INT64_MIN), mult - mult / 4);
}

/* Whoever reads around a turn, on a CPU whose counter is a little behind too, sees time go on. */
KTEST(timer, a_turn_neither_jumps_nor_goes_back)
{
	i64 rates[] = { 0,	   500 * PPM, -500 * PPM, 100000 * PPM, -100000 * PPM, INT64_MAX,
			INT64_MIN, 1,	      -1 };
	u64 hz[] = { 10000000, 100000000, 3579545, 2100000000, 4999999999 };
	for (u32 h = 0; h < array_len(hz); h++) {
		u64 freq = array_at(hz, h);
		u64 raw = (u64)(((__uint128_t)1000000000 << CLOCK_SHIFT) / freq);
		struct clock_params line = { .base_counter = 77,
					     .frequency_hz = freq,
					     .mult = raw };
		u64 counter = 77;
		for (u32 i = 0; i < 100; i++) {
			counter += (u64)i * i * 7919 + i;
			u64 before = at(&line, counter), lagging = at(&line, counter - i);
			i64 rate = array_at(rates, i % array_len(rates));
			clock_line_turn(&line, counter, clock_steered_mult(raw, rate));
			EXPECT_EQ(at(&line, counter), before + 1);
			EXPECT(counter - line.base_counter <= freq / 1000);
			EXPECT(at(&line, counter + 1) >= before);
			/* Behind by i ticks: wrong by the difference of the rates at most. */
			u64 behind = at(&line, counter - i), off = i * (raw >> CLOCK_SHIFT) + i + 2;
			if (counter - i >= line.base_counter)
				EXPECT(behind + off >= lagging && behind <= lagging + off);
		}
	}
}

KTEST(timer, steering_moves_monotonic_time_alone)
{
	u64 mono = clock_monotonic_ns(), raw = clock_raw_ns();
	struct clock_params unsteered = clock_raw_params();
	clock_steer(100000 * PPM);
	clock_steer_timers();
	EXPECT_EQ(clock_raw_params().mult, unsteered.mult);
	EXPECT_EQ(clock_params().mult, clock_steered_mult(unsteered.mult, 100000 * PPM));
	u64 end = clock_raw_ns() + 5000000, last = mono;
	bool goes_on = true;
	while (clock_raw_ns() < end) {
		u64 now = clock_monotonic_ns();
		goes_on = goes_on && now >= last;
		last = now;
	}
	u64 mono_passed = clock_monotonic_ns() - mono, raw_passed = clock_raw_ns() - raw;
	clock_steer(0);
	clock_steer_timers();
	EXPECT(goes_on);
	EXPECT(mono_passed > 5000000 + 400000);
	EXPECT(raw_passed >= 5000000);
	EXPECT(clock_monotonic_ns() >= last);
}

/* While it is steered to and fro. */
KTEST(timer, nobody_sees_time_go_back)
{
	u64 last = clock_monotonic_ns();
	bool goes_on = true;
	for (u32 i = 0; i < 2000; i++) {
		clock_steer(i % 3 == 0 ? 100000 * PPM : i % 3 == 1 ? -100000 * PPM : 0);
		for (u32 k = 0; k < 3; k++) {
			u64 now = clock_monotonic_ns();
			goes_on = goes_on && now >= last;
			last = now;
		}
	}
	clock_steer(0);
	clock_steer_timers();
	EXPECT(goes_on);
}

/* ---- slack ---- */

struct stamp {
	struct timer timer;
	struct atomic_u64 fired_ns;
};

static void stamp(struct timer *t)
{
	atomic_u64_store_release(&TIMER_OWNER(t, struct stamp, timer)->fired_ns,
				 clock_monotonic_ns());
}

static u64 fired_at(const struct stamp *s)
{
	return atomic_u64_load_acquire(&s->fired_ns);
}

/* True when the early one came with the later one's interrupt.  A timer of somebody else whose
 * deadline lies between theirs keeps it from that. */
static bool share(struct ktest_ctx *t)
{
	enum : u64 { EARLY = 1000000, LATER = 3000000, SLACK = 200000000, HOUR = 3600000000000 };
	struct stamp early = {}, later = {}, patient = {};
	timer_init(&early.timer, stamp);
	timer_init(&later.timer, stamp);
	timer_init(&patient.timer, stamp);
	/* All on one CPU: nothing takes it from here with interrupts off. */
	u64 flags = irq_save();
	u64 now = clock_monotonic_ns();
	timer_arm_within(&early.timer, now + EARLY, SLACK);
	timer_arm(&later.timer, now + LATER);
	timer_arm_within(&patient.timer, now + HOUR, HOUR);
	irq_restore(flags);
	while (fired_at(&later) == 0)
		task_yield();
	timer_cancel(&later.timer);
	EXPECT(fired_at(&later) >= now + LATER);
	EXPECT(timer_cancel(&patient.timer));
	EXPECT_EQ(fired_at(&patient), 0);
	while (fired_at(&early) == 0)
		task_yield();
	EXPECT(!timer_cancel(&early.timer));
	EXPECT(fired_at(&early) >= now + EARLY);
	return fired_at(&early) < now + EARLY + SLACK;
}

KTEST(timer, one_that_may_be_late_shares_an_interrupt)
{
	bool has_shared = false;
	for (u32 i = 0; i < 20 && !has_shared; i++)
		has_shared = share(t);
	EXPECT(has_shared);
}

KTEST(timer, slack_does_not_wrap)
{
	struct stamp s = {};
	timer_init(&s.timer, stamp);
	timer_arm_within(&s.timer, clock_monotonic_ns() + 3600000000000, UINT64_MAX);
	EXPECT(timer_cancel(&s.timer));
	EXPECT_EQ(fired_at(&s), 0);
}
