/* SPDX-License-Identifier: MPL-2.0 */
#include "time/clock.h"

#include <osxtd/atomic.h>

static struct atomic_u64 shared realtime_offset;
static struct atomic_u64 shared step_count;
static struct atomic_i32 shared tai_offset;
static struct waitq shared step_waitq;
static const struct clock_hooks *shared clock_hooks OWNER(boot);

static void publish(void)
{
	struct clock_params params = clock_params();
	if (clock_hooks != nullptr && clock_hooks->changed != nullptr)
		clock_hooks->changed(&params, clock_realtime_offset_ns());
}

void clock_setup(const struct clock_hooks *hooks)
{
	clock_hooks = hooks;
	/* The battery clock was read when the monotonic clock stood near 0. */
	atomic_u64_store(&realtime_offset, clock_boot_epoch_ns());
	publish();
}

u64 clock_realtime_offset_ns(void)
{
	return atomic_u64_load(&realtime_offset);
}

u64 clock_realtime_ns(void)
{
	return wrap_add(clock_monotonic_ns(), clock_realtime_offset_ns());
}

err_t clock_set_realtime(u64 ns)
{
	u64 now = clock_monotonic_ns();
	if (ns < now || ns > (u64)INT64_MAX)
		return ERR_INVAL;
	atomic_u64_store(&realtime_offset, ns - now);
	(void)atomic_u64_add(&step_count, 1);
	publish();
	(void)waitq_wake_all(&step_waitq);
	return OK;
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

void clock_set_tai_offset(i32 seconds)
{
	atomic_i32_store(&tai_offset, seconds);
}

bool clock_read(i32 clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
		*ns = clock_realtime_ns();
		return true;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*ns = clock_monotonic_ns();
		return true;
	case CLOCK_TAI:
		*ns = wrap_add(clock_realtime_ns(),
			       (u64)((i64)clock_tai_offset() * (i64)NSEC_PER_SEC));
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
