/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ud - trapping sanitizers are UNIMP, without saying which; kCFI and our own entry code EBREAK.
 *
 *   Spec:  RISC-V unprivileged architecture, 28.1 (0000 is illegal by definition), assembly
 * programmer's manual (UNIMP is CSRRW x0, cycle, x0).
 */
#include "ud.h"

#include "backtrace.h"

/* The 32 bits at ip, which is aligned to 16. */
static u64 code_at(u64 ip)
{
	u64 low = 0, high = 0;
	u64 shift = (ip & 7) * 8;
	if (!kernel_peek(ip & ~(u64)7, &low) || !kernel_peek((ip & ~(u64)7) + 8, &high))
		return UINT64_MAX;
	return (shift == 0 ? low : low >> shift | high << (64 - shift)) & UINT32_MAX;
}

const char *ud_reason(const struct trap_frame *f)
{
	if (f->cause == CAUSE_BREAKPOINT)
		return "indirect call of the wrong type, or unreachable code";
	u64 code = code_at(f->pc);
	if ((code & UINT16_MAX) == 0 || code == 0xc0001073)
		return "a check of the compiler failed";
	return "invalid instruction";
}
