/* SPDX-License-Identifier: MPL-2.0 */
/* page - whole pages and runs of words zeroed and copied. */
#pragma once
#include <osxtd/base.h>

/* Writes v to words 64-bit words at p. */
void words_fill(void *p, u64 v, u64 words);
/* Copies words 64-bit words between places that do not overlap. */
void words_copy(void *dst, const void *src, u64 words);
/* words: a multiple of 8 */
void words_fill_fast(void *p, u64 v, u64 words);

ALWAYS_INLINE void page_init(void) {}
ALWAYS_INLINE void words_zero(void *p, u64 words)
{
	words_fill(p, 0, words);
}
ALWAYS_INLINE void page_zero(void *page)
{
	words_fill_fast(page, 0, PAGE_SIZE / 8);
}
ALWAYS_INLINE void page_copy(void *dst, const void *src)
{
	words_copy(dst, src, PAGE_SIZE / 8);
}
