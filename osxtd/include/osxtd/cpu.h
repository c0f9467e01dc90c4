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
#include <arch/cpu.h>
#include <osxtd/base.h>

enum : u32 { CPU_MAX = 64 };

static_assert(sizeof(((struct cpu_local *)nullptr)->held) == 256 && sizeof(void *) == PREEMPT_STEP);

ALWAYS_INLINE u32 cpu_id(void)
{
	return CPU_LOCAL_->cpu_id;
}
ALWAYS_INLINE struct task *task_current(void)
{
	return CPU_LOCAL_->current;
}
ALWAYS_INLINE void cpu_set_current(struct task *t)
{
	CPU_LOCAL_->current = t;
}

/* ---- preemption ---- */

ALWAYS_INLINE void preempt_disable(void)
{
	preempt_disable_for(nullptr);
}
ALWAYS_INLINE void preempt_enable(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	CPU_LOCAL_->preempt_steps -= PREEMPT_STEP;
}
ALWAYS_INLINE u32 preempt_count(void)
{
	return CPU_LOCAL_->preempt_steps / PREEMPT_STEP;
}
/* What preempt_disable_for was given when the count was i; i < preempt_count(). */
ALWAYS_INLINE void *preempt_held(u32 i)
{
	return array_at(CPU_LOCAL_->held, i % HELD_MAX);
}
/* The mutexes of the current task, linked from the last one on; switched with the task. */
ALWAYS_INLINE struct mutex_raw *cpu_mutexes(void)
{
	return CPU_LOCAL_->mutexes;
}
ALWAYS_INLINE void cpu_set_mutexes(struct mutex_raw *m)
{
	CPU_LOCAL_->mutexes = m;
}
ALWAYS_INLINE bool cpu_need_resched(void)
{
	return CPU_LOCAL_->need_resched != 0;
}
ALWAYS_INLINE void cpu_set_need_resched(void)
{
	CPU_LOCAL_->need_resched = 1;
}
ALWAYS_INLINE void cpu_clear_need_resched(void)
{
	CPU_LOCAL_->need_resched = 0;
}
/* Asks another CPU to reschedule. */
void cpu_kick(u32 cpu);

/* ---- interrupts ---- */

ALWAYS_INLINE void irq_restore(u64 flags)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (irq_flags_are_on(flags))
		irq_enable();
}
/* True while an interrupt that hit the kernel is handled: what it interrupted may be in the middle
 * of anything. */
ALWAYS_INLINE bool cpu_in_irq(void)
{
	return CPU_LOCAL_->irq_depth != 0;
}

/* ---- all of them ---- */

/* CPUs that run the kernel: numbered 0 to cpu_count() - 1. */
OSXTD_API u32 cpu_count(void);

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
