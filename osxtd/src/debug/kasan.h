/* SPDX-License-Identifier: MPL-2.0 */
/*
 * kasan - which bytes of kernel memory may be touched (debug builds; nothing in the others).
 *
 * The compiler puts a check before each access: eight bytes of memory have one byte of shadow, at
 * (address >> 3) + KASAN_SHADOW_OFFSET of <arch/paging.h>: 0 says all eight are good, 1 to 7 that
 * so many are, a mark that none is and why.  The allocators set the marks, the compiler those
 * around locals and globals.
 *
 * RAM, kernel stacks and the image have shadow of their own; the rest of the kernel's areas shares
 * one read-only page of zeroes.  Until kasan_init everything shares one page that nobody believes.
 *
 *   Context:  any.
 *   Keeps:    nothing by itself: it finds breaches of the soundness invariants.
 */
#pragma once
#include <arch/paging.h>

/* Why memory is bad.  The marks of locals are the compiler's. */
enum kasan_mark : u8 {
	KASAN_STACK_LEFT = 0xf1,
	KASAN_STACK_MID = 0xf2,
	KASAN_STACK_RIGHT = 0xf3,
	KASAN_STACK_SCOPE = 0xf8,
	KASAN_GLOBAL = 0xf9,
	KASAN_SLAB_FREE = 0xfb,
	KASAN_SLAB_REDZONE = 0xfc,
	KASAN_PAGE_TAIL = 0xfe, /* of a block, behind the buffer in it */
	KASAN_PAGE_FREE = 0xff,
};
enum : u64 { KASAN_GRANULE = 8 };

#ifdef OSXTD_DEBUG
/* Between the two, functions are not instrumented: they touch memory that is marked bad. */
#define KASAN_PRAGMA_(text) _Pragma(#text)
#define KASAN_OFF_BEGIN                                                                            \
	KASAN_PRAGMA_(clang attribute push(__attribute__((no_sanitize("kernel-address"))),         \
					   apply_to = function))
#define KASAN_OFF_END _Pragma("clang attribute pop")

struct boot_info;
ALWAYS_INLINE u64 kasan_shadow(u64 va)
{
	return wrap_add(va >> 3, (u64)KASAN_SHADOW_OFFSET);
}

/* p is aligned to 8 bytes; all of len may be touched. */
void kasan_unpoison(const void *p, usize len);
/* p and len are multiples of 8. */
void kasan_poison(const void *p, usize len, enum kasan_mark mark);
/* Of room bytes at p the first len are good, the rest bears mark. */
void kasan_fit(const void *p, usize len, usize room, enum kasan_mark mark);
/* Reports when part of the range is bad, for code the compiler cannot see into; ip did it.  User
 * addresses are not looked at. */
void kasan_check(const void *p, usize len, bool is_write, u64 ip);
#define KASAN_CALLER address_of_(__builtin_return_address(0))
/* Shadow for a kernel stack that stack.c mapped; its page, of kind FRAME_STACK. */
err_t kasan_stack_map(u64 base);
void kasan_stack_unmap(u64 base);
/* Architecture: maps the shadow of RAM and image into the new tables, zeroes for the rest. */
void kasan_map(const struct boot_info *info);
/* Whether the table serves all of the shadow that is zero. */
bool kasan_is_zero_table(u64 paddr);
/* The marks of globals; from here on a bad access is reported. */
void kasan_init(void);
#else
#define KASAN_OFF_BEGIN
#define KASAN_OFF_END

struct boot_info;
ALWAYS_INLINE void kasan_unpoison(const void *, usize) {}
ALWAYS_INLINE void kasan_poison(const void *, usize, enum kasan_mark) {}
ALWAYS_INLINE void kasan_fit(const void *, usize, usize, enum kasan_mark) {}
#define KASAN_CALLER 0
ALWAYS_INLINE void kasan_check(const void *, usize, bool, u64) {}
ALWAYS_INLINE err_t kasan_stack_map(u64)
{
	return OK;
}
ALWAYS_INLINE void kasan_stack_unmap(u64) {}
ALWAYS_INLINE void kasan_map(const struct boot_info *) {}
ALWAYS_INLINE bool kasan_is_zero_table(u64)
{
	return false;
}
ALWAYS_INLINE void kasan_init(void) {}
#endif
