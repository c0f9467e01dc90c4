/* SPDX-License-Identifier: MPL-2.0 */
/* vdso - the vDSO of x86_64, see vdso/user.h.  Spec: vdso(7), time(2). */
#include <osxtd/base.h>

enum {
	SYS_gettimeofday = 96,
	SYS_time = 201,
	SYS_clock_gettime = 228,
	SYS_clock_getres = 229,
	SYS_getcpu = 309
};
static inline i64 call3(i64 number, u64 a, u64 b, u64 c)
{
	i64 result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

static inline u64 counter(void)
{
	u32 low, high;
	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
	return (u64)high << 32 | low;
}

#define FENCE() __asm__ volatile("" ::: "memory") /* x86 keeps the order of loads */

#include "vdso/user.h"

#define EXPORT(name) __attribute__((alias("__vdso_" #name)))
i64 __vdso_time(i64 *out);
int clock_gettime(int clock, struct timespec *out) EXPORT(clock_gettime);
int gettimeofday(struct timeval *out, int *zone) EXPORT(gettimeofday);
i64 time(i64 *out) EXPORT(time);
int clock_getres(int clock, struct timespec *out) EXPORT(clock_getres);
int getcpu(unsigned *cpu, unsigned *node, void *unused) EXPORT(getcpu);

i64 __vdso_time(i64 *out)
{
	u64 ns;
	if (!read_clock(BASE_REALTIME, &ns))
		return call3(SYS_time, (u64)out, 0, 0);
	i64 sec = (i64)(ns / NS_PER_SEC);
	if (out != nullptr)
		*out = sec;
	return sec;
}
