/* SPDX-License-Identifier: MPL-2.0 */
/*
 * entry - from the loader to C in the kernel's own addresses.
 *
 * The CPU starts at the image's physical address with direct addresses: a0 = 1 for a loader that behaves as EFI
 * firmware does, a1 = the command line, a2 = the EFI system table, both physical (0 is an address).
 *
 * The early page tables map the first 4 GiB three times with 2 MiB pages: at 0 for the switch itself, at PHYSMAP_BASE,
 * and its first 2 GiB at the kernel's addresses.  kaslr_move adds the place where the image goes on, and moves it.
 * mm_init replaces the tables.  Until then devices are reached through an uncached window.
 *
 *   Spec:  Linux Documentation/arch/loongarch/booting.rst; LoongArch Reference Manual volume 1, 5.
 */
#include "../csr.h"

#define PHYSMAP_SLOT     273
#define SHADOW_SLOT      472	/* of 0xffffec0000000000 */
#define SHADOW_SLOTS     32
#define BOOT_STACK_SIZE  32768
#define LARGE_PAGE       0xdd3	/* arch/pte.h: PTE_KERNEL_WRITE | PTE_LARGE */
#define SMALL_PAGE       0xd93

	/* Entry at (in bytes) of a table leads to another table. */
	.macro STORE_LINK table, at, to
	la.pcrel $t0, \table
	la.pcrel $t1, \to
	li.w	$t2, \at
	stx.d	$t1, $t0, $t2
	.endm
	/* count entries of large pages from physical address 0 on. */
	.macro FILL_LARGE table, count
	la.pcrel $t0, \table
	ori	$t1, $zero, LARGE_PAGE
	lu12i.w	$t2, 0x200
	ori	$t3, $zero, \count
1:	st.d	$t1, $t0, 0
	addi.d	$t0, $t0, 8
	add.d	$t1, $t1, $t2
	addi.d	$t3, $t3, -1
	bnez	$t3, 1b
	.endm

	/* The table at $t0 becomes full of $t1; $t0 goes on behind it. */
	.macro FILL_TABLE
	ori	$t2, $zero, 512
1:	st.d	$t1, $t0, 0
	addi.d	$t0, $t0, 8
	addi.d	$t2, $t2, -1
	bnez	$t2, 1b
	.endm

	/* From direct addresses to the boot's tables. */
	.macro SET_TRANSLATION
	li.w	$t0, PWCL_4K
	csrwr	$t0, CSR_PWCL
	li.w	$t0, PWCH_4K
	csrwr	$t0, CSR_PWCH
	ori	$t0, $zero, 12
	csrwr	$t0, CSR_STLBPS
	csrwr	$zero, CSR_ASID
	csrwr	$zero, CSR_RVACFG
	la.pcrel $t0, tlb_refill	/* both are physical, as the place of this code is */
	csrwr	$t0, CSR_TLBRENTRY
	la.pcrel $t0, machine_error
	csrwr	$t0, CSR_MERRENTRY
	la.pcrel $t0, early_root
	move	$t1, $t0
	csrwr	$t0, CSR_PGDL
	csrwr	$t1, CSR_PGDH
	invtlb	0, $zero, $zero
	ori	$t0, $zero, CRMD_PAGED
	csrwr	$t0, CSR_CRMD
	.endm

	/* The boot CPU's block, and traps, wherever the image runs now. */
	.macro BOOT_CPU_AREA
	la.pcrel $r21, cpu_areas
	st.d	$r21, $r21, 0
	la.pcrel $t0, trap_vectors
	csrwr	$t0, CSR_EENTRY
	csrwr	$zero, CSR_SAVE_BUSY
	.endm

	.section .boot.text, "ax", @progbits
	.globl boot_start
	.type boot_start, @function
boot_start:
	move	$s0, $a0
	move	$s1, $a1
	move	$s2, $a2
	csrwr	$zero, CSR_ECFG
	csrwr	$zero, CSR_EUEN
	csrwr	$zero, CSR_TCFG
	/* Addresses from 0x8000000000000000 on: devices, uncached, for level 0. */
	ori	$t0, $zero, 1
	lu52i.d	$t0, $t0, -2048
	csrwr	$t0, CSR_DMW0
	csrwr	$zero, CSR_DMW1
	csrwr	$zero, CSR_DMW2
	csrwr	$zero, CSR_DMW3

	FILL_LARGE early_pd, 2048
	FILL_LARGE early_pd_high, 1024
	STORE_LINK early_root, 0, early_pdpt
	STORE_LINK early_root, PHYSMAP_SLOT * 8, early_pdpt
	STORE_LINK early_root, 511 * 8, early_pdpt_high
	STORE_LINK early_pdpt, 0, early_pd
	STORE_LINK early_pdpt, 8, early_pd + 4096
	STORE_LINK early_pdpt, 16, early_pd + 2 * 4096
	STORE_LINK early_pdpt, 24, early_pd + 3 * 4096
	STORE_LINK early_pdpt_high, 510 * 8, early_pd_high
	STORE_LINK early_pdpt_high, 511 * 8, early_pd_high + 4096
