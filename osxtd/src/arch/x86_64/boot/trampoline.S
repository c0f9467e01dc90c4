/* SPDX-License-Identifier: MPL-2.0 */
/*
 * trampoline - from a start-up message, in real mode at the start of a page below 1 MiB, to the kernel's addresses.
 *
 * Only the copy that smp.c makes is run.  The boot's tables map it one to one, and the kernel's image where it is; the
 * kernel's own tables are loaded there (secondary_start).
 *
 *   Spec:  Intel SDM volume 3, 9.4.4 (start-up), 10.8.5 (entering IA-32e mode).
 */
#include "../offsets.h"
#include "trampoline.h"

#define CR4_PAE          0x20
#define CR0_ON           0x80010023	/* PG WP NE MP PE */
#define MSR_EFER_        0xc0000080

	.section .rodata.trampoline, "a", @progbits
	.balign 16
	.globl trampoline_start, trampoline_end
	.hidden trampoline_start, trampoline_end
	.code16
trampoline_start:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	xorl %ebx, %ebx
	movw %ax, %bx
	shll $4, %ebx			/* where the page is */
	lgdtl TRAMPOLINE_DATA + TRAMPOLINE_GDT
	movl %cr0, %eax
	orl $1, %eax
	movl %eax, %cr0
	ljmpl *TRAMPOLINE_DATA + TRAMPOLINE_FAR_32

	.org trampoline_start + TRAMPOLINE_32
	.code32
	movl $KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %cr4, %eax
	orl $CR4_PAE, %eax
	movl %eax, %cr4
	movl TRAMPOLINE_DATA + TRAMPOLINE_CR3(%ebx), %eax
	movl %eax, %cr3
	movl $MSR_EFER_, %ecx
	rdmsr
	orl TRAMPOLINE_DATA + TRAMPOLINE_EFER(%ebx), %eax
	wrmsr
	movl $CR0_ON, %eax
	movl %eax, %cr0
	ljmpl *TRAMPOLINE_DATA + TRAMPOLINE_FAR_64(%ebx)

	.org trampoline_start + TRAMPOLINE_64
	.code64
	movl %ebx, %ebx
	movq TRAMPOLINE_DATA + TRAMPOLINE_STACK(%rbx), %rsp
	movq TRAMPOLINE_DATA + TRAMPOLINE_AREA(%rbx), %rdi
	movq TRAMPOLINE_DATA + TRAMPOLINE_ROOT(%rbx), %rsi
	movq TRAMPOLINE_DATA + TRAMPOLINE_ENTRY(%rbx), %rax
	jmp *%rax

	.org trampoline_start + TRAMPOLINE_DATA
	.skip TRAMPOLINE_BYTES
trampoline_end:

	/* Here the boot's tables are still in force; rsi = the kernel's, rdi = the CPU's block. */
	.text
	.globl secondary_start
	.hidden secondary_start
secondary_start:
	movq %rsi, %cr3			/* the descriptor table is out of reach from here on, until cpu_init */
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	movq %rdi, (%rdi)
	movq %rdi, %rax
	movq %rdi, %rdx
	shrq $32, %rdx
	movl $MSR_GS_BASE, %ecx
	wrmsr
	xorl %ebp, %ebp
	call secondary_boot
	ud2
	.section .note.GNU-stack, "", @progbits
