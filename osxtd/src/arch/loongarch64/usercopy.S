/* SPDX-License-Identifier: MPL-2.0 */
/*
 * usercopy - copies that may fault on their user side, see arch/usercopy.h.
 *
 * Rounds of 64 bytes, words, bytes.  The count goes down behind each of them, so a fixup has nothing to compute: of a
 * round that faulted nothing counts as copied.
 */
#include "core/extable.h"

	.section .text.usercopy, "ax", @progbits

	/* u64 usercopy(void *dst: a0, const void *src: a1, u64 n: a2) */
	.globl usercopy
	.hidden usercopy
	.type usercopy, @function
	.balign 16
usercopy:
	ori	$t8, $zero, 64
	bltu	$a2, $t8, 3f
1:
11:	ld.d	$t0, $a1, 0
12:	ld.d	$t1, $a1, 8
13:	ld.d	$t2, $a1, 16
14:	ld.d	$t3, $a1, 24
15:	ld.d	$t4, $a1, 32
16:	ld.d	$t5, $a1, 40
17:	ld.d	$t6, $a1, 48
18:	ld.d	$t7, $a1, 56
21:	st.d	$t0, $a0, 0
22:	st.d	$t1, $a0, 8
23:	st.d	$t2, $a0, 16
24:	st.d	$t3, $a0, 24
25:	st.d	$t4, $a0, 32
26:	st.d	$t5, $a0, 40
27:	st.d	$t6, $a0, 48
28:	st.d	$t7, $a0, 56
	addi.d	$a1, $a1, 64
	addi.d	$a0, $a0, 64
	addi.d	$a2, $a2, -64
	bgeu	$a2, $t8, 1b
3:	ori	$t8, $zero, 8
	bltu	$a2, $t8, 5f
4:
31:	ld.d	$t0, $a1, 0
32:	st.d	$t0, $a0, 0
	addi.d	$a1, $a1, 8
	addi.d	$a0, $a0, 8
	addi.d	$a2, $a2, -8
	bgeu	$a2, $t8, 4b
5:	beqz	$a2, 9f
6:
33:	ld.b	$t0, $a1, 0
34:	st.b	$t0, $a0, 0
	addi.d	$a1, $a1, 1
	addi.d	$a0, $a0, 1
	addi.d	$a2, $a2, -1
	bnez	$a2, 6b
9:	move	$a0, $a2
	ret
	.irp at, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34
	EXTABLE \at\()b, 9b
	.endr
	.size usercopy, . - usercopy

	/* u64 userzero(void *dst: a0, u64 n: a1) */
	.globl userzero
	.hidden userzero
	.type userzero, @function
	.balign 16
userzero:
	ori	$t8, $zero, 8
	bltu	$a1, $t8, 2f
1:
41:	st.d	$zero, $a0, 0
	addi.d	$a0, $a0, 8
	addi.d	$a1, $a1, -8
	bgeu	$a1, $t8, 1b
2:	beqz	$a1, 4f
3:
42:	st.b	$zero, $a0, 0
	addi.d	$a0, $a0, 1
	addi.d	$a1, $a1, -1
	bnez	$a1, 3b
4:	move	$a0, $a1
	ret
	EXTABLE 41b, 4b
	EXTABLE 42b, 4b
	.size userzero, . - userzero
	.section .note.GNU-stack, "", @progbits
