/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpu - what the inline paths of OSXTD need of x86_64: the CPU-local block behind GS, interrupt
 * flag, preemption count.
 */
#pragma once
#include <osxtd/base.h>

struct task;

/* The block that GS points at in kernel mode.  entry.S knows the offsets (offsets.h). */
struct cpu_local {
	struct cpu_local *self; /* 0 */
	u64 user_sp;		/* 8: scratch of the entry code */
	u64 kernel_sp;		/* 16: stack user_run left from */
	struct task *current;	/* 24 */
	u32 preempt_count;	/* 32 */
	u32 need_resched;	/* 36 */
	u32 cpu_id;		/* 40 */
	u32 irq_depth;		/* 44 */
	u64 user_top; /* 48: where SYSCALL starts to push: _ss in the current task's context */
	struct task *fpu_owner; /* 56: whose FPU state the registers hold */
	u64 space_root;		/* 64: CR3 in force */
};

#define CPU_LOCAL_ ((struct cpu_local __seg_gs *)0)

ALWAYS_INLINE u32 cpu_id(void)
{
	return CPU_LOCAL_->cpu_id;
}
ALWAYS_INLINE struct task *task_current(void)
{
	return CPU_LOCAL_->current;
}
ALWAYS_INLINE void preempt_disable(void)
{
	CPU_LOCAL_->preempt_count++;
	__asm__ volatile("" ::: "memory");
}
ALWAYS_INLINE void preempt_enable(void)
{
	__asm__ volatile("" ::: "memory");
	CPU_LOCAL_->preempt_count--;
}
/* Interrupts off; returns what irq_restore needs. */
ALWAYS_INLINE u64 irq_save(void)
{
	u64 flags;
	__asm__ volatile("pushfq; popq %0; cli" : "=r"(flags)::"memory");
	return flags;
}
ALWAYS_INLINE void irq_restore(u64 flags)
{
	if (flags & 0x200)
		__asm__ volatile("sti" ::: "memory");
	else
		__asm__ volatile("" ::: "memory");
}
ALWAYS_INLINE void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}
ALWAYS_INLINE u32 preempt_count(void)
{
	return CPU_LOCAL_->preempt_count;
}
/* True while an interrupt that hit the kernel is handled: what it interrupted may be in the middle
 * of anything. */
ALWAYS_INLINE bool cpu_in_irq(void)
{
	return CPU_LOCAL_->irq_depth != 0;
}
ALWAYS_INLINE void irq_enable(void)
{
	__asm__ volatile("sti" ::: "memory");
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
ALWAYS_INLINE void cpu_set_current(struct task *t)
{
	CPU_LOCAL_->current = t;
}
/* Interrupts on and wait for one, without a window in between. */
ALWAYS_INLINE void cpu_idle_wait(void)
{
	__asm__ volatile("sti; hlt" ::: "memory");
}
/* Asks another CPU to reschedule. */
void cpu_kick(u32 cpu);