#ifdef OSXTD_DEBUG
	/* The whole shadow is one page, until kasan_map (debug/kasan.h). */
	la.pcrel $t0, early_shadow
	lu12i.w	$t3, 1
	add.d	$t1, $t0, $t3		/* what a table's entries lead to: the next table */
	FILL_TABLE
	add.d	$t1, $t1, $t3
	FILL_TABLE
	add.d	$t1, $t1, $t3
	li.w	$t2, SMALL_PAGE
	or	$t1, $t1, $t2
	FILL_TABLE
	la.pcrel $t0, early_root
	li.w	$t1, SHADOW_SLOT * 8
	add.d	$t0, $t0, $t1
	la.pcrel $t1, early_shadow
	ori	$t2, $zero, SHADOW_SLOTS
6:	st.d	$t1, $t0, 0
	addi.d	$t0, $t0, 8
	addi.d	$t2, $t2, -1
	bnez	$t2, 6b
#endif

	SET_TRANSLATION
	la.pcrel $t0, boot_high_place
	ld.d	$t0, $t0, 0
	jr	$t0

boot_high:
	BOOT_CPU_AREA
	la.pcrel $sp, boot_stack_top
	move	$fp, $zero

	/* The stack protector's guard, before any function that checks it. */
	rdtime.d $t0, $zero
	li.d	$t1, 0x9e3779b97f4a7c15
	mul.d	$t0, $t0, $t1
	la.pcrel $t1, __stack_chk_guard
	st.d	$t0, $t1, 0

	move	$a0, $s0
	move	$a1, $s1
	move	$a2, $s2
	bl	handover_read
	bl	handover_seed
	la.pcrel $t1, __stack_chk_guard
	ld.d	$t0, $t1, 0
	xor	$t0, $t0, $a0
	bstrins.d $t0, $zero, 7, 0	/* a string function stops at it */
	st.d	$t0, $t1, 0

	/* From here on the code runs where kaslr_move put the image. */
	bl	kaslr_move
	dbar	0
	ibar	0
	la.pcrel $t0, 7f
	add.d	$t0, $t0, $a0
	add.d	$sp, $sp, $a0
	jr	$t0
7:	BOOT_CPU_AREA
	move	$fp, $zero
	bl	arch_boot
	break	0
	.size boot_start, . - boot_start

	/*
	 * A further CPU, from the firmware, at physical addresses; start_block (smp.h) says what it needs.  The boot's
	 * tables are still there to get to the kernel's addresses with.
	 */
	.globl boot_secondary
	.hidden boot_secondary
	.type boot_secondary, @function
boot_secondary:
	ori	$t0, $zero, CRMD_DIRECT
	csrwr	$t0, CSR_CRMD
	csrwr	$zero, CSR_ECFG
	csrwr	$zero, CSR_EUEN
	csrwr	$zero, CSR_TCFG
	csrwr	$zero, CSR_DMW0
	csrwr	$zero, CSR_DMW1
	csrwr	$zero, CSR_DMW2
	csrwr	$zero, CSR_DMW3
	SET_TRANSLATION
	la.pcrel $t0, secondary_high_place
	ld.d	$t0, $t0, 0
	jr	$t0

secondary_high:
	la.pcrel $t2, start_block
	ld.d	$t0, $t2, 0
	move	$t1, $t0
	csrwr	$t0, CSR_PGDL
	csrwr	$t1, CSR_PGDH
	invtlb	0, $zero, $zero
	ld.d	$sp, $t2, 8
	ld.d	$r21, $t2, 16
	la.pcrel $t0, trap_vectors
	csrwr	$t0, CSR_EENTRY
	csrwr	$zero, CSR_SAVE_BUSY
	move	$fp, $zero
	bl	secondary_boot
	break	0
	.size boot_secondary, . - boot_secondary

	.section .data.boot, "aw"
	.balign 8
boot_high_place:
	.quad boot_high
secondary_high_place:			/* kaslr_move changes it */
	.quad secondary_high

	.section .bss.page_aligned, "aw", @nobits
	.balign 4096
early_root:
	.skip 4096
early_pdpt:
	.skip 4096
early_pdpt_high:
	.skip 4096
early_pd:
	.skip 4 * 4096
	.globl early_pd_high
	.hidden early_pd_high
early_pd_high:
	.skip 2 * 4096
	/* The final page tables leave the guard page out. */
	.globl boot_stack_guard, boot_stack_top
	.hidden boot_stack_guard, boot_stack_top
boot_stack_guard:
	.skip 4096
	.skip BOOT_STACK_SIZE
boot_stack_top:
#ifdef OSXTD_DEBUG
early_shadow:
	.skip 4 * 4096	/* three levels of tables and the page itself */
#endif
	.section .note.GNU-stack, "", @progbits
