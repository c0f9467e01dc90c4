/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mem - memcpy, memmove, memset, memcmp for x86_64 without vector registers.
 *
 * Up to 16 bytes go by two overlapping words, longer ones by eight bytes a step; from LONG on the
 * string instructions take over, always in their eight-byte form, which no CPU runs slowly.
 */
#include <osxtd/span.h>

#include "debug/kasan.h"

/* Checks whole ranges itself. */
KASAN_OFF_BEGIN

enum : usize { LONG = 64 };

#define NO_IDIOM __attribute__((no_builtin("memcpy", "memmove", "memset", "memcmp")))

ALWAYS_INLINE u64 load64(const u8 *p)
{
	u64 v = 0;
	__builtin_memcpy(&v, p, 8);
	return v;
}
ALWAYS_INLINE u32 load32(const u8 *p)
{
	u32 v = 0;
	__builtin_memcpy(&v, p, 4);
	return v;
}
ALWAYS_INLINE void store64(u8 *p, u64 v)
{
	__builtin_memcpy(p, &v, 8);
}
ALWAYS_INLINE void store32(u8 *p, u32 v)
{
	__builtin_memcpy(p, &v, 4);
}

NO_IDIOM ALWAYS_INLINE void copy_short(u8 *d, const u8 *s, usize n)
{
	UNSAFE("1. all loads happen before the first store, so overlap is harmless; 2. n <= 16 "
	       "bounds "
	       "every access")
	if (n >= 8) {
		u64 head = load64(s), tail = load64(s + n - 8);
		store64(d, head);
		store64(d + n - 8, tail);
	} else if (n >= 4) {
		u32 head = load32(s), tail = load32(s + n - 4);
		store32(d, head);
		store32(d + n - 4, tail);
	} else if (n != 0) {
		u8 a = s[0], b = s[n / 2], c = s[n - 1];
		d[0] = a;
		d[n / 2] = b;
		d[n - 1] = c;
	}
}

UNSAFE("1. the caller owns both ranges; 2. words never pass the end: the last one overlaps")
NO_IDIOM void *memcpy(void *restrict dst, const void *restrict src, usize n)
{
	kasan_check(src, n, false, KASAN_CALLER);
	kasan_check(dst, n, true, KASAN_CALLER);
	u8 *d = (u8 *)dst;
	const u8 *s = (const u8 *)src;
	if (n <= 16) {
		copy_short(d, s, n);
		return dst;
	}
	u64 tail = load64(s + n - 8);
	u8 *last = d + n - 8;
	usize words = (n - 1) / 8;
	if (n >= LONG) {
		__asm__ volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words)::"memory");
	} else {
		for (; words != 0; words--, d += 8, s += 8)
			store64(d, load64(s));
	}
	store64(last, tail);
	return dst;
}

UNSAFE("1. the caller owns both ranges; 2. the direction is chosen so that no byte is overwritten "
       "before it is read")
NO_IDIOM void *memmove(void *dst, const void *src, usize n)
{
	kasan_check(src, n, false, KASAN_CALLER);
	kasan_check(dst, n, true, KASAN_CALLER);
	u8 *d = (u8 *)dst;
	const u8 *s = (const u8 *)src;
	if (n <= 16) {
		copy_short(d, s, n);
		return dst;
	}
	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(dst, src, n);
	u64 head = load64(s);
	for (; n > 8; n -= 8)
		store64(d + n - 8, load64(s + n - 8));
	store64(d, head);
	return dst;
}

UNSAFE("1. the caller owns the range; 2. words never pass the end: the last one overlaps")
NO_IDIOM void *memset(void *dst, int c, usize n)
{
	kasan_check(dst, n, true, KASAN_CALLER);
	u8 *d = (u8 *)dst;
	u64 v = 0x0101010101010101u * (u8)c;
	if (n < 8) {
		for (usize i = 0; i < n; i++)
			d[i] = (u8)c;
		return dst;
	}
	u8 *last = d + n - 8;
	usize words = n / 8;
	if (n >= LONG) {
		__asm__ volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(v) : "memory");
	} else {
		for (; words != 0; words--, d += 8)
			store64(d, v);
	}
	store64(last, v);
	return dst;
}

UNSAFE("1. the caller owns both ranges")
NO_IDIOM int memcmp(const void *a, const void *b, usize n)
{
	kasan_check(a, n, false, KASAN_CALLER);
	kasan_check(b, n, false, KASAN_CALLER);
	const u8 *x = (const u8 *)a, *y = (const u8 *)b;
	for (; n >= 8; n -= 8, x += 8, y += 8) {
		u64 v = load64(x), w = load64(y);
		if (v != w)
			return __builtin_bswap64(v) < __builtin_bswap64(w) ? -1 : 1;
	}
	for (; n != 0; n--, x++, y++) {
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
	return 0;
}

KASAN_OFF_END
