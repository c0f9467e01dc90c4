/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpu - the CPU this code runs on: preemption, interrupts, per-CPU data, number of CPUs.
 *
 * The kernel is not preempted in this version: a task leaves its CPU when it sleeps, yields
 * or returns to user mode.  preempt_disable marks sections that must not sleep; debug builds check
 * it.
 *
 *   PER_CPU(struct runq, runqs);   runq *q = per_cpu(runqs, cpu);   this_cpu(runqs)
 *
 *   Context:  any.
 */
#pragma once
#include <arch/cpu_state.h>
#include <osxtd/base.h>

enum : u32 { CPU_MAX = 64 };

/* CPUs that run the kernel: numbered 0 to cpu_count() - 1. */
OSXTD_API u32 cpu_count(void);

/* Starts the other CPUs, which then schedule.  Once, on the boot CPU, when the policy is injected.
 */
OSXTD_API void cpus_start(void);
/* What every CPU fetches from now on is what was written to memory before. */
OSXTD_API void cpu_sync_all_code(void);

/* One T per CPU, zeroed at boot. */
#define PER_CPU(T, name)                                                                           \
	struct name##_percpu_ {                                                                    \
		T _v;                                                                              \
	} __attribute__((aligned(64)));                                                            \
	shared static struct name##_percpu_ name##_percpu_array_[CPU_MAX]
/* Borrowed; cpu < CPU_MAX or a trap. */
#define per_cpu(name, cpu) (&array_at(name##_percpu_array_, cpu)._v)
/* The caller does not migrate while it uses the result. */
#define this_cpu(name) (&array_at(name##_percpu_array_, cpu_id())._v)

/* Debug builds report a call where sleeping is forbidden. */
#ifdef OSXTD_DEBUG
OSXTD_API void might_sleep(void);
#else
ALWAYS_INLINE void might_sleep(void) {}
#endif
