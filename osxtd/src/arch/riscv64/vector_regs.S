/* SPDX-License-Identifier: MPL-2.0 */
/* vector_regs - see vector.h.  Eight registers go at once, as bytes, whatever user mode's type of elements is. */
#include "offsets.h"

	.option arch, +v

	.section .text.fpu, "ax", @progbits
	.globl vector_save
	.hidden vector_save
	.type vector_save, @function
vector_save:
	li t0, STATUS_VS
	csrs sstatus, t0
	csrr t1, vstart
	csrr t2, vl
	csrr t3, vtype
	csrr t4, vcsr
	csrr t5, vlenb
	sd t1, 0(a0)
	sd t2, 8(a0)
	sd t3, 16(a0)
	sd t4, 24(a0)
	sd t5, 32(a0)
	addi a0, a0, VECTOR_REGISTERS
	vsetvli t4, zero, e8, m8, ta, ma
	vse8.v v0, (a0)
	add a0, a0, t4
	vse8.v v8, (a0)
	add a0, a0, t4
	vse8.v v16, (a0)
	add a0, a0, t4
	vse8.v v24, (a0)
	vsetvl zero, t2, t3
	csrw vstart, t1
	csrc sstatus, t0
	ret
	.size vector_save, . - vector_save

	.globl vector_load
	.hidden vector_load
	.type vector_load, @function
vector_load:
	li t0, STATUS_VS
	csrs sstatus, t0
	ld t1, 0(a0)
	ld t2, 8(a0)
	ld t3, 16(a0)
	ld t5, 24(a0)
	addi a0, a0, VECTOR_REGISTERS
	vsetvli t4, zero, e8, m8, ta, ma
	vle8.v v0, (a0)
	add a0, a0, t4
	vle8.v v8, (a0)
	add a0, a0, t4
	vle8.v v16, (a0)
	add a0, a0, t4
	vle8.v v24, (a0)
	vsetvl zero, t2, t3
	csrw vcsr, t5
	csrw vstart, t1
	csrc sstatus, t0
	ret
	.size vector_load, . - vector_load

	.globl vector_register_bytes
	.hidden vector_register_bytes
	.type vector_register_bytes, @function
vector_register_bytes:
	li t0, STATUS_VS
	csrs sstatus, t0
	csrr a0, vlenb
	csrc sstatus, t0
	ret
	.size vector_register_bytes, . - vector_register_bytes
	.section .note.GNU-stack, "", @progbits
