/* SPDX-License-Identifier: MPL-2.0 */
/*
 * timer - the monotonic clock and one-shot timers.
 *
 *   Units:    nanoseconds since boot (u64, never wraps in practice).
 *   Context:  clock: any.  Callbacks run in interrupt context with interrupts off, must not sleep.
 *   Lifetime: a timer is embedded in its owner; timer_cancel returns after a running callback has
 * ended.
 */
#pragma once
#include <osxtd/atomic.h>
#include <osxtd/lock.h>
#include <osxtd/tree.h>

OSXTD_API u64 clock_monotonic_ns(void);
/* Seconds and ns of the battery clock at boot (UTC), read once; 0 when there is none. */
OSXTD_API u64 clock_boot_epoch_ns(void);
/* Time that no steering changes, from the same counter. */
OSXTD_API u64 clock_raw_ns(void);

/* What the vDSO needs: ns = (((counter - base) * mult) >> CLOCK_SHIFT) + base_ns, counter in 1/freq
 * s. */
enum : u32 { CLOCK_SHIFT = 48 }; /* a constant: shifting by one costs less */
struct clock_params {
	u64 base_counter;
	u64 base_ns;
	u64 frequency_hz;
	u64 mult;
};
/* Of clock_monotonic_ns and of clock_raw_ns. */
OSXTD_API struct clock_params clock_params(void);
OSXTD_API struct clock_params clock_raw_params(void);

enum : u32 { CLOCK_PPM_SHIFT = 16 };
enum : u64 { CLOCK_STEER_MAX = (u64)250000 << CLOCK_PPM_SHIFT };
/* Lets monotonic time run faster (ppm > 0) or slower than the counter says from now on, by ppm /
 * 2^CLOCK_PPM_SHIFT millionths, at most by CLOCK_STEER_MAX.  It never goes back.  Any context. */
OSXTD_API void clock_steer(i64 ppm);
/* Afterwards: the timers of all CPUs fire by the new rate.  No spinlock of which others wait with
 * interrupts on. */
OSXTD_API void clock_steer_timers(void);

struct timer {
	struct tree_link _link;
	void (*_fn)(struct timer *t);
	u64 _soonest_ns, _deadline_ns; /* may fire, must fire */
	struct spin_raw _lock;	       /* one arms or cancels it at a time */
	struct atomic_u64 _ran_on;     /* CPUs on which its callback may still run */
	u32 _cpu;
	bool _armed;
};

/* fn runs when an armed timer expires.  The owner is found with TIMER_OWNER. */
OSXTD_API void timer_init(struct timer *t, void (*fn)(struct timer *t));
/* Arms t for this CPU; one that is armed is moved.  A deadline that has passed fires at once (from
 * the interrupt).  Several may arm and cancel a timer at once: the last one counts. */
OSXTD_API void timer_arm(struct timer *t, u64 deadline_ns);
/* The same; it may be late by slack_ns, so that it needs no interrupt of its own. */
OSXTD_API void timer_arm_within(struct timer *t, u64 deadline_ns, u64 slack_ns);
/* True when it was armed and will not fire any more; in any case its callback has ended, on
 * whatever CPU, and what it armed again is cancelled, unless this is the callback itself. */
OSXTD_API bool timer_cancel(struct timer *t);
OSXTD_API bool timer_is_armed(const struct timer *t);
/* The T (struct foo) whose member `field` t is.
 * UNSAFE: 1. the function that is given to timer_init is called with that timer only, which is this
 * member of a T. */
#define TIMER_OWNER(t, T, field) ((T *)(void *)((u8 *)(t) - offsetof(T, field)))
/* Spins for about ns. */
OSXTD_API void clock_delay_ns(u64 ns);
/* Sleeps the current task: OK when the time is over, ERR_INTR (mode as in waitq.h). */
OSXTD_API err_t task_sleep_until(u64 deadline_ns, u32 wait_mode);
