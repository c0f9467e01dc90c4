/* SPDX-License-Identifier: MPL-2.0 */
/*
 * trap_entry - into user mode and back, traps from the kernel, and from task to task.
 *
 * In the kernel tp is the CPU's block and sscratch is 0; in user mode sscratch is the block.  So the first
 * instruction of a trap tells where it came from.
 *
 * user_run leaves the kernel's callee-saved registers on the stack and its address in the CPU's block, loads the
 * context and enters user mode.  Whatever ends user mode saves the registers in the context, takes the stack back and
 * returns from user_run.  A system call goes a short way first (syscall_entry): the kernel is called from here, with the
 * registers that functions preserve still those of user mode, and user mode goes on.
 *
 * U2: user mode gets only what is forced here: user mode, interrupts on, no access of the kernel to its memory.
 */
#include "offsets.h"

#define RUN_BYTES 112		/* what user_run keeps: ra, s0 to s11 */

	.macro EACH_CALLEE_SAVED op
	\op s1, 0(sp)
	\op s2, 8(sp)
	\op s3, 16(sp)
	\op s4, 24(sp)
	\op s5, 32(sp)
	\op s6, 40(sp)
	\op s7, 48(sp)
	\op s8, 56(sp)
	\op s9, 64(sp)
	\op s10, 72(sp)
	\op s11, 80(sp)
	\op s0, 96(sp)
	\op ra, 104(sp)
	.endm

	/* What functions may change, but for t0, t6 and a0. */
	.macro EACH_LOST op, base
	\op ra, 8*1(\base)
	\op t1, 8*6(\base)
	\op t2, 8*7(\base)
	\op a1, 8*11(\base)
	\op a2, 8*12(\base)
	\op a3, 8*13(\base)
	\op a4, 8*14(\base)
	\op a5, 8*15(\base)
	\op a6, 8*16(\base)
	\op a7, 8*17(\base)
	\op t3, 8*28(\base)
	\op t4, 8*29(\base)
	\op t5, 8*30(\base)
	.endm

	/* All but x0, sp, tp and the base itself (a0 or sp). */
	.macro EACH_REGISTER op, base
	\op x1, 8*1(\base)
	\op x3, 8*3(\base)
	\op x5, 8*5(\base)
	\op x6, 8*6(\base)
	\op x7, 8*7(\base)
	\op x8, 8*8(\base)
	\op x9, 8*9(\base)
	\op x11, 8*11(\base)
	\op x12, 8*12(\base)
	\op x13, 8*13(\base)
	\op x14, 8*14(\base)
	\op x15, 8*15(\base)
	\op x16, 8*16(\base)
	\op x17, 8*17(\base)
	\op x18, 8*18(\base)
	\op x19, 8*19(\base)
	\op x20, 8*20(\base)
	\op x21, 8*21(\base)
	\op x22, 8*22(\base)
	\op x23, 8*23(\base)
	\op x24, 8*24(\base)
	\op x25, 8*25(\base)
	\op x26, 8*26(\base)
	\op x27, 8*27(\base)
	\op x28, 8*28(\base)
	\op x29, 8*29(\base)
	\op x30, 8*30(\base)
	\op x31, 8*31(\base)
	.endm

	.section .entry.text, "ax", @progbits

	/* enum user_event_kind user_run(struct user_ctx *ctx: a0) */
	.globl user_run
	.type user_run, @function
	.balign 4
