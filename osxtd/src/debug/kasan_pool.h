/* SPDX-License-Identifier: MPL-2.0 */
/*
 * kasan_pool - redzones, quarantine and histories of pool elements (debug builds).
 *
 * An element is followed by a redzone, whose end remembers who took and who freed it; a slab begins
 * with one.  A freed element waits in the quarantine, marked bad, until later ones push it out:
 * what still points to it finds the mark instead of its successor.
 *
 *   Context:  any.
 */
#pragma once
#include <osxtd/object.h>

#ifdef OSXTD_DEBUG
enum : usize { POOL_REDZONE = 32, POOL_SLAB_HEAD = 32 };
struct uframe;
/* Marks a new slab bad; its frames remember the pool. */
void kasan_pool_slab(struct pool *p, struct uframe *f, u32 order);
/* UNSAFE: 1. the address only names the frame whose callers a report prints, word by checked word
 */
#define CALLER_FRAME ((u64)__builtin_frame_address(0))
/* The element is handed out, by the callers of frame fp. */
void kasan_pool_taken(struct pool *p, void *element, u64 fp);
/* The element is bad from now on.  False: it was free already (and the report expected). */
bool kasan_pool_given(struct pool *p, void *element, u64 fp);
/* Into the quarantine; out of it when it holds too much, or anything at all. */
void quarantine_put(struct pool *p, void *element);
bool quarantine_pop(bool any, struct pool **p, void **element);
/* Prints the element that va belongs to, if it is one. */
void kasan_pool_describe(u64 va);
#else
enum : usize { POOL_REDZONE = 0, POOL_SLAB_HEAD = 0 };
struct uframe;
#define CALLER_FRAME 0ull
ALWAYS_INLINE void kasan_pool_slab(struct pool *, struct uframe *, u32) {}
ALWAYS_INLINE void kasan_pool_taken(struct pool *, void *, u64) {}
ALWAYS_INLINE bool kasan_pool_given(struct pool *, void *, u64)
{
	return true;
}
#endif
