/* SPDX-License-Identifier: MPL-2.0 */
/*
 * entry - from each boot protocol's entry to C in the kernel's own addresses.
 *
 * Three doors, all of them 32-bit with paging off, lead to `start` with the protocol's number in esi and the physical
 * address of what the loader left in ebp:
 *   PVH         pvh_start, ebx = hvm_start_info
 *   Multiboot2  multiboot2_start, eax = its magic, ebx = the information
 *   Linux       image_entry_32, esi = boot_params; image_entry_64 the same from long mode with memory mapped one to one
 *
 * The early page tables map the first 4 GiB three times with 2 MiB pages: at 0 for the switch itself, at PHYSMAP_BASE,
 * and its first 2 GiB at the kernel's addresses.  kaslr_move adds the place where the image goes on, and moves it.
 * mm_init replaces the tables.
 *
 *   Spec:  Xen's misc/pvh.pandoc; Multiboot2 2.0, 3.1 and 3.3; Linux Documentation/arch/x86/boot.rst;
 *          Intel SDM volume 3, 10.8.5 (entering IA-32e mode) and 10.8.5.4 (leaving it).
 */
#include "../offsets.h"
#include "protocols.h"

#define KERNEL_VMA       0xffffffff80000000
#define PHYS(symbol)     (symbol - KERNEL_VMA)
#define PHYSMAP_SLOT     273
#define SHADOW_SLOT      472	/* of 0xffffec0000000000 */
#define SHADOW_SLOTS     32
#define BOOT_STACK_SIZE  32768
#define BOOT_CS32        0x20
#define CR4_PAE          0x20
#define CR0_ON           0x80010023	/* PG WP NE MP PE */
#define MSR_EFER_        0xc0000080
#define EFER_LME         0x100
#define EFER_NXE         0x800
#define CPUID_NX         (1 << 20)
#define CPUID_RDRAND     (1 << 30)

	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 4, 18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long PHYS(pvh_start)

	/* The boot CPU's block: preemption counts work from the first line of C on. */
	.macro BOOT_CPU_AREA
	leaq cpu_areas(%rip), %rax
	movq %rax, (%rax)
	movq %rax, %rdx
	shrq $32, %rdx
	movl $MSR_GS_BASE, %ecx
	wrmsr
	.endm

	/* The image begins here: the wrapper of image/ knows the places of its two doors (image/image.h). */
	.section .boot.text, "ax", @progbits
	.code32
image_entry_32:
	movl %esi, %ebp
	movl $HANDOVER_LINUX, %esi
	jmp start
	.org image_entry_32 + 16
	.code64
image_entry_64:
	cli
	movl %esi, %ebp
	lgdt PHYS(boot_gdt_pointer)
	pushq $BOOT_CS32
	pushq $PHYS(leave_long_mode)
	lretq

	.balign 8
multiboot2_header:
	.long MULTIBOOT2_HEADER_MAGIC, 0, multiboot2_header_end - multiboot2_header
	.long -(MULTIBOOT2_HEADER_MAGIC + (multiboot2_header_end - multiboot2_header))
	.word 3, 0			/* the entry, instead of the ELF header's */
	.long 12, PHYS(multiboot2_start), 0
	.word 6, 0			/* modules on pages of their own */
	.long 8
	.word 0, 0
	.long 8
multiboot2_header_end:

	.code32
leave_long_mode:
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %cr0, %eax
	andl $0x7fffffff, %eax
	movl %eax, %cr0
	xorl %eax, %eax
	movl %eax, %cr4
	movl $MSR_EFER_, %ecx
	rdmsr
	andl $~EFER_LME, %eax
	wrmsr
	movl $HANDOVER_LINUX, %esi
	jmp start

multiboot2_start:
	movl %ebx, %ebp
	movl $HANDOVER_MULTIBOOT2, %esi
	cmpl $MULTIBOOT2_MAGIC, %eax
	je start
	xorl %esi, %esi
	jmp start

	.globl pvh_start
pvh_start:
	movl %ebx, %ebp
	movl $HANDOVER_PVH, %esi
start:
	cli
	cld

	movl $PHYS(early_pd), %edi	/* .bss: the high halves are 0 */
	movl $0x83, %eax
	movl $2048, %ecx
1:	movl %eax, (%edi)
	addl $8, %edi
	addl $0x200000, %eax
	decl %ecx
	jnz 1b
	movl $PHYS(early_pd_high), %edi
	movl $0x83, %eax
	movl $1024, %ecx
