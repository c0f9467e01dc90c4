/* SPDX-License-Identifier: MPL-2.0 */
/*
 * usercopy - copies that may fault on their user side, see arch/usercopy.h.
 *
 * From 512 bytes on copies go by vectors (as in vector.S) where the CPU has them; below by the eight-byte string
 * instructions, which no CPU runs slowly; the odd bytes at the end by one word that overlaps what was copied; up to 16
 * bytes by two overlapping words.  A fixup computes what is left from the registers, closes the SMAP window and
 * returns; of a vector round that faulted nothing counts as copied.
 */
#include "core/extable.h"
#include "patch.h"

	.section .text.usercopy, "ax", @progbits

	/* u64 usercopy(void *dst: rdi, const void *src: rsi, u64 n: rdx) */
	.globl usercopy
	.hidden usercopy
	.type usercopy, @function
	.balign 16
usercopy:
	movq %rdx, %rax
	cmpq $16, %rdx
	jbe 5f
	cmpq $512, %rdx
	jae 30f
29:	movq %rdx, %rcx
	shrq $3, %rcx
	ASM_STAC
1:	rep movsq
	andl $7, %eax
	jz 4f
2:	movq -8(%rsi,%rax), %rcx
3:	movq %rcx, -8(%rdi,%rax)
4:	ASM_CLAC
	xorl %eax, %eax
	ret
5:	cmpl $8, %eax
	jb 8f
	ASM_STAC
6:	movq (%rsi), %rcx
22:	movq -8(%rsi,%rax), %rdx
7:	movq %rcx, (%rdi)
23:	movq %rdx, -8(%rdi,%rax)
	ASM_CLAC
	xorl %eax, %eax
	ret
8:	testl $4, %eax
	jz 11f
	ASM_STAC
9:	movl (%rsi), %ecx
24:	movl -4(%rsi,%rax), %edx
10:	movl %ecx, (%rdi)
25:	movl %edx, -4(%rdi,%rax)
	ASM_CLAC
	xorl %eax, %eax
	ret
11:	testl %eax, %eax
	jz 18f
	ASM_STAC
12:	movzbl (%rsi), %ecx
13:	movb %cl, (%rdi)
	decl %eax
	jz 17f
14:	movzbl 1(%rsi), %ecx
15:	movb %cl, 1(%rdi)
	decl %eax
	jz 17f
16:	movzbl 2(%rsi), %ecx
19:	movb %cl, 2(%rdi)
	decl %eax
17:	ASM_CLAC
18:	ret

	/* The string instruction stopped with rcx words to go. */
20:	andl $7, %eax
	leaq (%rax,%rcx,8), %rax
	ASM_CLAC
	ret
	/* eax bytes are left: the overlapping word at the end, or a short copy as a whole. */
21:	ASM_CLAC
	ret
	/* Rounds of 512 bytes: rcx counts them down, edx keeps the bytes behind the last one. */
30:	cmpb $0, page_has_vectors(%rip)
	je 29b
	movq %rdx, %rcx
	andl $511, %edx
	shrq $9, %rcx
	movl %edx, %eax
	subq $32, %rsp
	vmovdqu %ymm0, (%rsp)
	ASM_STAC
31:
	.set off, 0
	.rept 16
33:	vmovdqu off(%rsi), %ymm0
34:	vmovdqu %ymm0, off(%rdi)
	EXTABLE 33b, 32f
	EXTABLE 34b, 32f
	.set off, off + 32
	.endr
	addq $512, %rsi
	addq $512, %rdi
	decq %rcx
	jnz 31b
	ASM_CLAC
	vmovdqu (%rsp), %ymm0
	addq $32, %rsp
	cmpl $16, %edx
	ja 29b
	jmp 5b
32:	vmovdqu (%rsp), %ymm0
	addq $32, %rsp
	ASM_CLAC
	shlq $9, %rcx
	leaq (%rdx,%rcx), %rax
	ret
	EXTABLE 1b, 20b
	EXTABLE 2b, 21b
	EXTABLE 3b, 21b
	EXTABLE 6b, 21b
	EXTABLE 7b, 21b
	EXTABLE 9b, 21b
	EXTABLE 10b, 21b
	EXTABLE 12b, 21b
	EXTABLE 13b, 21b
	EXTABLE 14b, 21b
	EXTABLE 15b, 21b
	EXTABLE 16b, 21b
	EXTABLE 19b, 21b
	EXTABLE 22b, 21b
	EXTABLE 23b, 21b
	EXTABLE 24b, 21b
	EXTABLE 25b, 21b
	.size usercopy, . - usercopy

	/* u64 userzero(void *dst: rdi, u64 n: rsi) */
	.globl userzero
	.hidden userzero
	.type userzero, @function
	.balign 16
userzero:
	movq %rsi, %rcx
	movq %rsi, %rdx
	xorl %eax, %eax
	shrq $3, %rcx
	andl $7, %edx
	ASM_STAC
1:	rep stosq
	movl %edx, %ecx
2:	rep stosb
	ASM_CLAC
	ret
3:	leaq (%rdx,%rcx,8), %rax
	ASM_CLAC
	ret
4:	movq %rcx, %rax
	ASM_CLAC
	ret
	EXTABLE 1b, 3b
	EXTABLE 2b, 4b
	.size userzero, . - userzero
	.section .note.GNU-stack, "", @progbits