user_run:
	addi sp, sp, -RUN_BYTES
	EACH_CALLEE_SAVED sd
	addi s0, sp, RUN_BYTES
	csrci sstatus, STATUS_SIE	/* from here on nothing new can become pending unseen */
	addi t0, a0, -TASK_USER
	ld t1, CPU_CURRENT(tp)
	bne t0, t1, 9f
	lw t0, CPU_NEED_RESCHED(tp)
	lw t1, TASK_INTERRUPT-TASK_USER(a0)
	or t0, t0, t1
	bnez t0, 8f
	lbu t0, CTX_STARTED(a0)
	beqz t0, 9f
	sb zero, CTX_WHOLE(a0)
	sd sp, CPU_KERNEL_SP(tp)

	ld t0, CTX_STATUS(a0)
	li t1, STATUS_FS | STATUS_VS
	and t0, t0, t1
	csrr t2, sstatus
	li t1, STATUS_SPP | STATUS_FS | STATUS_VS | STATUS_SUM | STATUS_MXR
	not t1, t1
	and t2, t2, t1
	or t2, t2, t0
	ori t2, t2, STATUS_SPIE
	csrw sstatus, t2
	ld t0, CTX_PC(a0)
	csrw sepc, t0
	csrw sscratch, tp
	EACH_REGISTER ld, a0
	ld sp, 8*2(a0)
	ld tp, CTX_TP(a0)
	ld a0, CTX_A0(a0)
	sret

8:	li a0, EVENT_INTERRUPT
	j return_to_caller
9:	ebreak				/* not the running task's context, or nothing was ever put into it */
	.size user_run, . - user_run

	.globl trap_entry
	.hidden trap_entry
	.type trap_entry, @function
	.balign 4
trap_entry:
	csrrw tp, sscratch, tp
	beqz tp, from_kernel

	sd a0, CPU_SCRATCH(tp)
	ld a0, CPU_USER(tp)
	sd t0, 8*5(a0)
	csrr t0, scause
	addi t0, t0, -CAUSE_SYSCALL
	beqz t0, syscall_entry
	ld t0, 8*5(a0)
	EACH_REGISTER sd, a0
	sd sp, 8*2(a0)
	csrrw t0, sscratch, zero
	sd t0, CTX_TP(a0)
	ld t1, CPU_SCRATCH(tp)
	sd t1, CTX_A0(a0)
	csrr t2, sstatus
	sd t2, CTX_STATUS(a0)
	csrr t3, sepc
	csrr a1, scause
	ld sp, CPU_KERNEL_SP(tp)
	addi s0, sp, RUN_BYTES		/* backtraces go on with user_run's caller */
	sd t3, CTX_PC(a0)
	li t3, 1
	sb t3, CTX_WHOLE(a0)
	call trap_from_user
return_to_caller:
	EACH_CALLEE_SAVED ld
	addi sp, sp, RUN_BYTES
	csrsi sstatus, STATUS_SIE
	ret

	/*
	 * A system call, with t0 saved and the context in a0.  gp and s0 to s11 stay where they are; the place of orig_a0
	 * takes the result until user mode goes on.
	 */
syscall_entry:
	EACH_LOST sd, a0
	sd t6, 8*31(a0)
	sd s0, 8*8(a0)
	sd sp, 8*2(a0)
	ld t1, CPU_SCRATCH(tp)
	sd t1, CTX_A0(a0)
	csrrw t0, sscratch, zero
	sd t0, CTX_TP(a0)
	csrr t2, sstatus
	sd t2, CTX_STATUS(a0)
	csrr t3, sepc
	addi t3, t3, 4
	sd t3, CTX_PC(a0)
	ld sp, CPU_KERNEL_SP(tp)
	addi s0, sp, RUN_BYTES		/* backtraces go on with user_run's caller */
	sd zero, CTX_ORIG_A0(a0)
	csrsi sstatus, STATUS_SIE
	mv a3, a7
	addi a2, a0, CTX_ORIG_A0
	addi a1, a0, CTX_A0
	addi a0, a0, -TASK_USER
	call kernel_syscall
	csrci sstatus, STATUS_SIE	/* as in user_run */
	ld t6, CPU_USER(tp)
	lw t0, CPU_NEED_RESCHED(tp)
	lw t1, TASK_INTERRUPT-TASK_USER(t6)
	or t0, t0, t1
	or t0, t0, a0
	bnez t0, 1f
	sd sp, CPU_KERNEL_SP(tp)
	ld t0, CTX_STATUS(t6)		/* as user mode left it, but for what is known of the FPU (fpu.c) */
	andi t0, t0, ~STATUS_SPP
	ori t0, t0, STATUS_SPIE
	csrw sstatus, t0
	ld t0, CTX_PC(t6)
	csrw sepc, t0
	csrw sscratch, tp
	ld t0, 8*5(t6)
	EACH_LOST ld, t6
	ld s0, 8*8(t6)
	ld sp, 8*2(t6)
	ld tp, CTX_TP(t6)
	ld a0, CTX_ORIG_A0(t6)
	ld t6, 8*31(t6)
	sret

	/* Not back at once: the context becomes whole, and user_run returns. */
