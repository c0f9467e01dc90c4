/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user - user code that reads the clock without entering the kernel, the part that all
 * architectures share.
 *
 * Each architecture's vdso.c is a program of its own, mapped into every process; it is not linked
 * into the kernel and the Safe C profile does not apply to it.  What it cannot answer it asks the
 * kernel by the ordinary call.  It defines the numbers of those calls, and
 *   i64 call3(i64 number, u64 a, u64 b, u64 c);   a system call
 *   u64 counter(void);                            the CPU's counter, read in program order
 *   FENCE()                                       keeps the order of loads
 *
 *   Spec:  vdso(7), clock_gettime(2), gettimeofday(2), getcpu(2), clock_getres(2).
 */
#pragma once
#include "vdso/data.h"

struct timespec {
	i64 sec, nsec;
};
struct timeval {
	i64 sec, usec;
};
enum {
	CLOCK_REALTIME,
	CLOCK_MONOTONIC,
	CLOCK_MONOTONIC_RAW = 4,
	CLOCK_REALTIME_COARSE,
	CLOCK_MONOTONIC_COARSE,
	CLOCK_BOOTTIME
};
enum : u64 { NS_PER_SEC = 1000000000 };

/* Placed by vdso.ld in the page below the image. */
extern const volatile struct vdso_data vdso_data_page __attribute__((visibility("hidden")));

int __vdso_clock_gettime(int clock, struct timespec *out);
int __vdso_gettimeofday(struct timeval *out, int *zone);
int __vdso_clock_getres(int clock, struct timespec *out);
int __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused);

/* The columns of base_ns. */
enum base : u32 { BASE_MONOTONIC, BASE_REALTIME, BASE_RAW };

/* False: ask the kernel. */
static inline bool read_clock(enum base which, u64 *ns)
{
	const volatile struct vdso_data *d = &vdso_data_page;
	const volatile struct vdso_line *line = which == BASE_RAW ? &d->raw : &d->steered;
	u32 sequence;
	do {
		sequence = d->sequence;
		FENCE();
		u64 mult = line->mult;
		if (mult == 0)
			return false;
		/* Another CPU's counter may be a little behind: time must not jump. */
		u64 now = counter(), base = line->base_counter;
		u64 delta = now > base ? now - base : 0;
		*ns = (u64)((unsigned __int128)delta * mult >> VDSO_SHIFT) + d->base_ns[which];
		FENCE();
	} while ((sequence & 1) != 0 || sequence != d->sequence);
	return true;
}

int __vdso_clock_gettime(int clock, struct timespec *out)
{
	enum {
		REAL = 1 << CLOCK_REALTIME | 1 << CLOCK_REALTIME_COARSE,
		MONOTONIC = 1 << CLOCK_MONOTONIC | 1 << CLOCK_MONOTONIC_COARSE | 1 << CLOCK_BOOTTIME
	};
	u64 ns;
	bool known = false;
	if ((unsigned)clock <= CLOCK_BOOTTIME && ((REAL | MONOTONIC) >> clock & 1) != 0)
		known = read_clock((REAL >> clock & 1) != 0 ? BASE_REALTIME : BASE_MONOTONIC, &ns);
	else if (clock == CLOCK_MONOTONIC_RAW)
		known = read_clock(BASE_RAW, &ns);
	if (!known)
		return (int)call3(SYS_clock_gettime, (u64)(i64)clock, (u64)out, 0);
	out->sec = (i64)(ns / NS_PER_SEC);
	out->nsec = (i64)(ns % NS_PER_SEC);
	return 0;
}

int __vdso_gettimeofday(struct timeval *out, int *zone)
{
	u64 ns;
	if (zone != nullptr || !read_clock(BASE_REALTIME, &ns))
		return (int)call3(SYS_gettimeofday, (u64)out, (u64)zone, 0);
	if (out != nullptr) {
		out->sec = (i64)(ns / NS_PER_SEC);
		out->usec = (i64)(ns % NS_PER_SEC / 1000);
	}
	return 0;
}

int __vdso_clock_getres(int clock, struct timespec *out)
{
	return (int)call3(SYS_clock_getres, (u64)(i64)clock, (u64)out, 0);
}

int __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused)
{
	return (int)call3(SYS_getcpu, (u64)cpu, (u64)node, (u64)unused);
}
