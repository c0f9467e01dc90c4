/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user_entry - into user mode and back, and from task to task.
 *
 * user_run leaves the kernel's callee-saved registers on the stack and its address in the CPU's block, loads the
 * context and enters user mode.  Whatever ends user mode saves the registers in the context (trap_entry.S), takes the
 * stack back and returns from user_run.  A system call goes a short way first (syscall_entry): the kernel is called from
 * here, with the registers that functions preserve still those of user mode, and user mode goes on.
 *
 * U2: user mode gets only what is forced here: level 3 with interrupts on.  Its program counter and stack pointer may be
 *     anything: they are first used at level 3.
 */
#include "csr.h"
#include "offsets.h"

	.macro SAVE_CALLEE
	addi.d	$sp, $sp, -SAVED_BYTES
	st.d	$ra, $sp, 88
	st.d	$fp, $sp, 80
	st.d	$s0, $sp, 72
	st.d	$s1, $sp, 64
	st.d	$s2, $sp, 56
	st.d	$s3, $sp, 48
	st.d	$s4, $sp, 40
	st.d	$s5, $sp, 32
	st.d	$s6, $sp, 24
	st.d	$s7, $sp, 16
	st.d	$s8, $sp, 8
	.endm
	.macro LOAD_CALLEE
	ld.d	$ra, $sp, 88
	ld.d	$fp, $sp, 80
	ld.d	$s0, $sp, 72
	ld.d	$s1, $sp, 64
	ld.d	$s2, $sp, 56
	ld.d	$s3, $sp, 48
	ld.d	$s4, $sp, 40
	ld.d	$s5, $sp, 32
	ld.d	$s6, $sp, 24
	ld.d	$s7, $sp, 16
	ld.d	$s8, $sp, 8
	addi.d	$sp, $sp, SAVED_BYTES
	.endm

	.macro FOR_S_REGISTERS op, at
	\op	$s0, \at, TASK_USER + REG(23)
	\op	$s1, \at, TASK_USER + REG(24)
	\op	$s2, \at, TASK_USER + REG(25)
	\op	$s3, \at, TASK_USER + REG(26)
	\op	$s4, \at, TASK_USER + REG(27)
	\op	$s5, \at, TASK_USER + REG(28)
	\op	$s6, \at, TASK_USER + REG(29)
	\op	$s7, \at, TASK_USER + REG(30)
	\op	$s8, \at, TASK_USER + REG(31)
	.endm

	.section .entry.text, "ax", @progbits

/* enum user_event_kind user_run(struct user_ctx *ctx) */
	.globl user_run
	.type user_run, @function
	.balign 16
user_run:
	SAVE_CALLEE
	addi.d	$fp, $sp, SAVED_BYTES
	ori	$t1, $zero, 4
	csrxchg	$zero, $t1, CSR_CRMD	/* from here on nothing new can become pending unseen */
	addi.d	$t0, $a0, -TASK_USER
	ld.d	$t1, $r21, CPU_CURRENT
	bne	$t0, $t1, 9f
	ld.w	$t0, $r21, CPU_NEED_RESCHED
	bnez	$t0, 8f
	ld.w	$t0, $a0, TASK_INTERRUPT - TASK_USER
	bnez	$t0, 8f
	ld.b	$t0, $a0, CTX_STARTED
	beqz	$t0, 9f			/* no FPU state was ever set: never started */
	st.b	$zero, $a0, CTX_WHOLE
	st.d	$sp, $r21, CPU_KERNEL_SP
	move	$t0, $r21
	csrwr	$t0, CSR_SAVE_CPU
	ld.d	$t0, $a0, CTX_PC
	csrwr	$t0, CSR_ERA
	ori	$t0, $zero, PRMD_USER
	csrwr	$t0, CSR_PRMD
	ld.d	$ra, $a0, REG(1)
	ld.d	$tp, $a0, REG(2)
	ld.d	$sp, $a0, REG(3)
	ld.d	$a1, $a0, REG(5)
	ld.d	$a2, $a0, REG(6)
	ld.d	$a3, $a0, REG(7)
	ld.d	$a4, $a0, REG(8)
	ld.d	$a5, $a0, REG(9)
	ld.d	$a6, $a0, REG(10)
	ld.d	$a7, $a0, REG(11)
	ld.d	$t0, $a0, REG(12)
	ld.d	$t1, $a0, REG(13)
	ld.d	$t2, $a0, REG(14)
	ld.d	$t3, $a0, REG(15)
	ld.d	$t4, $a0, REG(16)
	ld.d	$t5, $a0, REG(17)
	ld.d	$t6, $a0, REG(18)
	ld.d	$t7, $a0, REG(19)
	ld.d	$t8, $a0, REG(20)
	ld.d	$r21, $a0, REG(21)
	ld.d	$fp, $a0, REG(22)
	ld.d	$s0, $a0, REG(23)
	ld.d	$s1, $a0, REG(24)
	ld.d	$s2, $a0, REG(25)
	ld.d	$s3, $a0, REG(26)
	ld.d	$s4, $a0, REG(27)
	ld.d	$s5, $a0, REG(28)
	ld.d	$s6, $a0, REG(29)
	ld.d	$s7, $a0, REG(30)
	ld.d	$s8, $a0, REG(31)
	ld.d	$a0, $a0, REG(4)
	ertn

