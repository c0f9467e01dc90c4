/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fpu - vector and x87 state of user mode; the kernel itself never uses those registers.  Private
 * to the architecture.
 *
 * Every started context has an area of fpu_area_bytes() at the top of its task's kernel stack.
 * While the task runs the registers hold the state; the switch away saves it (one XSAVE), the
 * switch back loads it unless nobody used the registers in between.
 *
 *   Spec:  Intel SDM volume 1, 13 (XSAVE, standard form).
 */
#pragma once
#include <arch/user_ctx.h>
#include <osxtd/base.h>

#include "regs.h"

ALWAYS_INLINE u64 fpu_area_bytes(void)
{
	return (cpu_features.xsave_bytes + 63) & ~(u64)63;
}
ALWAYS_INLINE void fpu_save(void *area)
{
	UNSAFE("1. area is the context's own, 64-byte aligned and fpu_area_bytes() long")
	if (likely(cpu_features.xsave))
		__asm__ volatile("xsave64 (%0)" ::"r"(area), "a"(-1), "d"(-1) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" ::"r"(area) : "memory");
}
ALWAYS_INLINE void fpu_load(const void *area)
{
	UNSAFE("1. area holds a state that fpu_save or fpu_area_init made, or that was checked")
	if (likely(cpu_features.xsave))
		__asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"(-1), "d"(-1) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" ::"r"(area) : "memory");
}
/* The state of a new program. */
void fpu_area_init(void *area);
