/* SPDX-License-Identifier: MPL-2.0 */
/*
 * trap_entry - the 256 interrupt and exception stubs.
 *
 * Each leaves an error code (0 where the CPU gives none) and the vector on the stack.  The vector stands where rdi is
 * saved and is exchanged with it, so the frame is that of struct user_ctx from r15 on: from user mode the stack *is* the
 * context.  Vectors that may hit in the few instructions before GS and the stack are the kernel's (#DB, NMI, #DF, #MC)
 * have stacks of their own, with a pointer to the CPU's block at the top.
 */
#include "offsets.h"
#include "patch.h"

	.section .entry.text, "ax", @progbits
	.globl trap_stubs
	.hidden trap_stubs
	.balign 16
trap_stubs:
	.set vector, 0
	.rept VECTOR_COUNT
	.balign 16
	.if (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30)
	.else
	pushq $0
	.endif
	pushq $vector
	.if (vector == 1) || (vector == 2) || (vector == 8) || (vector == 18)
	jmp trap_ist
	.else
	jmp trap_common
	.endif
	.set vector, vector + 1
	.endr

	.macro SAVE_REST
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %rax
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	.endm

	.macro RESTORE_ALL
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rax
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	addq $8, %rsp
	.endm

	.balign 16
trap_common:
	testb $3, 24(%rsp)
	jz 1f
	swapgs
	xchgq %rdi, (%rsp)
	SAVE_REST
	jmp user_trap_saved
1:	xchgq %rdi, (%rsp)
	SAVE_REST
	cld
	ASM_CLAC
	movl %edi, %esi
	movq %rsp, %rdi
	subq $8, %rsp
	call trap_from_kernel
	addq $8, %rsp
	RESTORE_ALL
	iretq

trap_ist:
	testb $3, 24(%rsp)
	jnz 1f
	xchgq %rdi, (%rsp)
	SAVE_REST
	cld
	ASM_CLAC
	/* GS may be the user's still, and the user may have set it to anything: ours is at the top of this stack. */
	movl %edi, %r13d
	movl $MSR_GS_BASE, %ecx
	rdmsr
	movl %eax, %r14d
	movl %edx, %r15d
	movl IST_CPU_POINTER(%rsp), %eax
	movl IST_CPU_POINTER+4(%rsp), %edx
	wrmsr
	movl %r13d, %esi
	movq %rsp, %rdi
	subq $8, %rsp
	call trap_from_kernel
	addq $8, %rsp
	movl $MSR_GS_BASE, %ecx
	movl %r14d, %eax
	movl %r15d, %edx
	wrmsr
	RESTORE_ALL
	iretq
	/* From user mode: moves over to the context, as if the CPU had put the frame there. */
1:	swapgs
	movq %rdi, %gs:CPU_USER_SP
	movq %rsp, %rdi
	movq %gs:CPU_USER_TOP, %rsp
	pushq 40(%rdi)			/* rsp */
	pushq 32(%rdi)			/* rflags */
	pushq 24(%rdi)			/* cs */
	pushq 16(%rdi)			/* rip */
	pushq 8(%rdi)			/* error code */
	movq (%rdi), %rdi
	pushq %gs:CPU_USER_SP
	SAVE_REST
	jmp user_trap_saved
	.section .note.GNU-stack, "", @progbits
