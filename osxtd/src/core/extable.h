/* SPDX-License-Identifier: MPL-2.0 */
/*
 * extable - instructions of the kernel that may fault, and where to go on when they do.
 *
 * An entry is two 32-bit distances, each from its own place: to the instruction and to its fixup.
 * When a page fault or an address error hits such an instruction, the trap handler goes on at the
 * fixup with all registers as they were (a fixup inside a window to user memory closes it itself)
 * and interrupts as they were.
 *
 *   In assembly:      EXTABLE 1b, 2b
 *   In C:             asm volatile("1: …\n2:\n" … EXTABLE_STR("1b", "3b") …)
 */
#pragma once

#ifdef __ASSEMBLER__
.macro EXTABLE fault, fixup
	.pushsection __ex_table, "a"
	.balign 4
	.long \fault - .
	.long \fixup - .
	.popsection
.endm
#else
#include <osxtd/base.h>

#define EXTABLE_STR(fault, fixup)                                                                  \
	".pushsection __ex_table, \"a\"\n.balign 4\n"                                              \
	".long " fault " - .\n.long " fixup " - .\n.popsection\n"

/* The address that a distance stored at itself means. */
ALWAYS_INLINE u64 distance_target(const i32 *distance)
{
	UNSAFE("1. an address in the kernel's image, by the assembler")
	return wrap_add((u64)distance, (u64)(i64)*distance);
}

/* Where to go on after a fault at ip; 0 when the kernel has no answer. */
u64 extable_find(u64 ip);
#endif
