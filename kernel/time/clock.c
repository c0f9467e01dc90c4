/* SPDX-License-Identifier: MPL-2.0 */
#include "time/clock.h"

#include <osxtd/atomic.h>
#include <osxtd/lock.h>

#include "time/discipline.h"

static struct atomic_u64 shared realtime_offset;
static struct atomic_u64 shared step_count;
static struct atomic_i32 shared tai_offset;
static struct waitq shared step_waitq;
static const struct clock_hooks *shared clock_hooks OWNER(boot);

/* All changes of the clock are made under the lock; who reads it takes none. */
LOCK_CLASS(timekeeping, irq);
struct timekeeper {
	struct timekeeping_lock lock;
	struct discipline discipline GUARDED(timekeeping);
	struct timer timer GUARDED(timekeeping); /* the steering changes by itself */
};
static struct timekeeper shared keeper;

static void hold_readers(void) HOLDS(timekeeping)
{
	if (clock_hooks != nullptr && clock_hooks->changes != nullptr)
		clock_hooks->changes();
}

static void publish(void) HOLDS(timekeeping)
{
	struct clock_params params = clock_params();
	if (clock_hooks != nullptr && clock_hooks->changed != nullptr)
		clock_hooks->changed(&params, clock_realtime_offset_ns());
}

/* What the discipline wants comes into force, and step_ns is added to real time. */
static void apply(u64 step_ns) HOLDS(timekeeping)
{
	const struct discipline *d = &keeper.discipline;
	hold_readers();
	clock_steer(discipline_rate(d));
	(void)atomic_u64_add(&realtime_offset, step_ns);
	publish();
	u64 next = discipline_next_ns(d);
	if (next != NO_DEADLINE)
		timer_arm(&keeper.timer, next);
}

static void steering_changes(struct timer *t)
{
	(void)t;
	{
		GUARD(timekeeping, &keeper.lock);
		discipline_settle(&keeper.discipline, clock_monotonic_ns());
		apply(0);
	}
	clock_steer_timers();
}

void clock_setup(const struct clock_hooks *hooks)
{
	clock_hooks = hooks;
	GUARD(timekeeping, &keeper.lock);
	discipline_init(&keeper.discipline);
	timer_init(&keeper.timer, steering_changes);
	/* The battery clock was read when the monotonic clock stood near 0. */
	apply(clock_boot_epoch_ns() - clock_realtime_offset_ns());
}

u64 clock_realtime_offset_ns(void)
{
	return atomic_u64_load(&realtime_offset);
}

u64 clock_realtime_ns(void)
{
	return wrap_add(clock_monotonic_ns(), clock_realtime_offset_ns());
}

/* Real time or TAI has jumped: who waits for a time looks again. */
static void tell_step(void)
{
	(void)atomic_u64_add(&step_count, 1);
	(void)waitq_wake_all(&step_waitq);
	if (clock_hooks != nullptr && clock_hooks->stepped != nullptr)
		clock_hooks->stepped();
}

static err_t set_realtime_locked(u64 ns) HOLDS(timekeeping)
{
	u64 now = clock_monotonic_ns();
	if (ns < now || ns > (u64)INT64_MAX)
		return ERR_INVAL;
	discipline_clear(&keeper.discipline, now);
	apply(ns - now - clock_realtime_offset_ns());
	return OK;
}

err_t clock_set_realtime(u64 ns)
{
	{
		GUARD(timekeeping, &keeper.lock);
		TRY(set_realtime_locked(ns));
	}
	clock_steer_timers();
	tell_step();
	return OK;
}

err_t clock_step_realtime(i64 delta_ns)
{
	i64 sum = 0;
	{
		GUARD(timekeeping, &keeper.lock);
		if (!ckd_add((i64)clock_realtime_ns(), delta_ns, &sum) || sum < 0)
			return ERR_INVAL;
		TRY(set_realtime_locked((u64)sum));
	}
	clock_steer_timers();
	tell_step();
	return OK;
}

i32 clock_adjust(struct abi_timex *t)
{
	enum : u32 { STEERING = ADJ_OFFSET | ADJ_FREQUENCY | ADJ_TICK };
	bool sets_tai = (t->modes & (u32)(ADJ_TAI | ADJ_ADJTIME)) == ADJ_TAI && t->constant >= 0 &&
			t->constant <= INT32_MAX;
	i32 tai = sets_tai ? (i32)t->constant : 0;
	i32 state = TIME_OK;
	bool steers = (t->modes & (u32)STEERING) != 0;
	{
		GUARD(timekeeping, &keeper.lock);
		state = discipline_adjust(&keeper.discipline, t, clock_monotonic_ns());
		if (steers)
			apply(0);
		if (sets_tai)
			sets_tai = atomic_i32_swap(&tai_offset, tai) != tai;
		t->tai = clock_tai_offset();
		u64 now = clock_realtime_ns();
		bool is_nano = ((u32)t->status & STA_NANO) != 0;
		t->sec = (i64)(now / NSEC_PER_SEC);
		t->usec = (i64)(now % NSEC_PER_SEC / (is_nano ? 1 : NSEC_PER_USEC));
	}
	if (steers)
		clock_steer_timers();
	if (sets_tai)
		tell_step();
	return state;
}

struct waitq *clock_step_waitq(void)
{
	return &step_waitq;
}

u64 clock_step_count(void)
{
	return atomic_u64_load_acquire(&step_count);
}

i32 clock_tai_offset(void)
{
	return atomic_i32_load(&tai_offset);
}

u64 clock_wall_offset_ns(i32 clock)
{
	u64 offset = clock_realtime_offset_ns();
	if (clock == CLOCK_TAI)
		return wrap_add(offset, (u64)((i64)clock_tai_offset() * (i64)NSEC_PER_SEC));
	return offset;
}

bool clock_read(i32 clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
		*ns = clock_realtime_ns();
		return true;
	case CLOCK_MONOTONIC_RAW:
		*ns = clock_raw_ns();
		return true;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*ns = clock_monotonic_ns();
		return true;
	case CLOCK_TAI:
		*ns = wrap_add(clock_monotonic_ns(), clock_wall_offset_ns(clock));
		return true;
	default:
		return false;
	}
}

u64 clock_resolution_ns(i32 clock)
{
	u64 unused = 0;
	if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		return 4000000; /* what the time between two ticks is on Linux; ours are exact */
	return clock_read(clock, &unused) ? 1 : 0;
}

static err_t to_ns(i64 sec, i64 fraction, i64 per_sec, u64 ns_per_fraction, u64 *ns)
{
	if (sec < 0 || fraction < 0 || fraction >= per_sec)
		return ERR_INVAL;
	u64 total = 0;
	if (!ckd_mul((u64)sec, (u64)NSEC_PER_SEC, &total) || total > (u64)INT64_MAX - NSEC_PER_SEC)
		total = (u64)INT64_MAX - NSEC_PER_SEC;
	*ns = total + (u64)fraction * ns_per_fraction;
	return OK;
}

err_t timespec_to_ns(const struct abi_timespec *ts, u64 *ns)
{
	return to_ns(ts->sec, ts->nsec, (i64)NSEC_PER_SEC, 1, ns);
}

err_t timeval_to_ns(const struct abi_timeval *tv, u64 *ns)
{
	return to_ns(tv->sec, tv->usec, 1000000, NSEC_PER_USEC, ns);
}
