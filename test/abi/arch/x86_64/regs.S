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
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	pushq %rsi
	subq $128, %rsp
	movq %rdi, %rbx
	movq (%rbx), %rax
	movq 8(%rbx), %rdi
	movq 16(%rbx), %rsi
	movq 24(%rbx), %rdx
	movq 32(%rbx), %r10
	movq 40(%rbx), %r8
	movq 48(%rbx), %r9
	movabsq $REG_PATTERN, %r15
	leaq 1(%r15), %rcx
	leaq 3(%r15), %rbx
	leaq 5(%r15), %rbp
	leaq 11(%r15), %r11
	leaq 12(%r15), %r12
	leaq 13(%r15), %r13
	leaq 14(%r15), %r14
	addq $15, %r15
	syscall
	movq %rax, 0(%rsp)
	movq %rcx, 8(%rsp)
	movq %rdx, 16(%rsp)
	movq %rbx, 24(%rsp)
	movq %rsp, 32(%rsp)
	movq %rbp, 40(%rsp)
	movq %rsi, 48(%rsp)
	movq %rdi, 56(%rsp)
	movq %r8, 64(%rsp)
	movq %r9, 72(%rsp)
	movq %r10, 80(%rsp)
	movq %r11, 88(%rsp)
	movq %r12, 96(%rsp)
	movq %r13, 104(%rsp)
	movq %r14, 112(%rsp)
	movq %r15, 120(%rsp)
	movq 128(%rsp), %rdi
	movq %rsp, %rsi
	movl $16, %ecx
	rep movsq
	addq $136, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret
	.size regs_call, . - regs_call
	.section .note.GNU-stack, "", @progbits
