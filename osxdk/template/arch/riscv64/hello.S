/* SPDX-License-Identifier: MPL-2.0 */
/* The user program: write(1, text, length); exit(0). */
	.text
	.globl _start
_start:
	li a7, 64
	li a0, 1
	lla a1, text
	li a2, text_end - text
	ecall
	li a7, 93
	li a0, 0
	ecall
text:
	.ascii "Hello from user mode.\n"
text_end:
