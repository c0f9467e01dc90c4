/* SPDX-License-Identifier: MPL-2.0 */
/*
 * header - the head of the bzImage, which is an EFI application too, and its three entries.
 *
 *   setup16         in real mode, by BIOS loaders: asks for the memory map and goes on to image_32
 *   image_32/_64    esi/rsi = boot_params: moves the kernel to its place and enters it
 *   efi_entry       by EFI firmware; efi_handover by a loader that made boot_params (stub.c)
 *
 *   Spec:  Linux Documentation/arch/x86/boot.rst, protocol 2.15; ACPI 6.5, 15.1 (INT 15h, E820h).
 */
#include "efi/pe.S"
#include "image.h"

#define E820_COUNT   0x1e8
#define HEADER       0x1f1
#define HEADER_END   0x280
#define E820_TABLE   0x2d0
#define E820_MAX     128
#define SMAP         0x534d4150
#define BOOT_CS      0x10
#define BOOT_DS      0x18
#define PARAMS_STACK 0x1e8	/* boot_params has room for a word of stack below it */

	.section .setup, "aw", @progbits
	.code16
setup:
	.ascii "MZ"
	.org setup + 0x3c
	.long pe_header - setup
	PE_HEADER 0x8664, setup, SETUP_BYTES

	.org setup + HEADER
	.byte SETUP_SECTORS - 1
	.word 0
	.long image_paragraphs
	.word 0, 0xffff, 0, 0xaa55
	jmp setup16
	.org setup + 0x202
	.ascii "HdrS"
	.word 0x020f
	.long 0
	.word 0, version - setup - 0x200
	.byte 0, 1			/* loaded high */
	.word 0
	.long LOAD_ADDRESS
	.long 0, 0, 0
	.word 0
	.byte 0, 0
	.long 0
	.long 0x7fffffff		/* highest byte of the initrd */
	.long 0x200000
	.byte 0, 21			/* not relocatable */
	.word 9				/* 64-bit entry, EFI handover */
	.long 4095
	.long 0
	.quad 0
	.long 0, 0
	.quad 0
	.quad LOAD_ADDRESS
	.long KERNEL_ADDRESS - LOAD_ADDRESS + payload_bytes
	.long efi_handover - image_64
	.long 0

	.org setup + HEADER_END
setup16:
	cld
	movw %cs, %ax
	subw $0x20, %ax
	movw %ax, %ds
	movw %ax, %es
	movzwl %ax, %ebp
	shll $4, %ebp			/* where setup lies */

	movw $HEADER, %si
	movw $(params - setup + HEADER), %di
	movw $(HEADER_END - HEADER), %cx
	rep movsb
	movw $(params - setup + E820_TABLE), %di
	xorl %ebx, %ebx
1:	movl $0xe820, %eax
	movl $20, %ecx
	movl $SMAP, %edx
	int $0x15
	jc 2f
	cmpl $SMAP, %eax
	jne 2f
	addw $20, %di
	incb params - setup + E820_COUNT
	cmpb $E820_MAX, params - setup + E820_COUNT
	je 2f
	testl %ebx, %ebx
	jnz 1b
2:	inb $0x92, %al			/* address line 20 on, no reset */
	orb $2, %al
	andb $0xfe, %al
	outb %al, $0x92

	cli
	leal gdt - setup(%ebp), %eax
	movl %eax, gdt_pointer - setup + 2
	lgdtl gdt_pointer - setup
	leal params - setup(%ebp), %esi
	movl %cr0, %eax
	orb $1, %al
	movl %eax, %cr0
	ljmpl $BOOT_CS, $LOAD_ADDRESS

version:
	.asciz "OmegaOS W3.x"
	.balign 8
gdt:
	.quad 0, 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
	.word 31
	.long 0
	.org setup + SETUP_BYTES - 4096
params:
	.org setup + SETUP_BYTES

	/* The copy may overlap, and the kernel's place lies above where a loader puts us: from the end. */
	.section .image, "ax", @progbits
	.code32
image_32:
	cli
	movl $BOOT_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	leal PARAMS_STACK(%esi), %esp
	call 1f
1:	popl %ebx
	movl %esi, %ebp
	leal payload_end - 1b - 4(%ebx), %esi
	movl $(KERNEL_ADDRESS - 4), %edi
	movl $payload_bytes, %ecx
	addl %ecx, %edi
	shrl $2, %ecx
	std
	rep movsl
	cld
	movl %ebp, %esi
	movl $ENTRY_32, %eax
	jmp *%eax

	.org image_32 + 0x200
	.code64
image_64:
	cli
	movq %rsi, %rbp
	leaq payload_end - 4(%rip), %rsi
	movl $(KERNEL_ADDRESS - 4), %edi
	movl $payload_bytes, %ecx
	addl %ecx, %edi
	shrl $2, %ecx
	std
	rep movsl
	cld
	movq %rbp, %rsi
	movl $ENTRY_64, %eax
	jmp *%rax

	/* rdi = image, rsi = system table, rdx = boot_params, the stack is the loader's */
	.globl efi_handover
efi_handover:
	andq $-16, %rsp
	call stub_handover
	ud2

	.section .payload, "a", @progbits
	.incbin PAYLOAD
