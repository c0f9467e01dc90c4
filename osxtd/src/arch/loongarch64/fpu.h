/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fpu - floating-point and vector state of user mode; the kernel itself never uses those registers.
 * Private to the architecture.
 *
 * Every started context has an area of fpu_area_bytes() at the top of its task's kernel stack, in
 * the form (scalar, LSX, LASX) of the widest registers that the CPU has.  While the task runs the
 * registers hold the state; the switch away saves it, the switch back loads it unless nobody used
 * the registers in between.
 *
 *   Spec:  LoongArch Reference Manual volume 1, 3; Linux uapi asm/sigcontext.h for the layout.
 */
#pragma once
#include <arch/user_ctx.h>
#include <osxtd/base.h>

#include "regs.h"

enum : u32 { FPU_REGISTERS = 32 };

/* Bytes of one register in an area. */
ALWAYS_INLINE u32 fpu_register_bytes(void)
{
	if (likely(cpu_features.lasx))
		return 32;
	return cpu_features.lsx ? 16 : 8;
}
/* Registers, condition flags, fcsr, in whole 16 bytes. */
ALWAYS_INLINE u64 fpu_state_bytes(void)
{
	return FPU_REGISTERS * fpu_register_bytes() + 16;
}
ALWAYS_INLINE u64 fpu_area_bytes(void)
{
	return (fpu_state_bytes() + 63) & ~(u64)63;
}

/* fpu.S; area is fpu_area_bytes() long. */
void fpu_save_scalar(void *area);
void fpu_save_lsx(void *area);
void fpu_save_lasx(void *area);
void fpu_load_scalar(const void *area);
void fpu_load_lsx(const void *area);
void fpu_load_lasx(const void *area);

ALWAYS_INLINE void fpu_save(void *area)
{
	if (likely(cpu_features.lasx))
		fpu_save_lasx(area);
	else if (cpu_features.lsx)
		fpu_save_lsx(area);
	else if (cpu_features.fpu)
		fpu_save_scalar(area);
}
ALWAYS_INLINE void fpu_load(const void *area)
{
	if (likely(cpu_features.lasx))
		fpu_load_lasx(area);
	else if (cpu_features.lsx)
		fpu_load_lsx(area);
	else if (cpu_features.fpu)
		fpu_load_scalar(area);
}
/* The state of a new program. */
void fpu_area_init(void *area);
