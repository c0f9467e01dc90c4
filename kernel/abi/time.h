/* SPDX-License-Identifier: MPL-2.0 */
/* time - clock numbers and structures of time(7). */
#pragma once
#include <osxtd/base.h>

struct abi_timespec {
	i64 sec, nsec;
};
struct abi_timeval {
	i64 sec, usec;
};
struct abi_itimerspec {
	struct abi_timespec interval, value;
};
struct abi_itimerval {
	struct abi_timeval interval, value;
};
struct abi_timezone {
	i32 minutes_west, dst;
};
struct abi_tms {
	i64 utime, stime, cutime, cstime;
};

enum : i32 {
	CLOCK_REALTIME = 0,
	CLOCK_MONOTONIC = 1,
	CLOCK_PROCESS_CPUTIME_ID = 2,
	CLOCK_THREAD_CPUTIME_ID = 3,
	CLOCK_MONOTONIC_RAW = 4,
	CLOCK_REALTIME_COARSE = 5,
	CLOCK_MONOTONIC_COARSE = 6,
	CLOCK_BOOTTIME = 7,
	CLOCK_REALTIME_ALARM = 8,
	CLOCK_BOOTTIME_ALARM = 9,
	CLOCK_TAI = 11,
};
enum : u32 { TIMER_ABSTIME = 1 };
enum : u32 { ITIMER_REAL = 0, ITIMER_VIRTUAL = 1, ITIMER_PROF = 2 };
enum : u64 {
	NSEC_PER_SEC = 1000000000,
	NSEC_PER_USEC = 1000,
	USER_HZ = 100,
	NSEC_PER_TICK = NSEC_PER_SEC / USER_HZ
};
