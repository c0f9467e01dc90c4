/* SPDX-License-Identifier: MPL-2.0 */
/*
 * entry - from whoever starts the kernel (supervisor mode, paging off, a0 = hart, a1 = device tree) to C in the
 * kernel's own addresses.
 *
 *   boot_start         by SBI firmware
 *   boot_start_image   by the Image's head: a2 = EFI system table or 0, a3 = command line
 *
 * The early page tables map the first gigabytes of physical memory twice with 1 GiB pages, 256 at 0 for the switch itself
 * and 160 at PHYSMAP_BASE, and 2 GiB from 2 GiB on at the kernel's addresses with 2 MiB pages.  mm_init replaces them.
 *
 * All this stands in one table, the root of Sv39.  Sv48, which is tried first, has it at both ends of its root.
 *
 *   Spec:  Linux Documentation/arch/riscv/boot.rst; RISC-V privileged architecture, 12.1.11 (satp), 12.4 (Sv39), 12.5
 *          (Sv48).
 */
#include "../offsets.h"

#define IMAGE_TO_PHYS    0xffffffff00000000	/* KIMAGE_BASE */
#define RAM_START        0x80000000
#define PHYSMAP_SLOT     256	/* of 0xffffffc000000000 */
#define PHYSMAP_SLOTS    160
#define SHADOW_SLOT      476	/* of 0xfffffff700000000 */
#define SHADOW_SLOTS     32
#define BOOT_STACK_SIZE  32768
#define PTE_TABLE        0x01
#define PTE_ALL          0xcf	/* valid, read, write, execute, accessed, dirty */
#define SATP_LEVELS      5	/* satp's mode beyond the number of levels: 8 is Sv39, 9 is Sv48 */

	/* Puts an entry that leads to the table at \table, \offset bytes behind its symbol, into slot \slot of \in. */
	.macro LINK in, slot, table, offset=0
	la t0, \table
	.if \offset
	li t1, \offset
	add t0, t0, t1
	.endif
	srli t0, t0, 2
	ori t0, t0, PTE_TABLE
	la t1, \in
	li t2, \slot * 8
	add t1, t1, t2
	sd t0, 0(t1)
	.endm

	/* Fills \count entries from t0 on with t1, t1 + t2, … */
	.macro FILL count
	li t3, \count
700:	sd t1, 0(t0)
	addi t0, t0, 8
	add t1, t1, t2
	addi t3, t3, -1
	bnez t3, 700b
	.endm

	.section .boot.text, "ax", @progbits
	.globl boot_start
boot_start:
	li a2, 0
	li s5, 0
	j 1f
	.org boot_start + 16		/* boot/image/image.h: KERNEL_DOOR */
boot_start_image:
	li s5, 1
1:	csrw sie, zero
	csrw sscratch, zero
	mv s0, a0
	mv s1, a1
	mv s3, a2
	mv s4, a3
	la t0, bss_start
	la t1, kernel_end
1:	sd zero, 0(t0)
	addi t0, t0, 8
	bltu t0, t1, 1b

	la t0, early_high
	li t1, PTE_ALL
	li t2, 1 << (30 - 2)
	FILL PHYSMAP_SLOT
	li t1, PTE_ALL
	FILL PHYSMAP_SLOTS
	la t0, early_pd_high
	li t1, RAM_START >> 2 | PTE_ALL
	li t2, 1 << (21 - 2)
	FILL 1024
	LINK early_root, 0, early_high
	LINK early_root, 511, early_high
	LINK early_high, 510, early_pd_high
	LINK early_high, 511, early_pd_high, 4096
#ifdef OSXTD_DEBUG
	/* The whole shadow is one page, until kasan_map (debug/kasan.h). */
	la t4, early_shadow
	li t5, 2
2:	mv t0, t4
	li t1, 4096
	add t4, t4, t1
	srli t1, t4, 2
	ori t1, t1, PTE_TABLE
	li t2, 1
	bne t5, t2, 3f
	ori t1, t1, PTE_ALL & ~8
3:	li t2, 0
	FILL 512
	addi t5, t5, -1
	bnez t5, 2b
	la t1, early_shadow
	srli t1, t1, 2
	ori t1, t1, PTE_TABLE
	la t0, early_high
	li t2, SHADOW_SLOT * 8
	add t0, t0, t2
	li t2, 0
	FILL SHADOW_SLOTS
#endif

	/* satp keeps its value when the mode is unknown. */
	li s6, 4
	la t0, early_root
3:	srli t0, t0, 12
	addi t1, s6, SATP_LEVELS
	slli t1, t1, 60
	or t0, t0, t1
	sfence.vma
	csrw satp, t0
	sfence.vma
	csrr t1, satp
	beq t0, t1, 3f
	addi s6, s6, -1
	la t0, early_high
	li t1, 3
	beq s6, t1, 3b
	j no_paging
3:	la t0, paging_levels
	sw s6, 0(t0)
	li s2, IMAGE_TO_PHYS
	la t0, 4f
	add t0, t0, s2
	jr t0

4:	la sp, boot_stack_top
	la tp, cpu_areas
	la t0, trap_entry
	csrw stvec, t0
	mv a0, s1
	call boot_seed_guard		/* before any function that checks it */
	mv a0, s0
	mv a1, s1
	mv a2, s3
	mv a3, s4
	mv a4, s5
	li s0, 0
	call boot_read
	call kaslr_move
	mv s1, a0
	la t0, 5f
	add t0, t0, s1
	add sp, sp, s1
	fence.i
	jr t0
5:	la tp, cpu_areas
	la t0, trap_entry
	csrw stvec, t0
	call arch_boot

	/* A further hart, from the firmware: a1 = its start block (smp.c), translation off.  The first fetch after satp was
	   written faults, for nothing is mapped one to one any more, and the trap leads to the kernel's addresses. */
	.globl boot_secondary
	.hidden boot_secondary
	.balign 4
boot_secondary:
	csrw sie, zero
	csrw sscratch, zero
	ld t0, 0(a1)
	ld sp, 8(a1)
	ld tp, 16(a1)
	ld t1, 24(a1)
	csrw stvec, t1
	sfence.vma
	csrw satp, t0
	.balign 4
	.globl secondary_start
	.hidden secondary_start
secondary_start:
	sfence.vma
	fence.i
	la t0, trap_entry
	csrw stvec, t0
	li s0, 0
	call secondary_boot

no_paging:
	la s0, no_paging_text
6:	lbu a0, 0(s0)
	beqz a0, 7f
	li a7, 1			/* the old console call: every firmware has it */
	li a6, 0
	ecall
	addi s0, s0, 1
	j 6b
7:	li a7, 0x53525354		/* SRST: shut down, system failure */
	li a6, 0
	li a0, 0
	li a1, 1
	ecall
8:	wfi
	j 8b

	.section .rodata.boot, "a", @progbits
no_paging_text:
	.asciz "OmegaOS: this CPU has neither Sv48 nor Sv39 address translation\n"

	.section .bss.page_aligned, "aw", @nobits
	.balign 4096
early_root:
	.skip 4096
early_high:
	.skip 4096
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
	.skip 3 * 4096	/* two levels of tables and the page itself */
#endif
