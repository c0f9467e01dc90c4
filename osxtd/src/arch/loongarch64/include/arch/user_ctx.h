/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user_ctx - the registers of a user task on loongarch64.  The entry code knows the offsets
 * (offsets.h).
 *
 * Whenever user_run has returned, all general registers are here and may be changed: the next entry
 * loads all of them, so there is nothing that user_ctx_changed would have to say.
 */
#pragma once
#include <osxtd/base.h>

/* Numbers of general registers, for struct user_ctx's regs. */
enum user_reg : u32 {
	REG_ZERO = 0,
	REG_RA = 1,
	REG_TP = 2, /* TLS */
	REG_SP = 3,
	REG_A0 = 4, /* arguments and result; a7 (11) is the number of a system call */
	REG_A1 = 5,
	REG_A2 = 6,
	REG_A3 = 7,
	REG_A4 = 8,
	REG_A5 = 9,
	REG_A6 = 10,
	REG_A7 = 11,
	REG_FP = 22,
	REG_COUNT = 32,
};

struct user_ctx {
	u64 regs[REG_COUNT]; /* regs[0] means nothing */
	u64 pc;
	u64 orig_a0; /* a0 as the last system call found it */
	u64 _trap_status, _trap_address;
	u32 _trap_instruction;
	bool _started;	/* user_ctx_start or user_ctx_fork gave it a state */
	bool _is_whole; /* all registers are here: no system call is on its short way */
	u32 _fpu_cpu;	/* the CPU whose registers last held it */
	void *_fpu;	/* vector state (fpu.h), from task_init on */
};

/* After a change to the registers by the kernel (signals, exec, ptrace). */
ALWAYS_INLINE void user_ctx_changed(struct user_ctx *) {}
ALWAYS_INLINE bool user_ctx_is_whole(const struct user_ctx *c)
{
	return c->_is_whole;
}

struct user_event_info;
OSXTD_API void user_event_info(const struct user_ctx *c, struct user_event_info *out);

/* What the CPU can do, as Linux's AT_HWCAP tells it. */
enum user_hwcap : u64 {
	HWCAP_CPUCFG = 1 << 0,
	HWCAP_LAM = 1 << 1,
	HWCAP_UAL = 1 << 2,
	HWCAP_FPU = 1 << 3,
	HWCAP_LSX = 1 << 4,
	HWCAP_LASX = 1 << 5,
	HWCAP_CRC32 = 1 << 6,
};
OSXTD_API u64 user_hwcap(void);

/*
 * What user_fpu_save writes is the chain that Linux's signal frames carry behind the ucontext
 * (sc_extcontext): one block of the largest form that the CPU has, and the empty block that ends
 * it. Each begins with { u32 magic, u32 size with the head, u64 0 }; the registers follow the head.
 * Linux puts the first head at an address that is 16 more than a multiple of 32, which
 * user_fpu_align keeps to.
 */
enum user_fpu_magic : u32 {
	USER_FPU_MAGIC = 0x46505501,
	USER_LSX_MAGIC = 0x53580001,
	USER_LASX_MAGIC = 0x41535801,
};

/* Per-task state beside the registers. */
struct arch_task {
	u64 _unused;
};
