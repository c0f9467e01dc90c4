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
	addi sp, sp, -384
	sd ra, 256(sp)
	sd gp, 264(sp)
	sd s0, 272(sp)
	sd s1, 280(sp)
	sd s2, 288(sp)
	sd s3, 296(sp)
	sd s4, 304(sp)
	sd s5, 312(sp)
	sd s6, 320(sp)
	sd s7, 328(sp)
	sd s8, 336(sp)
	sd s9, 344(sp)
	sd s10, 352(sp)
	sd s11, 360(sp)
	sd a1, 376(sp)
	mv t0, a0
	ld a7, 0(t0)
	ld a0, 8(t0)
	ld a1, 16(t0)
	ld a2, 24(t0)
	ld a3, 32(t0)
	ld a4, 40(t0)
	ld a5, 48(t0)
	li x31, REG_PATTERN
	addi x1, x31, 1
	addi x3, x31, 3
	addi x5, x31, 5
	addi x6, x31, 6
	addi x7, x31, 7
	addi x8, x31, 8
	addi x9, x31, 9
	addi x16, x31, 16
	addi x18, x31, 18
	addi x19, x31, 19
	addi x20, x31, 20
	addi x21, x31, 21
	addi x22, x31, 22
	addi x23, x31, 23
	addi x24, x31, 24
	addi x25, x31, 25
	addi x26, x31, 26
	addi x27, x31, 27
	addi x28, x31, 28
	addi x29, x31, 29
	addi x30, x31, 30
	addi x31, x31, 31
	ecall
	sd x1, 8(sp)
	sd x2, 16(sp)
	sd x3, 24(sp)
	sd x4, 32(sp)
	sd x5, 40(sp)
	sd x6, 48(sp)
	sd x7, 56(sp)
	sd x8, 64(sp)
	sd x9, 72(sp)
	sd x10, 80(sp)
	sd x11, 88(sp)
	sd x12, 96(sp)
	sd x13, 104(sp)
	sd x14, 112(sp)
	sd x15, 120(sp)
	sd x16, 128(sp)
	sd x17, 136(sp)
	sd x18, 144(sp)
	sd x19, 152(sp)
	sd x20, 160(sp)
	sd x21, 168(sp)
	sd x22, 176(sp)
	sd x23, 184(sp)
	sd x24, 192(sp)
	sd x25, 200(sp)
	sd x26, 208(sp)
	sd x27, 216(sp)
	sd x28, 224(sp)
	sd x29, 232(sp)
	sd x30, 240(sp)
	sd x31, 248(sp)
	ld ra, 256(sp)
	ld gp, 264(sp)
	ld s0, 272(sp)
	ld s1, 280(sp)
	ld s2, 288(sp)
	ld s3, 296(sp)
	ld s4, 304(sp)
	ld s5, 312(sp)
	ld s6, 320(sp)
	ld s7, 328(sp)
	ld s8, 336(sp)
	ld s9, 344(sp)
	ld s10, 352(sp)
	ld s11, 360(sp)
	ld a1, 376(sp)
	mv t0, sp
	addi t1, sp, 256
1:	ld t2, 0(t0)
	sd t2, 0(a1)
	addi t0, t0, 8
	addi a1, a1, 8
	bne t0, t1, 1b
	addi sp, sp, 384
	ret
	.size regs_call, . - regs_call
	.section .note.GNU-stack, "", @progbits
