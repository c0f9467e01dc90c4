// SPDX-License-Identifier: MPL-2.0
/*
 * mem - memcpy, memmove, memset, memcmp in words, for CPUs on which a load across words may be slow
 * or trap: words are only used where both sides are aligned alike.
 */
#include <osxtd/span.h>

#include "debug/kasan.h"

/* Checks whole ranges itself. */
KASAN_OFF_BEGIN

#define NO_IDIOM __attribute__((no_builtin("memcpy", "memmove", "memset", "memcmp")))

enum : usize { WORD = 8, UNROLLED = 8 * WORD };

typedef u64 __attribute__((may_alias)) word_t;

UNSAFE("1. p is aligned to a word; 2. the caller owns the word at p")
NO_IDIOM ALWAYS_INLINE u64 load(const u8 *p)
{
	return *(const word_t *)(const void *)p;
}
UNSAFE("1. p is aligned to a word, which the caller may write")
NO_IDIOM ALWAYS_INLINE void store(u8 *p, u64 v)
{
	*(word_t *)(void *)p = v;
}

ALWAYS_INLINE bool are_aligned_alike(const void *a, const void *b)
{
	return ((address_of_(a) ^ address_of_(b)) & (WORD - 1)) == 0;
}

/* From the front to the back; dst may lie below src and overlap it. */
UNSAFE("1. the caller owns n bytes at both; 2. words are stored only where both are aligned")
NO_IDIOM static void copy_up(u8 *d, const u8 *s, usize n)
{
	if (n >= 2 * WORD && are_aligned_alike(d, s)) {
		for (; (address_of_(d) & (WORD - 1)) != 0; n--)
			*d++ = *s++;
		for (; n >= UNROLLED; n -= UNROLLED, d += UNROLLED, s += UNROLLED) {
			u64 a = load(s), b = load(s + 8), c = load(s + 16), e = load(s + 24);
			u64 f = load(s + 32), g = load(s + 40), h = load(s + 48), i = load(s + 56);
			store(d, a);
			store(d + 8, b);
			store(d + 16, c);
			store(d + 24, e);
			store(d + 32, f);
			store(d + 40, g);
			store(d + 48, h);
			store(d + 56, i);
		}
		for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
			store(d, load(s));
	}
	for (; n != 0; n--)
		*d++ = *s++;
}

/* From the back to the front. */
UNSAFE("1. the caller owns both ranges; 2. what is stored lies behind all that is still to be "
       "loaded")
NO_IDIOM static void copy_down(u8 *d, const u8 *s, usize n)
{
	if (n >= 2 * WORD && are_aligned_alike(d, s)) {
		for (; (address_of_(d + n) & (WORD - 1)) != 0; n--)
			d[n - 1] = s[n - 1];
		for (; n >= WORD; n -= WORD)
			store(d + n - WORD, load(s + n - WORD));
	}
	for (; n != 0; n--)
		d[n - 1] = s[n - 1];
}

UNSAFE("1. bytes are what the caller's pointers lead to, whatever their types are")
NO_IDIOM void *memcpy(void *restrict dst, const void *restrict src, usize n)
{
	kasan_check(src, n, false, KASAN_CALLER);
	kasan_check(dst, n, true, KASAN_CALLER);
	copy_up((u8 *)dst, (const u8 *)src, n);
	return dst;
}

UNSAFE("1. the direction is chosen so that no byte is overwritten before it is read")
NO_IDIOM void *memmove(void *dst, const void *src, usize n)
{
	kasan_check(src, n, false, KASAN_CALLER);
	kasan_check(dst, n, true, KASAN_CALLER);
	if ((uintptr_t)dst - (uintptr_t)src >= n)
		copy_up((u8 *)dst, (const u8 *)src, n);
	else
		copy_down((u8 *)dst, (const u8 *)src, n);
	return dst;
}

UNSAFE("1. the caller owns the n bytes that are filled; 2. words only where d is aligned")
NO_IDIOM void *memset(void *dst, int c, usize n)
{
	kasan_check(dst, n, true, KASAN_CALLER);
	u8 *d = (u8 *)dst;
	u64 v = 0x0101010101010101u * (u8)c;
	if (n >= 2 * WORD) {
		for (; (address_of_(d) & (WORD - 1)) != 0; n--)
			*d++ = (u8)c;
		for (; n >= WORD; n -= WORD, d += WORD)
			store(d, v);
	}
	for (; n != 0; n--)
		*d++ = (u8)c;
	return dst;
}

UNSAFE("1. the caller owns both ranges, which are only read")
NO_IDIOM int memcmp(const void *a, const void *b, usize n)
{
	kasan_check(a, n, false, KASAN_CALLER);
	kasan_check(b, n, false, KASAN_CALLER);
	const u8 *x = (const u8 *)a, *y = (const u8 *)b;
	if (n >= 2 * WORD && are_aligned_alike(x, y)) {
		for (; (address_of_(x) & (WORD - 1)) != 0 && *x == *y; n--, x++, y++) {}
		if ((address_of_(x) & (WORD - 1)) == 0) {
			for (; n >= WORD && load(x) == load(y); n -= WORD, x += WORD, y += WORD) {}
		}
	}
	for (; n != 0; n--, x++, y++) {
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
	return 0;
}

KASAN_OFF_END
