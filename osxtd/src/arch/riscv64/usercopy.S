/* SPDX-License-Identifier: MPL-2.0 */
/*
 * usercopy - copies that may fault on their user side, see arch/usercopy.h.
 *
 * Words go where both sides are aligned alike, eight at a time while there are so many, single bytes else and at the
 * ends.  Registers say at any moment what is left: a2 counts bytes, and is taken down after a round's last store, so of a
 * round that faulted nothing counts as copied.
 */
#include "core/extable.h"
#include "offsets.h"

	.macro MAY_FAULT op:vararg
700:	\op
	EXTABLE 700b, 90f
	.endm

	.section .text.usercopy, "ax", @progbits

	/* u64 usercopy(void *dst: a0, const void *src: a1, u64 n: a2) */
	.globl usercopy
	.hidden usercopy
	.type usercopy, @function
	.balign 4
usercopy:
	li t6, STATUS_SUM
	csrs sstatus, t6
	li t0, 16
	bltu a2, t0, 4f
	xor t1, a0, a1
	andi t1, t1, 7
	bnez t1, 4f
1:	andi t1, a0, 7			/* up to a word */
	beqz t1, 2f
	MAY_FAULT lb t2, 0(a1)
	MAY_FAULT sb t2, 0(a0)
	addi a0, a0, 1
	addi a1, a1, 1
	addi a2, a2, -1
	j 1b
2:	li a5, 64
	bltu a2, a5, 3f
5:	MAY_FAULT ld t0, 0(a1)
	MAY_FAULT ld t1, 8(a1)
	MAY_FAULT ld t2, 16(a1)
	MAY_FAULT ld t3, 24(a1)
	MAY_FAULT ld t4, 32(a1)
	MAY_FAULT ld t5, 40(a1)
	MAY_FAULT ld a3, 48(a1)
	MAY_FAULT ld a4, 56(a1)
	MAY_FAULT sd t0, 0(a0)
	MAY_FAULT sd t1, 8(a0)
	MAY_FAULT sd t2, 16(a0)
	MAY_FAULT sd t3, 24(a0)
	MAY_FAULT sd t4, 32(a0)
	MAY_FAULT sd t5, 40(a0)
	MAY_FAULT sd a3, 48(a0)
	MAY_FAULT sd a4, 56(a0)
	addi a0, a0, 64
	addi a1, a1, 64
	addi a2, a2, -64
	bgeu a2, a5, 5b
3:	li t0, 8
	bltu a2, t0, 4f
	MAY_FAULT ld t1, 0(a1)
	MAY_FAULT sd t1, 0(a0)
	addi a0, a0, 8
	addi a1, a1, 8
	addi a2, a2, -8
	j 3b
4:	beqz a2, 90f
	MAY_FAULT lb t2, 0(a1)
	MAY_FAULT sb t2, 0(a0)
	addi a0, a0, 1
	addi a1, a1, 1
	addi a2, a2, -1
	j 4b
90:	csrc sstatus, t6
	mv a0, a2
	ret
	.size usercopy, . - usercopy

	/* u64 userzero(void *dst: a0, u64 n: a1) */
	.globl userzero
	.hidden userzero
	.type userzero, @function
	.balign 4
userzero:
	li t6, STATUS_SUM
	csrs sstatus, t6
	mv a2, a1
1:	andi t1, a0, 7
	beqz t1, 2f
	beqz a2, 90f
	MAY_FAULT sb zero, 0(a0)
	addi a0, a0, 1
	addi a2, a2, -1
	j 1b
2:	li t0, 8
	bltu a2, t0, 3f
	MAY_FAULT sd zero, 0(a0)
	addi a0, a0, 8
	addi a2, a2, -8
	j 2b
3:	beqz a2, 90f
	MAY_FAULT sb zero, 0(a0)
	addi a0, a0, 1
	addi a2, a2, -1
	j 3b
90:	csrc sstatus, t6
	mv a0, a2
	ret
	.size userzero, . - userzero
	.section .note.GNU-stack, "", @progbits
