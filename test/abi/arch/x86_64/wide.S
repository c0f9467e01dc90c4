/* SPDX-License-Identifier: MPL-2.0 */
/* wide - see wide.h: the 256-bit registers of AVX. */
	.text
	.globl wide_load, wide_store
	.type wide_load, @function
wide_load:
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vmovdqu 32 * \n(%rdi), %ymm\n
	.endr
	ret
	.size wide_load, . - wide_load

	.type wide_store, @function
wide_store:
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vmovdqu %ymm\n, 32 * \n(%rdi)
	.endr
	movl $512, %eax
	ret
	.size wide_store, . - wide_store
	.section .note.GNU-stack, "", @progbits
