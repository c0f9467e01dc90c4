/* SPDX-License-Identifier: MPL-2.0 */
/* page - see arch/page.h. */
	.section .text.page, "ax", @progbits

	/* void words_fill(void *p: a0, u64 v: a1, u64 words: a2) */
	.globl words_fill
	.hidden words_fill
	.type words_fill, @function
	.balign 16
words_fill:
	ori	$t8, $zero, 8
	bltu	$a2, $t8, 2f
1:	st.d	$a1, $a0, 0
	st.d	$a1, $a0, 8
	st.d	$a1, $a0, 16
	st.d	$a1, $a0, 24
	st.d	$a1, $a0, 32
	st.d	$a1, $a0, 40
	st.d	$a1, $a0, 48
	st.d	$a1, $a0, 56
	addi.d	$a0, $a0, 64
	addi.d	$a2, $a2, -8
	bgeu	$a2, $t8, 1b
2:	beqz	$a2, 4f
3:	st.d	$a1, $a0, 0
	addi.d	$a0, $a0, 8
	addi.d	$a2, $a2, -1
	bnez	$a2, 3b
4:	ret
	.size words_fill, . - words_fill

	/* void words_copy(void *dst: a0, const void *src: a1, u64 words: a2) */
	.globl words_copy
	.hidden words_copy
	.type words_copy, @function
	.balign 16
words_copy:
	ori	$t8, $zero, 8
	bltu	$a2, $t8, 2f
1:	ld.d	$t0, $a1, 0
	ld.d	$t1, $a1, 8
	ld.d	$t2, $a1, 16
	ld.d	$t3, $a1, 24
	ld.d	$t4, $a1, 32
	ld.d	$t5, $a1, 40
	ld.d	$t6, $a1, 48
	ld.d	$t7, $a1, 56
	st.d	$t0, $a0, 0
	st.d	$t1, $a0, 8
	st.d	$t2, $a0, 16
	st.d	$t3, $a0, 24
	st.d	$t4, $a0, 32
	st.d	$t5, $a0, 40
	st.d	$t6, $a0, 48
	st.d	$t7, $a0, 56
	addi.d	$a1, $a1, 64
	addi.d	$a0, $a0, 64
	addi.d	$a2, $a2, -8
	bgeu	$a2, $t8, 1b
2:	beqz	$a2, 4f
3:	ld.d	$t0, $a1, 0
	st.d	$t0, $a0, 0
	addi.d	$a1, $a1, 8
	addi.d	$a0, $a0, 8
	addi.d	$a2, $a2, -1
	bnez	$a2, 3b
4:	ret
	.size words_copy, . - words_copy
	.section .note.GNU-stack, "", @progbits
