/* SPDX-License-Identifier: MPL-2.0 */
/* wide - see wide.h: v0 to v31, at the length that the machine has. */
	.option arch, +v

	.text
	.globl wide_load, wide_store
	.type wide_load, @function
wide_load:
	vsetvli t0, zero, e8, m8, ta, ma
	vle8.v v0, (a0)
	add a0, a0, t0
	vle8.v v8, (a0)
	add a0, a0, t0
	vle8.v v16, (a0)
	add a0, a0, t0
	vle8.v v24, (a0)
	ret
	.size wide_load, . - wide_load

	.type wide_store, @function
wide_store:
	vsetvli t0, zero, e8, m8, ta, ma
	vse8.v v0, (a0)
	add a0, a0, t0
	vse8.v v8, (a0)
	add a0, a0, t0
	vse8.v v16, (a0)
	add a0, a0, t0
	vse8.v v24, (a0)
	slli a0, t0, 2
	ret
	.size wide_store, . - wide_store
	.section .note.GNU-stack, "", @progbits