8:	ori	$a0, $zero, EVENT_INTERRUPT
	b	user_return
9:	break	0			/* the context is not the running task's, or was never started */
	.size user_run, . - user_run

/* The end of user_run: $a0 is its result, $sp the stack that it left. */
	.globl user_return
	.hidden user_return
	.type user_return, @function
user_return:
	LOAD_CALLEE
	ori	$t0, $zero, 4
	csrxchg	$t0, $t0, CSR_CRMD
	ret
	.size user_return, . - user_return

/*
 * A system call.  To programs $t0 … $t8 are lost by one: they are neither saved nor given back, but zeroed so that they
 * tell nothing.  $r21 of user mode waits in CSR_SAVE_CPU.  The place of orig_a0 takes the result meanwhile.
 */
	.globl syscall_entry
	.hidden syscall_entry
	.type syscall_entry, @function
	.balign 16
syscall_entry:
	csrwr	$r21, CSR_SAVE_CPU
	ld.d	$t0, $r21, CPU_CURRENT
	st.d	$ra, $t0, TASK_USER + REG(1)
	st.d	$tp, $t0, TASK_USER + REG(2)
	st.d	$sp, $t0, TASK_USER + REG(3)
	st.d	$a0, $t0, TASK_USER + REG(4)
	st.d	$a1, $t0, TASK_USER + REG(5)
	st.d	$a2, $t0, TASK_USER + REG(6)
	st.d	$a3, $t0, TASK_USER + REG(7)
	st.d	$a4, $t0, TASK_USER + REG(8)
	st.d	$a5, $t0, TASK_USER + REG(9)
	st.d	$a6, $t0, TASK_USER + REG(10)
	st.d	$a7, $t0, TASK_USER + REG(11)
	st.d	$fp, $t0, TASK_USER + REG(22)
	csrrd	$t1, CSR_ERA
	addi.d	$t1, $t1, 4
	st.d	$t1, $t0, TASK_USER + CTX_PC
	ld.d	$sp, $r21, CPU_KERNEL_SP
	addi.d	$fp, $sp, SAVED_BYTES	/* backtraces go on with user_run's caller */
	ori	$t1, $zero, 4
	csrxchg	$t1, $t1, CSR_CRMD
	st.d	$zero, $t0, TASK_USER + CTX_ORIG_A0
	move	$a0, $t0
	addi.d	$a1, $t0, TASK_USER + REG(4)
	addi.d	$a2, $t0, TASK_USER + CTX_ORIG_A0
	move	$a3, $a7
	bl	kernel_syscall
	ori	$t1, $zero, 4
	csrxchg	$zero, $t1, CSR_CRMD	/* as in user_run */
	ld.d	$t0, $r21, CPU_CURRENT
	ld.w	$t2, $r21, CPU_NEED_RESCHED
	ld.w	$t3, $t0, TASK_INTERRUPT
	or	$t2, $t2, $t3
	or	$t2, $t2, $a0
	bnez	$t2, 1f
	st.d	$sp, $r21, CPU_KERNEL_SP
	ld.d	$t1, $t0, TASK_USER + CTX_PC
	csrwr	$t1, CSR_ERA
	ori	$t1, $zero, PRMD_USER
	csrwr	$t1, CSR_PRMD
	ld.d	$ra, $t0, TASK_USER + REG(1)
	ld.d	$tp, $t0, TASK_USER + REG(2)
	ld.d	$sp, $t0, TASK_USER + REG(3)
	ld.d	$a0, $t0, TASK_USER + CTX_ORIG_A0
	ld.d	$a1, $t0, TASK_USER + REG(5)
	ld.d	$a2, $t0, TASK_USER + REG(6)
	ld.d	$a3, $t0, TASK_USER + REG(7)
	ld.d	$a4, $t0, TASK_USER + REG(8)
	ld.d	$a5, $t0, TASK_USER + REG(9)
	ld.d	$a6, $t0, TASK_USER + REG(10)
	ld.d	$a7, $t0, TASK_USER + REG(11)
	ld.d	$fp, $t0, TASK_USER + REG(22)
	csrwr	$r21, CSR_SAVE_CPU
	move	$t0, $zero
	move	$t1, $zero
	move	$t2, $zero
	move	$t3, $zero
	move	$t4, $zero
	move	$t5, $zero
	move	$t6, $zero
	move	$t7, $zero
	move	$t8, $zero
	ertn

