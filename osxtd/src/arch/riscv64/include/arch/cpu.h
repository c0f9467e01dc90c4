/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpu - what the inline paths of OSXTD need of riscv64: the CPU-local block behind tp, interrupt
 * flag, preemption count.
 */
#pragma once
#include <osxtd/base.h>

struct task;
struct user_ctx;
struct mutex_raw;

/*
 * The preemption count grows in steps of a pointer's size, and its low byte is the place in `held`
 * where the lock of the step stands.
 */
enum : u32 { PREEMPT_STEP = 8, HELD_MAX = 256 / PREEMPT_STEP };
enum : u64 { SSTATUS_SIE = 1 << 1 };

/* The block that tp points at in kernel mode.  The entry code knows the offsets (offsets.h). */
struct cpu_local {
	u64 scratch;		   /* 0: of the entry code */
	struct user_ctx *user;	   /* 8: the context that user mode was entered with */
	u64 kernel_sp;		   /* 16: stack user_run left from */
	struct task *current;	   /* 24 */
	u32 preempt_steps;	   /* 32: PREEMPT_STEP for each preempt_disable */
	u32 need_resched;	   /* 36 */
	u32 cpu_id;		   /* 40 */
	u32 irq_depth;		   /* 44 */
	u64 overflow_sp;	   /* 48: the stack for a trap that finds its own used up */
	struct task *fpu_owner;	   /* whose FPU state the registers hold */
	u64 space_root;		   /* physical address of the top table in force */
	struct mutex_raw *mutexes; /* the last one that the current task took */
	void *held[HELD_MAX];	   /* spinlocks, by step; null: preempt_disable without a lock */
};

/*
 * The block, read anew at each use: to the compiler a register variable is a value like any other,
 * and it would keep `tp + offset` over a call in which the task changes CPU.
 */
UNSAFE("1. tp holds the block whenever kernel code runs; 2. volatile: never one reading for two")
ALWAYS_INLINE struct cpu_local *cpu_local_now(void)
{
	struct cpu_local *c = nullptr;
	__asm__ volatile("mv %0, tp" : "=r"(c));
	__builtin_assume(c != nullptr);
	return c;
}
#define CPU_LOCAL_ cpu_local_now()

/* For the sake of lock (null: of none).  The count goes first: an interrupt in between uses the
 * places from the next one on. */
UNSAFE("1. a byte cannot point past held, which has 256; 2. steps are aligned")
ALWAYS_INLINE void preempt_disable_for(void *lock)
{
	struct cpu_local *c = CPU_LOCAL_;
	u32 steps = c->preempt_steps;
	c->preempt_steps = steps + PREEMPT_STEP;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	*(void **)(void *)((u8 *)c->held + (u8)steps) = lock;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
/* Interrupts off; returns what irq_restore needs. */
ALWAYS_INLINE u64 irq_save(void)
{
	u64 flags = 0;
	UNSAFE("1. interrupts off keep nothing from being done later")
	{
		__asm__ volatile("csrrci %0, sstatus, 2" : "=r"(flags)::"memory");
	}
	return flags;
}
ALWAYS_INLINE void irq_enable(void)
{
	UNSAFE("1. interrupts may come wherever they are not off on purpose")
	{
		__asm__ volatile("csrsi sstatus, 2" ::: "memory");
	}
}
/* Whether interrupts were on when flags were saved. */
ALWAYS_INLINE bool irq_flags_are_on(u64 flags)
{
	return (flags & SSTATUS_SIE) != 0;
}
ALWAYS_INLINE void cpu_relax(void)
{
	UNSAFE("1. PAUSE is a hint, a FENCE to CPUs that do not know it")
	{
		__asm__ volatile(".4byte 0x0100000f" ::: "memory");
	}
}
/* What was fetched before may be remembered until cpu_sync_code. */
enum : bool { CPU_REMEMBERS_CODE = true };
/* What is fetched from now on is what was written to memory before. */
ALWAYS_INLINE void cpu_sync_code(void)
{
	UNSAFE("1. it only forgets copies of instructions")
	{
		__asm__ volatile("fence.i" ::: "memory");
	}
}
/* Interrupts on and wait for one, without a window in between: WFI ends with one that is pending,
 * even while they are off. */
ALWAYS_INLINE void cpu_idle_wait(void)
{
	UNSAFE("1. the idle task waits; an interrupt that ended the wait is taken right after it")
	{
		__asm__ volatile("wfi; csrsi sstatus, 2" ::: "memory");
	}
}
/* Whether the CPU can wait for an interrupt that it does not take: WFI ends all the same. */
enum : bool { CPU_WAITS_MASKED = true };
ALWAYS_INLINE void cpu_wait_masked(void)
{
	UNSAFE("1. it waits and changes nothing; callers have set the timer that ends it")
	{
		__asm__ volatile("wfi" ::: "memory");
	}
}
