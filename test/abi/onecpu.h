/* SPDX-License-Identifier: MPL-2.0 */
/* onecpu - clocks, use of the CPU, and real-time threads that all share the first one. */
#pragma once
#include "abi.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

#define MS 1000000ll

/* In ns.  The bare call: a clock read through the vDSO is another test's matter. */
static inline long long now(clockid_t clock)
{
	struct timespec t = { 0, 0 };
	syscall(SYS_clock_gettime, clock, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static inline void use_cpu(long long ns)
{
	long long end = now(CLOCK_THREAD_CPUTIME_ID) + ns;
	while (now(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

static inline cpu_set_t first_cpu(void)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	return one;
}

static inline void pin_to_first(void)
{
	cpu_set_t one = first_cpu();
	sched_setaffinity(0, sizeof(one), &one);
}

/* A SCHED_FIFO thread on the first CPU; a child of the test ends when there is none to have. */
static inline pthread_t start_fifo(int priority, void *(*fn)(void *))
{
	pthread_t t;
	pthread_attr_t a;
	struct sched_param p = { priority };
	cpu_set_t one = first_cpu();
	pthread_attr_init(&a);
	pthread_attr_setinheritsched(&a, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&a, SCHED_FIFO);
	pthread_attr_setschedparam(&a, &p);
	pthread_attr_setaffinity_np(&a, sizeof(one), &one);
	if (pthread_create(&t, &a, fn, NULL) != 0)
		_exit(97);
	return t;
}
