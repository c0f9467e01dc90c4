/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fpu - the floating-point registers of user mode.
 *
 * Every started context has an area at the top of its task's kernel stack.  While the task runs the
 * registers hold the state; the switch away saves it if user mode changed it (sstatus.FS), the
 * switch back loads it unless nobody used the registers in between.
 *
 *   Spec:  RISC-V privileged architecture, 3.1.6.6 (FS).
 */
#pragma once
#include <arch/user_ctx.h>
#include <osxtd/base.h>

enum : u64 { STATUS_FS_CLEAN = 2 << 13, STATUS_FS_MASK = 3 << 13 };

/* As Linux's struct __riscv_d_ext_state. */
struct fpu_area {
	u64 f[32];
	u32 fcsr;
	u32 padding[3];
} __attribute__((aligned(16)));

/* fpu_regs.S */
void fpu_save(struct fpu_area *area);
void fpu_load(const struct fpu_area *area);

ALWAYS_INLINE struct fpu_area *fpu_area_of(const struct user_ctx *c)
{
	UNSAFE("1. _fpu is the context's area, from arch_task_init on")
	return (struct fpu_area *)c->_fpu;
}