1:	sd gp, 8*3(t6)
	sd s1, 8*9(t6)
	sd s2, 8*18(t6)
	sd s3, 8*19(t6)
	sd s4, 8*20(t6)
	sd s5, 8*21(t6)
	sd s6, 8*22(t6)
	sd s7, 8*23(t6)
	sd s8, 8*24(t6)
	sd s9, 8*25(t6)
	sd s10, 8*26(t6)
	sd s11, 8*27(t6)
	li t0, 1
	sb t0, CTX_WHOLE(t6)
	ld t0, CTX_ORIG_A0(t6)
	ld t1, CTX_A0(t6)
	sd t1, CTX_ORIG_A0(t6)
	addi t1, a0, -WAY_WHOLE
	li a0, EVENT_SYSCALL
	beqz t1, return_to_caller
	sd t0, CTX_A0(t6)
	li a0, EVENT_INTERRUPT
	j return_to_caller

	/* Stacks of tasks lie in the upper half of slots of twice their size (mm/stack.c); the boot stack in the image. */
from_kernel:
	csrrw tp, sscratch, zero
	sd t0, CPU_SCRATCH(tp)
	addi sp, sp, -FRAME_BYTES
	srai t0, sp, 32
	addi t0, t0, 1
	beqz t0, 1f
	slli t0, sp, 63 - STACK_SHIFT
	bltz t0, 1f
	mv t0, sp
	ld sp, CPU_OVERFLOW_SP(tp)
	addi sp, sp, -FRAME_BYTES
	addi t0, t0, FRAME_BYTES
	sd t0, 8*2(sp)
	li t0, CAUSE_OVERFLOW
	j 2f
1:	addi t0, sp, FRAME_BYTES
	sd t0, 8*2(sp)
	csrr t0, scause
2:	sd t0, FRAME_CAUSE(sp)
	ld t0, CPU_SCRATCH(tp)
	EACH_REGISTER sd, sp
	sd tp, CTX_TP(sp)
	sd a0, CTX_A0(sp)
	csrr t0, sepc
	csrr t1, sstatus
	csrr t2, stval
	sd t0, CTX_PC(sp)
	sd t1, FRAME_STATUS(sp)
	sd t2, FRAME_TVAL(sp)
	li t0, STATUS_SUM
	csrc sstatus, t0
	mv a0, sp
	call trap_from_kernel
	ld t0, CTX_PC(sp)
	ld t1, FRAME_STATUS(sp)
	csrw sepc, t0
	csrw sstatus, t1
	EACH_REGISTER ld, sp
	ld a0, CTX_A0(sp)
	ld sp, 8*2(sp)
	sret
	.size trap_entry, . - trap_entry

	/* struct task *arch_switch(struct task *prev, struct task *next) */
	.globl arch_switch
	.hidden arch_switch
	.type arch_switch, @function
	.balign 4
arch_switch:
	addi sp, sp, -RUN_BYTES
	EACH_CALLEE_SAVED sd
	sd gp, 88(sp)			/* user mode's, on the short way of a call */
	sd sp, TASK_KERNEL_SP(a0)
	ld sp, TASK_KERNEL_SP(a1)
	ld gp, 88(sp)
	EACH_CALLEE_SAVED ld
	addi sp, sp, RUN_BYTES
	ret
	.size arch_switch, . - arch_switch

	/* Where a new task's first arch_switch returns to. */
	.globl task_trampoline
	.hidden task_trampoline
	.type task_trampoline, @function
	.balign 4
task_trampoline:
	call task_first_run
	ebreak
	.size task_trampoline, . - task_trampoline
	.section .note.GNU-stack, "", @progbits
