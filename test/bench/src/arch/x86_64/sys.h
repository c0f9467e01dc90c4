// SPDX-License-Identifier: MPL-2.0
/*
 * sys - system calls of x86_64, without a C library in between.
 *
 * A row's figure must hold the kernel's instructions and as few of ours as possible, so every
 * measured call is one SYSCALL instruction with its registers set up.
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

static inline long sys1(long nr, long a)
{
	long r;

	__asm__ volatile("syscall" : "=a"(r) : "a"(nr), "D"(a) : "rcx", "r11", "memory");
	return r;
}

static inline long sys3(long nr, long a, long b, long c)
{
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return r;
}

static inline long sys4(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return r;
}

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return r;
}

/* Nanoseconds of guest time since reset: what the TSC counts under -icount shift=0. */
static inline unsigned long counter(void)
{
	unsigned int lo;
	unsigned int hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (unsigned long)hi << 32 | lo;
}

/* Runs 2 * n instructions and nothing else: the count of instructions is checked against it. */
static inline void known_loop(unsigned long n)
{
	__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(n) : : "cc");
}

#define SYS_POLL(fds, count)	     SYS3(7, fds, count, 0)
#define SYS_SELECT(count, set, none) SYS5(23, count, set, 0, 0, none)
#define NR_WRITE		     1
#define NR_REBOOT		     169
#define NR_EXIT_GROUP		     231

/* rt_sigaction's argument as the kernel takes it; the handler returns through `restorer`. */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

[[gnu::naked]] static inline void sig_restorer(void)
{
	__asm__("mov $15, %eax\n\tsyscall");
}

#define KERNEL_SIGACTION(function)                                                                 \
	{ .handler = (function), .flags = 0x04000000ul /* SA_RESTORER */, .restorer = sig_restorer }

/* Sends a byte to the debug console (port 0xe9), for the profiler; false when that may not be. */
static inline int debug_console_open(void)
{
	return SYS1(172 /* iopl */, 3) == 0;
}

static inline void debug_console_put(char c)
{
	__asm__ volatile("outb %0, $0xe9" : : "a"(c));
}
