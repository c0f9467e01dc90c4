/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user_entry - into user mode and back, and from task to task.
 *
 * user_run leaves the kernel's callee-saved registers on the stack and its address in the CPU's block, loads the
 * context and enters user mode.  Whatever ends user mode saves the registers in the context (interrupts and exceptions: the
 * CPU itself writes the frame there, TSS.rsp0 points at its end), takes the stack back and returns from user_run.
 *
 * U2: user mode gets only what is forced here: rip in the lower half (SYSRET with another one would fault in kernel
 *     mode on the user's stack), the flags it may choose, user segments, its own GS.
 */
#include "offsets.h"
#include "patch.h"

	.section .entry.text, "ax", @progbits

/* enum user_event_kind user_run(struct user_ctx *ctx) */
	.globl user_run
	.type user_run, @function
	.balign 16
user_run:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	cli				/* from here on nothing new can become pending unseen */
	leaq -TASK_USER(%rdi), %rax
	cmpq %rax, %gs:CPU_CURRENT
	jne 9f
	cmpl $0, %gs:CPU_NEED_RESCHED
	jne 8f
	cmpl $0, TASK_INTERRUPT-TASK_USER(%rdi)
	jne 8f
	cmpl $0, CTX_FULL_RESTORE(%rdi)
	jne enter_by_iret
	cmpl $0x7fff, CTX_RIP+4(%rdi)
	ja bad_rip
	movq %rsp, %gs:CPU_KERNEL_SP

	movq CTX_RFLAGS(%rdi), %r11
	andl $USER_RFLAGS_MASK, %r11d
	orl $USER_RFLAGS_SET, %r11d
	movq CTX_RIP(%rdi), %rcx
	movq CTX_R15(%rdi), %r15
	movq CTX_R14(%rdi), %r14
	movq CTX_R13(%rdi), %r13
	movq CTX_R12(%rdi), %r12
	movq CTX_RBP(%rdi), %rbp
	movq CTX_RBX(%rdi), %rbx
	movq CTX_R10(%rdi), %r10
	movq CTX_R9(%rdi), %r9
	movq CTX_R8(%rdi), %r8
	movq CTX_RAX(%rdi), %rax
	movq CTX_RDX(%rdi), %rdx
	movq CTX_RSI(%rdi), %rsi
	movq CTX_RSP(%rdi), %rsp
	movq CTX_RDI(%rdi), %rdi
	swapgs
	sysretq

8:	movl $EVENT_INTERRUPT, %eax
	jmp return_to_caller
9:	ud2				/* the context is not the running task's */

/* The long way, for a context that was changed or that an interrupt left: all registers count, rcx and r11 too. */
enter_by_iret:
	cmpb $0, CTX_STARTED(%rdi)
	je 9b				/* no FPU state was ever set: never started */
	cmpl $0x7fff, CTX_RIP+4(%rdi)
	ja bad_rip
	movl $0, CTX_FULL_RESTORE(%rdi)
	andq $USER_RFLAGS_MASK, CTX_RFLAGS(%rdi)
	orq $USER_RFLAGS_SET, CTX_RFLAGS(%rdi)
	movq $USER_CS, CTX_CS(%rdi)
	movq $USER_DS, CTX_SS(%rdi)
	movq %rsp, %gs:CPU_KERNEL_SP
	leaq CTX_R15(%rdi), %rsp	/* the context ends in the frame that IRET wants */
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
	swapgs
	iretq

bad_rip:
	subq $8, %rsp
	call user_bad_rip
	addq $8, %rsp
	jmp return_to_caller
	.size user_run, . - user_run

	.globl syscall_entry
	.hidden syscall_entry
	.type syscall_entry, @function
	.balign 16
syscall_entry:
	swapgs
	movq %rsp, %gs:CPU_USER_SP
	movq %gs:CPU_USER_TOP, %rsp
	pushq %gs:CPU_USER_SP
	pushq %r11			/* rflags */
	pushq $USER_CS
	pushq %rcx			/* rip */
	pushq %rax			/* orig_rax */
	pushq %rdi
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
	movq %gs:CPU_KERNEL_SP, %rsp
	xorl %eax, %eax			/* EVENT_SYSCALL */
return_to_caller:
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	sti
	ret
	.size syscall_entry, . - syscall_entry

/*
 * Interrupts and exceptions from user mode come here with the hardware's frame, the error code and the general
 * registers in the context, rsp at its r15, and the vector in rdi.
 */
	.globl user_trap_saved
	.hidden user_trap_saved
	.type user_trap_saved, @function
user_trap_saved:
	cld
	ASM_CLAC
	movl %edi, %esi
	leaq -CTX_R15(%rsp), %rdi
	movq %gs:CPU_KERNEL_SP, %rsp
	leaq 40(%rsp), %rbp		/* backtraces go on with user_run's caller */
	subq $8, %rsp
	call trap_from_user
	addq $8, %rsp
	jmp return_to_caller
	.size user_trap_saved, . - user_trap_saved

/* struct task *arch_switch(struct task *prev, struct task *next) */
	.globl arch_switch
	.hidden arch_switch
	.type arch_switch, @function
	.balign 16
arch_switch:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, TASK_KERNEL_SP(%rdi)
	movq TASK_KERNEL_SP(%rsi), %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	movq %rdi, %rax
	ret
	.size arch_switch, . - arch_switch

/* Where a new task's first arch_switch returns to. */
	.globl task_trampoline
	.hidden task_trampoline
	.type task_trampoline, @function
task_trampoline:
	movq %rax, %rdi
	call task_first_run
	ud2
	.size task_trampoline, . - task_trampoline
	.section .note.GNU-stack, "", @progbits
