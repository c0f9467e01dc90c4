/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpu - what the inline paths of OSXTD need of x86_64: the CPU-local block behind GS, interrupt
 * flag, preemption count.
 */
#pragma once
#include <osxtd/base.h>

struct task;
struct mutex_raw;

/*
 * The preemption count grows in steps of a pointer's size, and its low byte is the place in `held`
 * where the lock of the step stands: taking a lock costs one load and one store more for it.
 */
enum : u32 { PREEMPT_STEP = 8, HELD_MAX = 256 / PREEMPT_STEP };

/* The block that GS points at in kernel mode.  entry.S knows the offsets (offsets.h). */
struct cpu_local {
	struct cpu_local *self; /* 0 */
	u64 user_sp;		/* 8: scratch of the entry code */
	u64 kernel_sp;		/* 16: stack user_run left from */
	struct task *current;	/* 24 */
	u32 preempt_steps;	/* 32: PREEMPT_STEP for each preempt_disable */
	u32 need_resched;	/* 36 */
	u32 cpu_id;		/* 40 */
	u32 irq_depth;		/* 44 */
	u64 user_top; /* 48: where SYSCALL starts to push: _ss in the current task's context */
	struct task *fpu_owner;	   /* 56: whose FPU state the registers hold */
	u64 space_root;		   /* 64: CR3 in force */
	struct mutex_raw *mutexes; /* 72: the last one that the current task took */
	void *held[HELD_MAX];	   /* spinlocks, by step; null: preempt_disable without a lock */
};

#define CPU_LOCAL_ ((struct cpu_local __seg_gs *)0)

/* For the sake of lock (null: of none).  The count goes first: an interrupt in between uses the
 * places from the next one on. */
UNSAFE("1. a byte cannot point past held, which has 256; 2. steps are aligned")
ALWAYS_INLINE void preempt_disable_for(void *lock)
{
	u64 at;
	__asm__ volatile("movzbl %%gs:%c1, %k0\n\taddl %2, %%gs:%c1"
			 : "=&r"(at)
			 : "i"(offsetof(struct cpu_local, preempt_steps)), "i"(PREEMPT_STEP)
			 : "memory", "cc");
	*(void *__seg_gs *)(void __seg_gs *)((u8 __seg_gs *)CPU_LOCAL_->held + at) = lock;
}
/* Interrupts off; returns what irq_restore needs. */
ALWAYS_INLINE u64 irq_save(void)
{
	u64 flags = 0;
	UNSAFE("1. what is pushed is popped again, and there is no red zone below the stack "
	       "pointer")
	{
		__asm__ volatile("pushfq; popq %0; cli" : "=r"(flags)::"memory");
	}
	return flags;
}
ALWAYS_INLINE void irq_enable(void)
{
	UNSAFE("1. interrupts may come wherever they are not off on purpose")
	{
		__asm__ volatile("sti" ::: "memory");
	}
}
/* Whether interrupts were on when flags were saved. */
ALWAYS_INLINE bool irq_flags_are_on(u64 flags)
{
	return (flags & 0x200) != 0;
}
ALWAYS_INLINE void cpu_relax(void)
{
	UNSAFE("1. a hint to the CPU, which changes nothing")
	{
		__asm__ volatile("pause" ::: "memory");
	}
}
/* The CPU sees to it by itself that what is fetched is what was written. */
enum : bool { CPU_REMEMBERS_CODE = false };
/* What is fetched from now on is what was written to memory before: the CPU sees to it. */
ALWAYS_INLINE void cpu_sync_code(void) {}
/* Interrupts on and wait for one, without a window in between. */
ALWAYS_INLINE void cpu_idle_wait(void)
{
	UNSAFE("1. the idle task waits with interrupts on; the next one ends the wait")
	{
		__asm__ volatile("sti; hlt" ::: "memory");
	}
}
/* Whether the CPU can wait for an interrupt that it does not take. */
enum : bool { CPU_WAITS_MASKED = false };
ALWAYS_INLINE void cpu_wait_masked(void) {}
