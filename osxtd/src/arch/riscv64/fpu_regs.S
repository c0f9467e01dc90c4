/* SPDX-License-Identifier: MPL-2.0 */
/* fpu_regs - see fpu.h. */
#include "offsets.h"

	.option arch, +d
	.macro EACH_FLOAT op
	.set n, 0
	.irp reg, f0,f1,f2,f3,f4,f5,f6,f7,f8,f9,f10,f11,f12,f13,f14,f15,f16,f17,f18,f19,f20,f21,f22,f23,f24,f25,f26,f27,f28,f29,f30,f31
	\op \reg, n(a0)
	.set n, n + 8
	.endr
	.endm

	.section .text.fpu, "ax", @progbits
	.globl fpu_save
	.hidden fpu_save
	.type fpu_save, @function
fpu_save:
	li t0, STATUS_FS
	csrs sstatus, t0
	EACH_FLOAT fsd
	frcsr t1
	sw t1, 256(a0)
	csrc sstatus, t0
	ret
	.size fpu_save, . - fpu_save

	.globl fpu_load
	.hidden fpu_load
	.type fpu_load, @function
fpu_load:
	li t0, STATUS_FS
	csrs sstatus, t0
	EACH_FLOAT fld
	lw t1, 256(a0)
	fscsr t1
	csrc sstatus, t0
	ret
	.size fpu_load, . - fpu_load
	.section .note.GNU-stack, "", @progbits
