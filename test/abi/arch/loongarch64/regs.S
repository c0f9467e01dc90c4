/* SPDX-License-Identifier: MPL-2.0 */
/*
 * regs_call(in, after): makes the system call in[0] with the arguments in[1] to in[6] while every other register holds
 * REG_PATTERN plus its number, and leaves what all registers hold then in after[].  Stack and thread pointer are let be.
 */
#include "../../regs.h"

	.text
	.globl regs_call
	.type regs_call, @function
regs_call:
	addi.d $sp, $sp, -384
	st.d $ra, $sp, 256
	st.d $r21, $sp, 264
	st.d $fp, $sp, 272
	st.d $s0, $sp, 280
	st.d $s1, $sp, 288
	st.d $s2, $sp, 296
	st.d $s3, $sp, 304
	st.d $s4, $sp, 312
	st.d $s5, $sp, 320
	st.d $s6, $sp, 328
	st.d $s7, $sp, 336
	st.d $s8, $sp, 344
	st.d $a1, $sp, 376
	move $t0, $a0
	ld.d $a7, $t0, 0
	ld.d $a0, $t0, 8
	ld.d $a1, $t0, 16
	ld.d $a2, $t0, 24
	ld.d $a3, $t0, 32
	ld.d $a4, $t0, 40
	ld.d $a5, $t0, 48
	li.d $r31, REG_PATTERN
	addi.d $r1, $r31, 1
	addi.d $r10, $r31, 10
	addi.d $r12, $r31, 12
	addi.d $r13, $r31, 13
	addi.d $r14, $r31, 14
	addi.d $r15, $r31, 15
	addi.d $r16, $r31, 16
	addi.d $r17, $r31, 17
	addi.d $r18, $r31, 18
	addi.d $r19, $r31, 19
	addi.d $r20, $r31, 20
	addi.d $r21, $r31, 21
	addi.d $r22, $r31, 22
	addi.d $r23, $r31, 23
	addi.d $r24, $r31, 24
	addi.d $r25, $r31, 25
	addi.d $r26, $r31, 26
	addi.d $r27, $r31, 27
	addi.d $r28, $r31, 28
	addi.d $r29, $r31, 29
	addi.d $r30, $r31, 30
	addi.d $r31, $r31, 31
	syscall 0
	st.d $r1, $sp, 8
	st.d $r2, $sp, 16
	st.d $r3, $sp, 24
	st.d $r4, $sp, 32
	st.d $r5, $sp, 40
	st.d $r6, $sp, 48
	st.d $r7, $sp, 56
	st.d $r8, $sp, 64
	st.d $r9, $sp, 72
	st.d $r10, $sp, 80
	st.d $r11, $sp, 88
	st.d $r12, $sp, 96
	st.d $r13, $sp, 104
	st.d $r14, $sp, 112
	st.d $r15, $sp, 120
	st.d $r16, $sp, 128
	st.d $r17, $sp, 136
	st.d $r18, $sp, 144
	st.d $r19, $sp, 152
	st.d $r20, $sp, 160
	st.d $r21, $sp, 168
	st.d $r22, $sp, 176
	st.d $r23, $sp, 184
	st.d $r24, $sp, 192
	st.d $r25, $sp, 200
	st.d $r26, $sp, 208
	st.d $r27, $sp, 216
	st.d $r28, $sp, 224
	st.d $r29, $sp, 232
	st.d $r30, $sp, 240
	st.d $r31, $sp, 248
	ld.d $ra, $sp, 256
	ld.d $r21, $sp, 264
	ld.d $fp, $sp, 272
	ld.d $s0, $sp, 280
	ld.d $s1, $sp, 288
	ld.d $s2, $sp, 296
	ld.d $s3, $sp, 304
	ld.d $s4, $sp, 312
	ld.d $s5, $sp, 320
	ld.d $s6, $sp, 328
	ld.d $s7, $sp, 336
	ld.d $s8, $sp, 344
	ld.d $a1, $sp, 376
	move $t0, $sp
	addi.d $t1, $sp, 256
1:	ld.d $t2, $t0, 0
	st.d $t2, $a1, 0
	addi.d $t0, $t0, 8
	addi.d $a1, $a1, 8
	bne $t0, $t1, 1b
	addi.d $sp, $sp, 384
	ret
	.size regs_call, . - regs_call
	.section .note.GNU-stack, "", @progbits
