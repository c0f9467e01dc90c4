/* SPDX-License-Identifier: MPL-2.0 */
/* page - whole pages zeroed and copied by the eight-byte string instructions, which no CPU runs slowly. */
#pragma once
#include <osxtd/base.h>

ALWAYS_INLINE void page_zero(void *page)
{
	u64 words = PAGE_SIZE / 8;
	__asm__ volatile("rep stosq" : "+D"(page), "+c"(words) : "a"(0ull) : "memory");
}
ALWAYS_INLINE void page_copy(void *dst, const void *src)
{
	u64 words = PAGE_SIZE / 8;
	__asm__ volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(words)::"memory");
}
/* Zeroes words 64-bit words at p. */
ALWAYS_INLINE void words_zero(void *p, u64 words)
{
	__asm__ volatile("rep stosq" : "+D"(p), "+c"(words) : "a"(0ull) : "memory");
}
