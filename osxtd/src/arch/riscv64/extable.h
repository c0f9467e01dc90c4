/* SPDX-License-Identifier: MPL-2.0 */
/*
 * extable - instructions of the kernel that may fault, and where to go on when they do.
 *
 * An entry is two 32-bit distances, each from its own place: to the instruction and to its fixup.
 * When a page fault hits such an instruction, the trap handler goes on at the fixup with all
 * registers as they were (sstatus.SUM included: a fixup inside a window closes it itself) and
 * interrupts as they were.
 *
 *   In assembly:      EXTABLE 1b, 2b
 *   In C:             asm volatile("1: lw %0, (%1)\n2:\n" … EXTABLE_STR("1b", "3b") …)
 */
#pragma once

#ifdef __ASSEMBLER__
.macro EXTABLE fault, fixup
	.pushsection __ex_table, "a"
	.balign 4
	.word \fault - .
	.word \fixup - .
	.popsection
.endm
#else
#include <osxtd/base.h>

#define EXTABLE_STR(fault, fixup)                                                                  \
	".pushsection __ex_table, \"a\"\n.balign 4\n"                                              \
	".word " fault " - .\n.word " fixup " - .\n.popsection\n"

/* Where to go on after a fault at ip; 0 when the kernel has no answer. */
u64 extable_find(u64 ip);
#endif