/*
 * Not back at once: the context becomes whole, and user_run returns.  The temporaries are lost as on the short way: those
 * of an earlier trap, which stand in their places, are nobody's business now.
 */
1:	FOR_S_REGISTERS st.d, $t0
	.irp n, 12, 13, 14, 15, 16, 17, 18, 19, 20
	st.d	$zero, $t0, TASK_USER + REG(\n)
	.endr
	csrrd	$t1, CSR_SAVE_CPU
	st.d	$t1, $t0, TASK_USER + REG(21)
	ld.d	$t2, $t0, TASK_USER + CTX_ORIG_A0
	ld.d	$t1, $t0, TASK_USER + REG(4)
	st.d	$t1, $t0, TASK_USER + CTX_ORIG_A0
	ori	$t1, $zero, 1
	st.b	$t1, $t0, TASK_USER + CTX_WHOLE
	addi.d	$t1, $a0, -WAY_WHOLE
	beqz	$t1, 2f
	st.d	$t2, $t0, TASK_USER + REG(4)
	ori	$a0, $zero, EVENT_INTERRUPT
	b	user_return
2:	move	$a0, $zero		/* EVENT_SYSCALL */
	b	user_return
	.size syscall_entry, . - syscall_entry

/* struct task *arch_switch(struct task *prev, struct task *next) */
	.globl arch_switch
	.hidden arch_switch
	.type arch_switch, @function
	.balign 16
arch_switch:
	SAVE_CALLEE
	csrrd	$t0, CSR_SAVE_CPU	/* user mode's $r21 on the short way of a call */
	st.d	$t0, $sp, 0
	st.d	$sp, $a0, TASK_KERNEL_SP
	ld.d	$sp, $a1, TASK_KERNEL_SP
	ld.d	$t0, $sp, 0
	csrwr	$t0, CSR_SAVE_CPU
	LOAD_CALLEE
	ret
	.size arch_switch, . - arch_switch

/* Where a new task's first arch_switch returns to. */
	.globl task_trampoline
	.hidden task_trampoline
	.type task_trampoline, @function
task_trampoline:
	bl	task_first_run
	break	0
	.size task_trampoline, . - task_trampoline
	.section .note.GNU-stack, "", @progbits
