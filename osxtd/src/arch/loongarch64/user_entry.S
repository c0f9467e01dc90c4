/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user_entry - into user mode and back, and from task to task.
 *
 * user_run leaves the kernel's callee-saved registers on the stack and its address in the CPU's block, loads the
 * context and enters user mode.  Whatever ends user mode saves the registers in the context (trap_entry.S), takes the
 * stack back and returns from user_run.
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
	st.d	$sp, $r21, CPU_KERNEL_SP
	st.d	$a0, $r21, CPU_USER
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

/* struct task *arch_switch(struct task *prev, struct task *next) */
	.globl arch_switch
	.hidden arch_switch
	.type arch_switch, @function
	.balign 16
arch_switch:
	SAVE_CALLEE
	st.d	$sp, $a0, TASK_KERNEL_SP
	ld.d	$sp, $a1, TASK_KERNEL_SP
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
