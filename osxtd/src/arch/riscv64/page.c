/* SPDX-License-Identifier: MPL-2.0 */
/* page - see arch/page.h. */
#include <arch/page.h>

/* The loops must not become calls of memset and memcpy, nor be checked word by word: callers own
 * the memory, and some of it is marked bad while it changes hands. */
#define PLAIN __attribute__((no_builtin("memset", "memcpy"), no_sanitize("kernel-address")))

UNSAFE("1. callers own words * 8 bytes at p, aligned")
PLAIN void words_fill(void *p, u64 v, u64 words)
{
	u64 *to = (u64 *)p;
	for (; words != 0; words--)
		*to++ = v;
}

UNSAFE("1. callers own words * 8 bytes at p, aligned; 2. words is a multiple of 8")
PLAIN void words_fill_fast(void *p, u64 v, u64 words)
{
	for (u64 *to = (u64 *)p, *end = to + words; to != end; to += 8) {
		to[0] = v;
		to[1] = v;
		to[2] = v;
		to[3] = v;
		to[4] = v;
		to[5] = v;
		to[6] = v;
		to[7] = v;
	}
}

UNSAFE("1. callers own words * 8 bytes at both places, aligned, which do not overlap")
PLAIN void words_copy(void *dst, const void *src, u64 words)
{
	u64 *to = (u64 *)dst;
	const u64 *from = (const u64 *)src;
	for (; words >= 4; words -= 4, to += 4, from += 4) {
		u64 a = from[0], b = from[1], c = from[2], d = from[3];
		to[0] = a;
		to[1] = b;
		to[2] = c;
		to[3] = d;
	}
	for (; words != 0; words--)
		*to++ = *from++;
}