2:	movl %eax, (%edi)
	addl $8, %edi
	addl $0x200000, %eax
	decl %ecx
	jnz 2b

	movl $PHYS(early_pd_high) + 3, %eax
	movl %eax, PHYS(early_pdpt_high) + 510 * 8
	addl $4096, %eax
	movl %eax, PHYS(early_pdpt_high) + 511 * 8
	movl $PHYS(early_pd) + 3, %eax
	movl %eax, PHYS(early_pdpt)
	addl $4096, %eax
	movl %eax, PHYS(early_pdpt) + 8
	addl $4096, %eax
	movl %eax, PHYS(early_pdpt) + 16
	addl $4096, %eax
	movl %eax, PHYS(early_pdpt) + 24
	movl $PHYS(early_pdpt) + 3, %eax
	movl %eax, PHYS(early_pml4)
	movl %eax, PHYS(early_pml4) + PHYSMAP_SLOT * 8
	movl $PHYS(early_pdpt_high) + 3, PHYS(early_pml4) + 511 * 8
#ifdef OSXTD_DEBUG
	/* The whole shadow is one page, until kasan_map (debug/kasan.h). */
	movl $PHYS(early_shadow), %edi
	movl $PHYS(early_shadow) + 4096 + 3, %eax
4:	movl $512, %ecx
5:	movl %eax, (%edi)
	addl $8, %edi
	decl %ecx
	jnz 5b
	addl $4096, %eax
	cmpl $PHYS(early_shadow) + 3 * 4096, %edi
	jb 4b
	movl $PHYS(early_pml4) + SHADOW_SLOT * 8, %edi
	movl $SHADOW_SLOTS, %ecx
6:	movl $PHYS(early_shadow) + 3, (%edi)
	addl $8, %edi
	decl %ecx
	jnz 6b
#endif

	movl $0x80000001, %eax
	cpuid
	movl %edx, %edi
	movl %cr4, %eax
	orl $CR4_PAE, %eax
	movl %eax, %cr4
	movl $PHYS(early_pml4), %eax
	movl %eax, %cr3
	movl $MSR_EFER_, %ecx
	rdmsr
	orl $EFER_LME, %eax
	testl $CPUID_NX, %edi
	jz 2f
	orl $EFER_NXE, %eax
2:	wrmsr
	movl $CR0_ON, %eax
	movl %eax, %cr0
	lgdt PHYS(boot_gdt_pointer)
	ljmp $KERNEL_CS, $PHYS(1f)

	.code64
1:	movabsq $2f, %rax
	jmp *%rax
2:	movl $KERNEL_DS, %eax
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	leaq boot_stack_top(%rip), %rsp

	BOOT_CPU_AREA

	/* The stack protector's guard, before any function that checks it. */
	movl $1, %eax
	cpuid
	xorl %edi, %edi
	testl $CPUID_RDRAND, %ecx
	jz 3f
	rdrandq %rdi
3:	rdtsc
	shlq $32, %rdx
	addq %rdx, %rax
	movabsq $0x9e3779b97f4a7c15, %rcx
	imulq %rcx, %rax
	xorq %rdi, %rax
	movb $0, %al			/* a string function stops at it */
	movq %rax, __stack_chk_guard(%rip)

	movl %ebp, %edi
	xorl %ebp, %ebp
	call handover_read

	/* From here on the code runs where kaslr_move put the image. */
	call kaslr_move
	movq %rax, %r13
	xorl %eax, %eax
	cpuid				/* serialises: the code below may have changed */
	leaq 4f(%rip), %rax
	addq %r13, %rax
	addq %r13, %rsp
	jmp *%rax
4:	BOOT_CPU_AREA

	call arch_boot
	ud2

	.section .rodata.boot, "a", @progbits
	.balign 8
	.globl boot_gdt
	.hidden boot_gdt
boot_gdt:
	.quad 0, 0
	.quad 0x00af9b000000ffff	/* KERNEL_CS */
	.quad 0x00cf93000000ffff	/* KERNEL_DS */
	.quad 0x00cf9b000000ffff	/* BOOT_CS32 */
boot_gdt_pointer:
	.word . - boot_gdt - 1
	.quad PHYS(boot_gdt)

	.section .bss.page_aligned, "aw", @nobits
	.balign 4096
	.globl early_pml4
	.hidden early_pml4
early_pml4:
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
