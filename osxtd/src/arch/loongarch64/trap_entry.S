/* SPDX-License-Identifier: MPL-2.0 */
/*
 * trap_entry - where the CPU goes: translations that are missing, exceptions and interrupts, machine errors.
 *
 * From user mode all registers go into the running context, and user_run returns.  From the kernel they go on its
 * stack.  A stack that takes none (its guard page was reached) faults while CSR_SAVE_BUSY is set; that is told by the
 * second trap, which is reported from a stack of its own.
 */
#include "csr.h"
#include "offsets.h"

	.macro SAVE_BUT_T0_SP_R21 at
	st.d	$ra, \at, REG(1)
	st.d	$tp, \at, REG(2)
	st.d	$a0, \at, REG(4)
	st.d	$a1, \at, REG(5)
	st.d	$a2, \at, REG(6)
	st.d	$a3, \at, REG(7)
	st.d	$a4, \at, REG(8)
	st.d	$a5, \at, REG(9)
	st.d	$a6, \at, REG(10)
	st.d	$a7, \at, REG(11)
	st.d	$t1, \at, REG(13)
	st.d	$t2, \at, REG(14)
	st.d	$t3, \at, REG(15)
	st.d	$t4, \at, REG(16)
	st.d	$t5, \at, REG(17)
	st.d	$t6, \at, REG(18)
	st.d	$t7, \at, REG(19)
	st.d	$t8, \at, REG(20)
	st.d	$fp, \at, REG(22)
	st.d	$s0, \at, REG(23)
	st.d	$s1, \at, REG(24)
	st.d	$s2, \at, REG(25)
	st.d	$s3, \at, REG(26)
	st.d	$s4, \at, REG(27)
	st.d	$s5, \at, REG(28)
	st.d	$s6, \at, REG(29)
	st.d	$s7, \at, REG(30)
	st.d	$s8, \at, REG(31)
	.endm

	.section .entry.text, "ax", @progbits
	.globl tlb_refill, machine_error, trap_vectors, cpu_idle_wait, cpu_idle_place
	.hidden tlb_refill, machine_error, trap_vectors, cpu_idle_wait, cpu_idle_place

/*
 * Runs at its physical address, with direct addresses.  An entry that is 0 leads to page 0 of RAM, which is a table of
 * nothing (arch/paging.h): the translation that is filled in is then not valid, and the access faults.
 */
	.type tlb_refill, @function
	.balign 4096
tlb_refill:
	csrwr	$t0, CSR_TLBRSAVE
	csrrd	$t0, CSR_PGD
	lddir	$t0, $t0, 3
	lddir	$t0, $t0, 2
	lddir	$t0, $t0, 1
	ldpte	$t0, 0
	ldpte	$t0, 1
	tlbfill
	csrrd	$t0, CSR_TLBRSAVE
	ertn
	.size tlb_refill, . - tlb_refill

/* As above: goes on in the kernel's addresses, level 0, with what is broken told in a panic. */
	.type machine_error, @function
	.balign 4096
machine_error:
	pcalau12i $t0, %pc_hi20(machine_error_place)
	ld.d	$t0, $t0, %pc_lo12(machine_error_place)
	csrwr	$t0, CSR_MERRERA
	csrrd	$t0, CSR_MERRCTL
	bstrins.d $t0, $zero, 4, 2	/* PPLV, PIE */
	csrwr	$t0, CSR_MERRCTL
	ertn
machine_error_kernel:
	la.pcrel $r21, cpu_areas
	ld.d	$sp, $r21, CPU_EMERGENCY_SP
	move	$fp, $zero
	bl	trap_machine_error
	.size machine_error, . - machine_error
	.pushsection .data.machine_error, "aw"
	.balign 8
machine_error_place:
	.quad machine_error_kernel
	.popsection

/* The CPU enters at the exception's number times the distance that CSR_ECFG says (cpu.c): two instructions. */
	.type trap_vectors, @object
	.balign 4096
trap_vectors:
	.rept ECODE_SYSCALL
	b	trap_entry
	nop
	.endr
	b	syscall_entry		/* the kernel itself makes none */
	nop
	.rept 64 + 14 - ECODE_SYSCALL - 1
	b	trap_entry
	nop
	.endr
	.size trap_vectors, . - trap_vectors

	.type trap_entry, @function
	.balign 64
trap_entry:
	csrwr	$t0, CSR_SAVE_T0
	csrrd	$t0, CSR_PRMD
	andi	$t0, $t0, 3
	beqz	$t0, trap_of_kernel

	csrwr	$r21, CSR_SAVE_CPU
	ld.d	$t0, $r21, CPU_USER
	SAVE_BUT_T0_SP_R21 $t0
	st.d	$sp, $t0, REG(3)
	csrrd	$t1, CSR_SAVE_T0
	csrrd	$t2, CSR_SAVE_CPU
	csrrd	$t3, CSR_ERA
	csrrd	$a1, CSR_ESTAT
	st.d	$t1, $t0, REG(12)
	st.d	$t2, $t0, REG(21)
	ld.d	$sp, $r21, CPU_KERNEL_SP
	addi.d	$fp, $sp, SAVED_BYTES	/* backtraces go on with user_run's caller */
	st.d	$t3, $t0, CTX_PC
	ori	$t1, $zero, 1
	st.b	$t1, $t0, CTX_WHOLE
	move	$a0, $t0
	bl	trap_from_user
	b	user_return

