// SPDX-License-Identifier: MPL-2.0
/*
 * calls - what the system calls of architectures with Linux's generic numbers have in common: the
 * second half of their sys.h, which defines sys1, sys3, sys4 and sys6 first.
 */
#pragma once

#define SYS6(nr, a, b, c, d, e, f)                                                                 \
	sys6((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define SYS5(nr, a, b, c, d, e) SYS6(nr, a, b, c, d, e, 0)
#define SYS4(nr, a, b, c, d)	sys4((nr), (long)(a), (long)(b), (long)(c), (long)(d))
#define SYS3(nr, a, b, c)	sys3((nr), (long)(a), (long)(b), (long)(c))
#define SYS2(nr, a, b)		sys3((nr), (long)(a), (long)(b), 0)
#define SYS1(nr, a)		sys1((nr), (long)(a))
#define SYS0(nr)		sys1((nr), 0)

/* poll and select without a wait: there are only their successors, whose time of two words is 0. */
[[maybe_unused]] static const long no_time[2];

#define SYS_POLL(fds, count)	     SYS5(73, fds, count, no_time, 0, 8)
#define SYS_SELECT(count, set, none) SYS6(72, count, set, 0, 0, none, 0)
#define NR_WRITE		     64
#define NR_REBOOT		     142
#define NR_EXIT_GROUP		     94
#ifndef SYS_newfstatat /* calls that a C library need not know because it takes statx */
#define SYS_newfstatat 79
#define SYS_fstat      80
#endif

/* rt_sigaction's argument as the kernel takes it; handlers return through the vDSO. */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	unsigned long mask;
};

#define KERNEL_SIGACTION(function) { .handler = (function) }

/* There is no port that the profiler could read the symbols of another kernel from. */
static inline int debug_console_open(void)
{
	return 0;
}

static inline void debug_console_put(char c)
{
	(void)c;
}
