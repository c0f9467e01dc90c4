/* SPDX-License-Identifier: MPL-2.0 */
/*
 * clock - the clocks of clock_gettime(2) that belong to nobody: real time, monotonic and their kin.
 *
 * Real time is the monotonic clock plus an offset, which starts as the battery clock's and changes
 * when somebody sets the time.  Both follow what adjtimex(2) says of the rate (discipline.h).
 *
 *   Units:    nanoseconds; real time since 1970-01-01 UTC.
 *   Context:  reading: any.  Setting: task context.
 *   Spec:     clock_gettime(2), adjtimex(2); time_namespaces aside.
 */
#pragma once
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "abi/time.h"
#include "abi/timex.h"

/* Each may be null.  changes and changed: around each change of the clock, with interrupts off;
 * nobody may answer the time in between (the vDSO's page).  stepped: real time or TAI has jumped;
 * task context. */
struct clock_hooks {
	void (*changes)(void);
	void (*changed)(const struct clock_params *params, u64 realtime_offset_ns);
	void (*stepped)(void);
};
void clock_setup(const struct clock_hooks *hooks);

u64 clock_realtime_ns(void);
/* real time - monotonic time, modulo 2^64 */
u64 clock_realtime_offset_ns(void);
/* Steps real time.  ERR_INVAL for a time before the boot of the monotonic clock. */
err_t clock_set_realtime(u64 ns);
err_t clock_step_realtime(i64 delta_ns);
/* adjtimex(2) but for ADJ_SETOFFSET: t was checked by discipline_check and is answered in.  TIME_OK
 * or TIME_ERROR. */
i32 clock_adjust(struct abi_timex *t);
/* Woken when real time was stepped: sleepers until a real time look again. */
struct waitq *clock_step_waitq(void);
/* What real time was stepped for the last time; grows with each step. */
u64 clock_step_count(void);
/* TAI - UTC in seconds, as adjtimex(2) sets it. */
i32 clock_tai_offset(void);
/* The time of a clock that follows real time (CLOCK_TAI or another) - monotonic time. */
u64 clock_wall_offset_ns(i32 clock);

/* The clocks that need no process.  False for another number. */
bool clock_read(i32 clock, u64 *ns);
/* Nanoseconds between ticks of the clock, 0 for a number that clock_read does not know. */
u64 clock_resolution_ns(i32 clock);

/* A timespec that is valid (0 <= nsec < 10^9, sec >= 0) as ns, cut at UINT64_MAX / 2.  ERR_INVAL.
 */
err_t timespec_to_ns(const struct abi_timespec *ts, u64 *ns);
err_t timeval_to_ns(const struct abi_timeval *tv, u64 *ns);
ALWAYS_INLINE struct abi_timespec timespec_of_ns(u64 ns)
{
	return (struct abi_timespec){ (i64)(ns / NSEC_PER_SEC), (i64)(ns % NSEC_PER_SEC) };
}
ALWAYS_INLINE struct abi_timeval timeval_of_ns(u64 ns)
{
	return (struct abi_timeval){ (i64)(ns / NSEC_PER_SEC),
				     (i64)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}
/* now + delta without wrap; at most NO_DEADLINE - 1. */
ALWAYS_INLINE u64 deadline_after(u64 now, u64 delta)
{
	u64 sum = 0;
	return ckd_add(now, delta, &sum) && sum != NO_DEADLINE ? sum : NO_DEADLINE - 1;
}
