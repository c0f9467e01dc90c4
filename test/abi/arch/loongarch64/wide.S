/* SPDX-License-Identifier: MPL-2.0 */
/* wide - see wide.h: the 256-bit registers of LASX. */
	.text
	.globl wide_load, wide_store
	.macro EACH op
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	$xr\n, $a0, 32 * \n
	.endr
	.endm
	.type wide_load, @function
wide_load:
	EACH	xvld
	ret
	.size wide_load, . - wide_load

	.type wide_store, @function
wide_store:
	EACH	xvst
	ori	$a0, $zero, 1024
	ret
	.size wide_store, . - wide_store
	.section .note.GNU-stack, "", @progbits
