/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fpu - the user's floating-point and vector registers to and from memory (fpu.h).
 *
 * The kernel is built without floating point, so its assembler refuses these instructions by name: they stand here as
 * numbers.  The layout is that of Linux's signal frames: 32 registers, eight bytes of condition flags, fcsr.
 */
	.macro FST_D n, offset
	.word	0x2bc00000 | \offset << 10 | 4 << 5 | \n
	.endm
	.macro FLD_D n, offset
	.word	0x2b800000 | \offset << 10 | 4 << 5 | \n
	.endm
	.macro VST n, offset
	.word	0x2c400000 | \offset << 10 | 4 << 5 | \n
	.endm
	.macro VLD n, offset
	.word	0x2c000000 | \offset << 10 | 4 << 5 | \n
	.endm
	.macro XVST n, offset
	.word	0x2cc00000 | \offset << 10 | 4 << 5 | \n
	.endm
	.macro XVLD n, offset
	.word	0x2c800000 | \offset << 10 | 4 << 5 | \n
	.endm
	/* $t0 is register 12. */
	.macro MOVCF2GR_T0 n
	.word	0x0114dc00 | \n << 5 | 12
	.endm
	.macro MOVGR2CF_T0 n
	.word	0x0114d800 | 12 << 5 | \n
	.endm
	.macro MOVFCSR2GR_T0
	.word	0x0114c800 | 12
	.endm
	.macro MOVGR2FCSR_T0
	.word	0x0114c000 | 12 << 5
	.endm

	.macro EACH_REGISTER instruction, size
	.set n, 0
	.rept 32
	\instruction n, (n * \size)
	.set n, n + 1
	.endr
	.endm

	.macro SAVE name, instruction, size
	.globl \name
	.hidden \name
	.type \name, @function
	.balign 16
\name:
	EACH_REGISTER \instruction, \size
	.set n, 0
	.rept 8
	MOVCF2GR_T0 n
	st.b	$t0, $a0, 32 * \size + n
	.set n, n + 1
	.endr
	MOVFCSR2GR_T0
	st.w	$t0, $a0, 32 * \size + 8
	ret
	.size \name, . - \name
	.endm

	.macro LOAD name, instruction, size
	.globl \name
	.hidden \name
	.type \name, @function
	.balign 16
\name:
	EACH_REGISTER \instruction, \size
	.set n, 0
	.rept 8
	ld.b	$t0, $a0, 32 * \size + n
	MOVGR2CF_T0 n
	.set n, n + 1
	.endr
	ld.wu	$t0, $a0, 32 * \size + 8
	MOVGR2FCSR_T0
	ret
	.size \name, . - \name
	.endm

	.section .text.fpu, "ax", @progbits
	SAVE fpu_save_scalar, FST_D, 8
	SAVE fpu_save_lsx, VST, 16
	SAVE fpu_save_lasx, XVST, 32
	LOAD fpu_load_scalar, FLD_D, 8
	LOAD fpu_load_lsx, VLD, 16
	LOAD fpu_load_lasx, XVLD, 32
	.section .note.GNU-stack, "", @progbits