trap_of_kernel:
	csrrd	$t0, CSR_SAVE_BUSY
	bnez	$t0, trap_without_stack
	ori	$t0, $zero, 1
	csrwr	$t0, CSR_SAVE_BUSY
	addi.d	$sp, $sp, -FRAME_BYTES
	SAVE_BUT_T0_SP_R21 $sp
	addi.d	$t1, $sp, FRAME_BYTES
	st.d	$t1, $sp, REG(3)
2:	csrwr	$zero, CSR_SAVE_BUSY
	csrrd	$t0, CSR_SAVE_T0
	csrrd	$t1, CSR_ERA
	csrrd	$t2, CSR_PRMD
	csrrd	$t3, CSR_ESTAT
	csrrd	$t4, CSR_BADV
	st.d	$zero, $sp, REG(0)
	st.d	$t0, $sp, REG(12)
	st.d	$r21, $sp, REG(21)
	st.d	$t1, $sp, FRAME_ERA
	st.d	$t2, $sp, FRAME_PRMD
	st.d	$t3, $sp, FRAME_STATUS
	st.d	$t4, $sp, FRAME_BADV
	move	$a0, $sp
	bl	trap_from_kernel
	ld.d	$t0, $sp, FRAME_ERA
	ld.d	$t1, $sp, FRAME_PRMD
	csrwr	$t0, CSR_ERA
	csrwr	$t1, CSR_PRMD
	ld.d	$ra, $sp, REG(1)
	ld.d	$tp, $sp, REG(2)
	ld.d	$a0, $sp, REG(4)
	ld.d	$a1, $sp, REG(5)
	ld.d	$a2, $sp, REG(6)
	ld.d	$a3, $sp, REG(7)
	ld.d	$a4, $sp, REG(8)
	ld.d	$a5, $sp, REG(9)
	ld.d	$a6, $sp, REG(10)
	ld.d	$a7, $sp, REG(11)
	ld.d	$t0, $sp, REG(12)
	ld.d	$t1, $sp, REG(13)
	ld.d	$t2, $sp, REG(14)
	ld.d	$t3, $sp, REG(15)
	ld.d	$t4, $sp, REG(16)
	ld.d	$t5, $sp, REG(17)
	ld.d	$t6, $sp, REG(18)
	ld.d	$t7, $sp, REG(19)
	ld.d	$t8, $sp, REG(20)
	ld.d	$fp, $sp, REG(22)
	ld.d	$s0, $sp, REG(23)
	ld.d	$s1, $sp, REG(24)
	ld.d	$s2, $sp, REG(25)
	ld.d	$s3, $sp, REG(26)
	ld.d	$s4, $sp, REG(27)
	ld.d	$s5, $sp, REG(28)
	ld.d	$s6, $sp, REG(29)
	ld.d	$s7, $sp, REG(30)
	ld.d	$s8, $sp, REG(31)
	ld.d	$sp, $sp, REG(3)
	ertn

/* $sp has the frame taken off already, which did not fit. */
trap_without_stack:
	csrwr	$sp, CSR_SAVE_SP
	ld.d	$sp, $r21, CPU_EMERGENCY_SP
	addi.d	$sp, $sp, -FRAME_BYTES
	SAVE_BUT_T0_SP_R21 $sp
	csrrd	$t1, CSR_SAVE_SP
	addi.d	$t1, $t1, FRAME_BYTES
	st.d	$t1, $sp, REG(3)
	csrwr	$zero, CSR_SAVE_BUSY
	csrrd	$t1, CSR_ERA
	csrrd	$t2, CSR_PRMD
	csrrd	$t3, CSR_ESTAT
	csrrd	$t4, CSR_BADV
	st.d	$zero, $sp, REG(0)
	st.d	$zero, $sp, REG(12)
	st.d	$r21, $sp, REG(21)
	st.d	$t1, $sp, FRAME_ERA
	st.d	$t2, $sp, FRAME_PRMD
	st.d	$t3, $sp, FRAME_STATUS
	st.d	$t4, $sp, FRAME_BADV
	move	$a0, $sp
	bl	trap_without_stack_report
	.size trap_entry, . - trap_entry

/* The interrupt that comes between the two instructions skips the second (trap.c). */
	.type cpu_idle_wait, @function
	.balign 16
cpu_idle_wait:
	ori	$t0, $zero, 4
	csrxchg	$t0, $t0, CSR_CRMD
cpu_idle_place:
	idle	0
	ret
	.size cpu_idle_wait, . - cpu_idle_wait
	.section .note.GNU-stack, "", @progbits
