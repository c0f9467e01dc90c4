/* SPDX-License-Identifier: MPL-2.0 */
/* resource - limits and usage of getrlimit(2), getrusage(2), getpriority(2). */
#pragma once
#include <osxtd/base.h>

enum : u32 {
	RLIMIT_CPU = 0,
	RLIMIT_FSIZE = 1,
	RLIMIT_DATA = 2,
	RLIMIT_STACK = 3,
	RLIMIT_CORE = 4,
	RLIMIT_RSS = 5,
	RLIMIT_NPROC = 6,
	RLIMIT_NOFILE = 7,
	RLIMIT_MEMLOCK = 8,
	RLIMIT_AS = 9,
	RLIMIT_LOCKS = 10,
	RLIMIT_SIGPENDING = 11,
	RLIMIT_MSGQUEUE = 12,
	RLIMIT_NICE = 13,
	RLIMIT_RTPRIO = 14,
	RLIMIT_RTTIME = 15,
	RLIM_NLIMITS = 16,
};
enum : u64 { RLIM_INFINITY = UINT64_MAX };
struct abi_rlimit {
	u64 soft, hard;
};
struct abi_rusage {
	i64 utime_sec, utime_usec, stime_sec, stime_usec;
	i64 maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv,
		nsignals, nvcsw, nivcsw;
};
static_assert(sizeof(struct abi_rusage) == 144);
enum : i32 { RUSAGE_SELF = 0, RUSAGE_CHILDREN = -1, RUSAGE_THREAD = 1 };
enum : i32 { PRIO_PROCESS = 0, PRIO_PGRP = 1, PRIO_USER = 2 };
