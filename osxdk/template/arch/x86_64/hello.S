/* SPDX-License-Identifier: MPL-2.0 */
/* The user program: write(1, text, length); exit(0). */
	.text
	.globl _start
_start:
	movl $1, %eax
	movl $1, %edi
	leaq text(%rip), %rsi
	movl $(text_end - text), %edx
	syscall
	movl $60, %eax
	xorl %edi, %edi
	syscall
text:
	.ascii "Hello from user mode.\n"
text_end:
