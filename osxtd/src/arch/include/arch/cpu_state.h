/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpu_state - the inline paths over the CPU-local block, wherever <arch/cpu.h> keeps it.
 *
 * For the inline functions of public headers; most of it is private to OSXTD (R-opaque).
 */
#pragma once
#include <arch/cpu.h>
#include <osxtd/base.h>

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
/* Does what other CPUs wait for (core/smp.h). */
void cpu_answer(void);
/* Waits for an interrupt, or for some microseconds: a virtual CPU lets another one have the host's
 * (core/timer.c).  With interrupts as they are; may return at once. */
void cpu_doze(void) COLD;
/*
 * One round of a loop that waits for another CPU; *rounds counts them from 0.  Whoever waits,
 * perhaps with interrupts off, must not keep others waiting, and does not spin for long: what it
 * waits for may need the very host CPU that this one runs on.
 */
ALWAYS_INLINE void cpu_wait(u32 *rounds)
{
	enum : u32 { SPIN_ROUNDS = 256 };
	cpu_relax();
	cpu_answer();
	if (++*rounds % SPIN_ROUNDS == 0)
		cpu_doze();
}

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
