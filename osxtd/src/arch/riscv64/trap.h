/* SPDX-License-Identifier: MPL-2.0 */
/* trap - causes, and the frame the entry code leaves; private to the architecture.
 * Spec: RISC-V privileged architecture, 12.1.8 (scause). */
#pragma once
#include <osxtd/base.h>

#include "offsets.h"

enum : u64 {
	CAUSE_INTERRUPT = 1ull << 63,
	INTERRUPT_SOFTWARE = CAUSE_INTERRUPT | 1,
	INTERRUPT_TIMER = CAUSE_INTERRUPT | 5,
	INTERRUPT_EXTERNAL = CAUSE_INTERRUPT | 9,
	CAUSE_FETCH_MISALIGNED = 0,
	CAUSE_FETCH_ACCESS = 1,
	CAUSE_ILLEGAL = 2,
	CAUSE_BREAKPOINT = 3,
	CAUSE_LOAD_MISALIGNED = 4,
	CAUSE_LOAD_ACCESS = 5,
	CAUSE_STORE_MISALIGNED = 6,
	CAUSE_STORE_ACCESS = 7,
	CAUSE_FETCH_PAGE = 12,
	CAUSE_LOAD_PAGE = 13,
	CAUSE_STORE_PAGE = 15,
};

/* pc and the registers in the order of struct user_ctx. */
struct trap_frame {
	u64 pc, ra, sp, gp, tp, t0, t1, t2, s0, s1;
	u64 a0, a1, a2, a3, a4, a5, a6, a7;
	u64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
	u64 t3, t4, t5, t6;
	u64 status, cause, tval;
};

/* What stvec leads to. */
extern const u8 trap_entry[];
/* irq.c: an external interrupt came; handles and completes all that are pending. */
void irq_external(void);
/* smp.c: another CPU interrupted this one. */
void ipi_interrupt(void);
