/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>

#include "time/clock.h"

KTEST(clock, timespecs_are_checked)
{
	u64 ns = 0;
	struct abi_timespec good = { 1, 999999999 };
	EXPECT_OK(timespec_to_ns(&good, &ns));
	EXPECT_EQ(ns, 1999999999);
	struct abi_timespec bad[] = { { -1, 0 }, { 0, -1 }, { 0, 1000000000 } };
	for (u32 i = 0; i < array_len(bad); i++)
		EXPECT_EQ(timespec_to_ns(&array_at(bad, i), &ns), ERR_INVAL);
	struct abi_timespec huge = { INT64_MAX, 999999999 };
	EXPECT_OK(timespec_to_ns(&huge, &ns));
	EXPECT(ns <= (u64)INT64_MAX);
	struct abi_timeval tv = { 2, 1000000 };
	EXPECT_EQ(timeval_to_ns(&tv, &ns), ERR_INVAL);
}

KTEST(clock, deadlines_do_not_wrap)
{
	EXPECT_EQ(deadline_after(5, 6), 11);
	EXPECT(deadline_after(UINT64_MAX - 3, 10) < NO_DEADLINE);
	EXPECT(deadline_after(1, UINT64_MAX - 1) < NO_DEADLINE);
}

KTEST(clock, stepping_moves_real_time_alone)
{
	u64 real = clock_realtime_ns(), mono = clock_monotonic_ns(), steps = clock_step_count();
	EXPECT_OK(clock_set_realtime(real + 3600 * (u64)NSEC_PER_SEC));
	EXPECT(clock_realtime_ns() >= real + 3600 * (u64)NSEC_PER_SEC);
	EXPECT(clock_monotonic_ns() < mono + (u64)NSEC_PER_SEC);
	EXPECT_EQ(clock_step_count(), steps + 1);
	EXPECT_EQ(clock_set_realtime(0), ERR_INVAL);
	EXPECT_OK(clock_set_realtime(clock_realtime_ns() - 3600 * (u64)NSEC_PER_SEC));
}

KTEST(clock, numbers)
{
	u64 ns = 0;
	EXPECT(clock_read(CLOCK_TAI, &ns));
	EXPECT(!clock_read(CLOCK_THREAD_CPUTIME_ID, &ns));
	EXPECT(!clock_read(99, &ns));
	EXPECT_EQ(clock_resolution_ns(CLOCK_MONOTONIC), 1);
	EXPECT_EQ(clock_resolution_ns(99), 0);
}
