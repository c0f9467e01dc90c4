/* SPDX-License-Identifier: MPL-2.0 */
/*
 * extable - instructions of the kernel that may fault, and where to go on when they do.
 *
 * An entry is two 32-bit distances, each from its own place: to the instruction and to its fixup.
 * When a page fault or an address error hits such an instruction, the trap handler goes on at the
 * fixup with all registers as they were and interrupts as they were.
 *
 *   In assembly:      as usercopy.S does
 *   In C:             asm volatile("1: ld.d %0, %1, 0\n2:\n" … EXTABLE_STR("1b", "3b") …)
 */
#pragma once

#include <osxtd/base.h>

#define EXTABLE_STR(fault, fixup)                                                                  \
	".pushsection __ex_table, \"a\"\n.balign 4\n"                                              \
	".word " fault " - .\n.word " fixup " - .\n.popsection\n"

/* Where to go on after a fault at ip; 0 when the kernel has no answer. */
u64 extable_find(u64 ip);
