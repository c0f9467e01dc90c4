/* SPDX-License-Identifier: MPL-2.0 */
/* vector - see arch/page.h.  %ymm0 is saved on the stack and put back. */
	.section .text.vector, "ax", @progbits

	/* void page_zero_vector(void *page: rdi) */
	.globl page_zero_vector
	.hidden page_zero_vector
	.type page_zero_vector, @function
	.balign 16
page_zero_vector:
	subq $32, %rsp
	vmovdqu %ymm0, (%rsp)
	vpxor %xmm0, %xmm0, %xmm0
	leaq 4096(%rdi), %rax
1:
	.set off, 0
	.rept 16
	vmovdqa %ymm0, off(%rdi)
	.set off, off + 32
	.endr
	addq $512, %rdi
	cmpq %rax, %rdi
	jne 1b
	vmovdqu (%rsp), %ymm0
	addq $32, %rsp
	ret
	.size page_zero_vector, . - page_zero_vector

	/* void page_copy_vector(void *dst: rdi, const void *src: rsi) */
	.globl page_copy_vector
	.hidden page_copy_vector
	.type page_copy_vector, @function
	.balign 16
page_copy_vector:
	subq $32, %rsp
	vmovdqu %ymm0, (%rsp)
	leaq 4096(%rdi), %rax
1:
	.set off, 0
	.rept 16
	vmovdqa off(%rsi), %ymm0
	vmovdqa %ymm0, off(%rdi)
	.set off, off + 32
	.endr
	addq $512, %rsi
	addq $512, %rdi
	cmpq %rax, %rdi
	jne 1b
	vmovdqu (%rsp), %ymm0
	addq $32, %rsp
	ret
	.size page_copy_vector, . - page_copy_vector
	.section .note.GNU-stack, "", @progbits
