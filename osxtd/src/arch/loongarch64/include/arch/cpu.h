/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpu - what the inline paths of OSXTD need of loongarch64: the CPU-local block in $r21, interrupt
 * flag, preemption count.
 */
#pragma once
#include <osxtd/base.h>

struct task;
struct user_ctx;
struct mutex_raw;

/*
 * The preemption count grows in steps of a pointer's size, and its low byte is the place in `held`
 * where the lock of the step stands: taking a lock costs one load and one store more for it.
 */
enum : u32 { PREEMPT_STEP = 8, HELD_MAX = 256 / PREEMPT_STEP };

/* The block that $r21 points at in kernel mode, a register that the psABI keeps from compilers. The
 * entry code knows the offsets (offsets.h). */
struct cpu_local {
	struct cpu_local *self;	   /* 0 */
	struct user_ctx *user;	   /* 8: the context that user mode runs in */
	u64 kernel_sp;		   /* 16: stack user_run left from */
	struct task *current;	   /* 24 */
	u32 preempt_steps;	   /* 32: PREEMPT_STEP for each preempt_disable */
	u32 need_resched;	   /* 36 */
	u32 cpu_id;		   /* 40 */
	u32 irq_depth;		   /* 44 */
	u64 emergency_sp;	   /* 48: for traps that cannot trust the stack they hit */
	struct task *fpu_owner;	   /* whose FPU state the registers hold */
	u64 space_root;		   /* PGDL in force */
	struct mutex_raw *mutexes; /* the last one that the current task took */
	void *held[HELD_MAX];	   /* spinlocks, by step; null: preempt_disable without a lock */
};

/*
 * The block, read anew at each use: to the compiler a register variable is a value like any other,
 * and it would keep `r21 + offset` over a call in which the task changes CPU.
 */
UNSAFE("1. r21 holds the block whenever kernel code runs; 2. volatile: never one reading for two")
ALWAYS_INLINE struct cpu_local *cpu_local_now(void)
{
	struct cpu_local *c = nullptr;
	__asm__ volatile("move %0, $r21" : "=r"(c));
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
	u32 at = c->preempt_steps;
	c->preempt_steps = at + PREEMPT_STEP;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	*(void **)(void *)((u8 *)c->held + (at & 0xff)) = lock;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

enum : u64 { CRMD_IE_ = 4 };

/* Interrupts off; returns what irq_restore needs. */
ALWAYS_INLINE u64 irq_save(void)
{
	u64 flags = 0;
	UNSAFE("1. only the interrupt enable bit of CRMD (0x0) changes, to 0")
	{
		__asm__ volatile("csrxchg %0, %1, 0x0" : "+r"(flags) : "q"(CRMD_IE_) : "memory");
	}
	return flags;
}
ALWAYS_INLINE void irq_enable(void)
{
	u64 flags = CRMD_IE_;
	UNSAFE("1. interrupts may come wherever they are not off on purpose")
	{
		__asm__ volatile("csrxchg %0, %1, 0x0" : "+r"(flags) : "q"(CRMD_IE_) : "memory");
	}
}
/* Whether interrupts were on when flags were saved. */
ALWAYS_INLINE bool irq_flags_are_on(u64 flags)
{
	return (flags & CRMD_IE_) != 0;
}
ALWAYS_INLINE void cpu_relax(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
/* What was fetched before may be remembered until cpu_sync_code. */
enum : bool { CPU_REMEMBERS_CODE = true };
/* What is fetched from now on is what was written to memory before. */
ALWAYS_INLINE void cpu_sync_code(void)
{
	UNSAFE("1. it only forgets instructions that were fetched ahead")
	{
		__asm__ volatile("ibar 0" ::: "memory");
	}
}
/* Interrupts on and wait for one, without a window in between (trap_entry.S, trap.c). */
void cpu_idle_wait(void);
/* Whether the CPU can wait for an interrupt that it does not take. */
enum : bool { CPU_WAITS_MASKED = false };
ALWAYS_INLINE void cpu_wait_masked(void) {}
