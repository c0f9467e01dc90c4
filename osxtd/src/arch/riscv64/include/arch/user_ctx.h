/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user_ctx - the registers of a user task on riscv64.  The entry code knows the offsets
 * (offsets.h).
 *
 * pc and the registers stand in the order of Linux's struct user_regs_struct.
 */
#pragma once
#include <osxtd/base.h>
#include <osxtd/span.h>

struct user_ctx {
	u64 pc, ra, sp, gp, tp, t0, t1, t2, s0, s1;
	u64 a0, a1, a2, a3, a4, a5, a6, a7;
	u64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
	u64 t3, t4, t5, t6;
	u64 orig_a0; /* a0 as a system call found it */
	u64 _status; /* sstatus: whether FPU and vector registers are on, and changed */
	u64 _cause, _tval;
	bool _started;	/* user_ctx_start or user_ctx_fork gave it a state */
	bool _is_whole; /* all registers are here: no system call is on its short way */
	u32 _fpu_cpu;	/* the CPU whose registers last held it */
	void *_fpu;	/* struct fpu_area, from task_init on */
};

/* After a change to pc or registers by the kernel (signals, exec, ptrace): all are loaded anyway.
 */
ALWAYS_INLINE void user_ctx_changed(struct user_ctx *) {}
ALWAYS_INLINE bool user_ctx_is_whole(const struct user_ctx *c)
{
	return c->_is_whole;
}

struct user_event_info;
OSXTD_API void user_event_info(const struct user_ctx *c, struct user_event_info *out);

/* The vector registers in signal frames: Linux's struct __riscv_v_ext_state, then the registers. */
/* Bytes of a state; 0: the machine offers no vector registers. */
OSXTD_API usize user_vector_size(void);
/* Has the program used them since it began? */
OSXTD_API bool user_vector_is_used(const struct user_ctx *ctx);
/* Of the current task, which uses them; out: user_vector_size() bytes. */
OSXTD_API void user_vector_save(struct user_ctx *ctx, struct span out);
/* Loads what user mode wrote: any bits are a state.  ERR_INVAL: the current task does not use them,
 * or in is shorter than a state. */
OSXTD_API err_t user_vector_restore(struct user_ctx *ctx, struct cspan in);

/* Per-task state beside the registers. */
struct arch_task {
	u64 _unused;
};
