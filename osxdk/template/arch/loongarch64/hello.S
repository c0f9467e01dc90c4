/* SPDX-License-Identifier: MPL-2.0 */
/* The user program: write(1, text, length); exit(0). */
	.text
	.globl _start
_start:
	li.w	$a7, 64
	li.w	$a0, 1
	la.pcrel $a1, text
	li.w	$a2, 22
	syscall	0
	li.w	$a7, 93
	move	$a0, $zero
	syscall	0
text:
	.ascii "Hello from user mode.\n"
