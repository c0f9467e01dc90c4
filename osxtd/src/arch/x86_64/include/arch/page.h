/* SPDX-License-Identifier: MPL-2.0 */
/*
 * page - whole pages zeroed and copied: by 32-byte vector stores where the CPU has AVX (vector.S),
 * else by the eight-byte string instructions, which no CPU runs slowly.
 *
 * The vector register that is used may hold a user task's state: it is put back.  Interrupt
 * handlers use no vector registers and a task does not change over in between.
 */
#pragma once
#include <osxtd/base.h>

/* Set by page_init. */
extern bool shared page_has_vectors OWNER(boot);
/* Looks at the CPU's features; before it everything works without vectors. */
void page_init(void);

void page_zero_vector(void *page);
void page_copy_vector(void *dst, const void *src);

/* Writes v to words 64-bit words at p. */
ALWAYS_INLINE void words_fill(void *p, u64 v, u64 words)
{
	UNSAFE("1. callers own words * 8 bytes at p")
	{
		__asm__ volatile("rep stosq" : "+D"(p), "+c"(words) : "a"(v) : "memory");
	}
}
ALWAYS_INLINE void words_zero(void *p, u64 words)
{
	words_fill(p, 0, words);
}
ALWAYS_INLINE void page_zero(void *page)
{
	if (likely(page_has_vectors))
		page_zero_vector(page);
	else
		words_zero(page, PAGE_SIZE / 8);
}
ALWAYS_INLINE void words_copy(void *dst, const void *src, u64 words)
{
	UNSAFE("1. callers own words * 8 bytes at both places, which do not overlap")
	{
		__asm__ volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(words)::"memory");
	}
}
ALWAYS_INLINE void page_copy(void *dst, const void *src)
{
	if (likely(page_has_vectors))
		page_copy_vector(dst, src);
	else
		words_copy(dst, src, PAGE_SIZE / 8);
}
