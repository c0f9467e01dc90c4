/* SPDX-License-Identifier: MPL-2.0 */
/*
 * frames - physical pages by kind; private to OSXTD.
 *
 * Single pages come from a cache of the CPU without a lock; code that an interrupt runs goes to the
 * shared lists instead (irq_depth tells), so that the cache needs no protection.
 *
 *   Context:  any.  When memory is short and the context may sleep, the pressure hook runs first.
 */
#pragma once
#include <arch/page.h>
#include "mm/paging.h"
#include <osxtd/cpu.h>

#include "debug/kasan.h"
#include "mm/buddy.h"

ALWAYS_INLINE u64 frame_paddr(const struct uframe *f)
{
	UNSAFE("1. f is a slot of the array at FRAME_BASE, one of 64 bytes for each page")
	return ((u64)f - FRAME_BASE) << (PAGE_SHIFT - 6);
}
ALWAYS_INLINE struct uframe *frame_of(u64 paddr)
{
	UNSAFE("1. what lies there is a slot of the array, or nothing is mapped there")
	return (struct uframe *)(FRAME_BASE + (paddr >> PAGE_SHIFT << 6));
}
ALWAYS_INLINE void *phys_to_virt(u64 paddr)
{
	UNSAFE("1. all RAM is mapped at PHYSMAP_BASE; callers own the page")
	return (void *)(PHYSMAP_BASE + paddr);
}
ALWAYS_INLINE u64 virt_to_phys(const void *p)
{
	UNSAFE("1. the number is only made into a page's again; p came from phys_to_virt")
	return (u64)p - PHYSMAP_BASE;
}
ALWAYS_INLINE u8 *frame_va(const struct uframe *f)
{
	UNSAFE("1. bytes: the page's owner decides what they are")
	return (u8 *)phys_to_virt(frame_paddr(f));
}
ALWAYS_INLINE struct uframe *frame_of_va(const void *p)
{
	return frame_of(virt_to_phys(p));
}
/* A span of what is only going to be read, for code that moves bytes either way. */
ALWAYS_INLINE struct span span_read_only(struct cspan s)
{
	UNSAFE("1. callers hand it to what only reads")
	return (struct span){ (u8 *)(u64)s._ptr, s._len };
}
/* Bytes off … off+len-1 of the page, for whom it belongs to. */
ALWAYS_INLINE struct span frame_bytes(const struct uframe *f, usize off, usize len)
{
	ASSERT(off <= PAGE_SIZE && len <= PAGE_SIZE - off);
	UNSAFE("1. the whole page is mapped in the physmap; 2. the range is checked against it")
	return (struct span){ frame_va(f) + off, len };
}
/* The bytes of the block of 2^order pages that f heads. */
ALWAYS_INLINE struct span frame_block(const struct uframe *f, u32 order)
{
	return (struct span){ frame_va(f), PAGE_SIZE << order };
}

/* What one CPU keeps at hand. */
struct frame_cache {
	struct uframe *first;
	u32 count;
	u64 used[FRAME_KINDS]; /* handed out minus taken back on this CPU, modulo 2^64 */
};
enum : u32 { FRAME_CACHE_MAX = 256, FRAME_CACHE_BATCH = 32 };
struct frame_cache_slot {
	struct frame_cache c;
} __attribute__((aligned(64)));
extern struct frame_cache_slot shared frame_caches[CPU_MAX];

ALWAYS_INLINE struct frame_cache *frame_cache_here(void)
{
	return &array_at(frame_caches, cpu_id() % CPU_MAX).c;
}

struct uframe *frame_take_slow(enum frame_kind kind) NOINLINE;
void frame_give_slow(struct uframe *f) NOINLINE;
[[noreturn]] void frame_bad_state(const struct uframe *f) COLD;

/* The claim check: the page is what the free lists say. */
ALWAYS_INLINE bool frame_is_claimable(const struct uframe *f)
{
	return f->state == FRAME_CACHED && f->refs == 0;
}
/* May be freed: in use, of the kind the caller thinks, and counted by nobody. */
ALWAYS_INLINE bool frame_is_freeable(const struct uframe *f, enum frame_kind kind)
{
	return f->state == FRAME_USED && f->kind == kind && f->refs == 0;
}

/* One page out of the CPU's cache; null when it is empty. */
ALWAYS_INLINE struct uframe *frame_take_cached(enum frame_kind kind)
{
	struct frame_cache *c = frame_cache_here();
	struct uframe *f = c->first;
	if (unlikely(f == nullptr))
		return nullptr;
	c->first = f->next;
	c->count--;
	array_at(c->used, kind)++;
	if (unlikely(!frame_is_claimable(f)))
		frame_bad_state(f);
	f->state = FRAME_USED;
	f->kind = kind;
	kasan_unpoison(frame_va(f), PAGE_SIZE);
	return f;
}

/* One page, content undefined, refs 0; null when memory is out. */
ALWAYS_INLINE struct uframe *frame_take(enum frame_kind kind)
{
	struct uframe *f = unlikely(cpu_in_irq()) ? nullptr : frame_take_cached(kind);
	return likely(f != nullptr) ? f : frame_take_slow(kind);
}

/* Puts a page into the CPU's cache. */
ALWAYS_INLINE void frame_give_cached(struct uframe *f, enum frame_kind kind)
{
	struct frame_cache *c = frame_cache_here();
	f->state = FRAME_CACHED;
	f->next = c->first;
	c->first = f;
	c->count++;
	array_at(c->used, kind)--;
}

/* Takes a page of order 0 back. */
ALWAYS_INLINE void frame_give(struct uframe *f, enum frame_kind kind)
{
	if (unlikely(!frame_is_freeable(f, kind)))
		frame_bad_state(f);
	kasan_poison(frame_va(f), PAGE_SIZE, KASAN_PAGE_FREE);
	if (unlikely(frame_cache_here()->count >= FRAME_CACHE_MAX || cpu_in_irq()))
		frame_give_slow(f);
	else
		frame_give_cached(f, kind);
}

/* 2^order contiguous pages, content undefined; null when there is no such block. */
struct uframe *frames_alloc(u32 order, enum frame_kind kind);
/* The same without asking for memory to be made free: null at once.  For callers who can do with
 * less. */
struct uframe *frames_try_alloc(u32 order, enum frame_kind kind);
/* Frees what frames_alloc returned. */
void frames_free(struct uframe *head, enum frame_kind kind);

/* One more count on an untyped page; saturates (F3). */
ALWAYS_INLINE void frame_ref(struct uframe *f)
{
	u32 before = __atomic_fetch_add(&f->refs, 1, __ATOMIC_RELAXED);
	ASSERT(before != 0);
	if (unlikely(before >= OBJECT_SATURATED))
		__atomic_store_n(&f->refs, OBJECT_SATURATED, __ATOMIC_RELAXED);
}
/* One count less; true when it was the last and the caller must give the page back. */
[[nodiscard]] ALWAYS_INLINE bool frame_unref(struct uframe *f)
{
	u32 before = __atomic_fetch_sub(&f->refs, 1, __ATOMIC_ACQ_REL);
	if (unlikely(before - 1 >= OBJECT_SATURATED - 1)) {
		__atomic_store_n(&f->refs, OBJECT_SATURATED, __ATOMIC_RELAXED);
		return false;
	}
	return before == 1;
}

/* CPUs that are to give back what they keep at hand. */
struct frame_caches_wanted {
	struct atomic_u64 cpus ATOMIC_ONLY;
};
extern struct frame_caches_wanted shared frame_caches_wanted;
void frame_cache_give_up(void) COLD;
/* Where this CPU is in the middle of no allocation: schedule(). */
ALWAYS_INLINE void frame_cache_quiet(void)
{
	if (unlikely(atomic_u64_load(&frame_caches_wanted.cpus) != 0))
		frame_cache_give_up();
}
/* Frees what the caches of this CPU hold (memory is short).  Returns pages. */
u64 frame_caches_shrink(void);
/* Whether the pressure hook made progress; false when it may not run here. */
bool frame_relieve(u64 pages) COLD;

/* Boot: slots of all RAM, then the free pages. */
void frames_init(const struct boot_info *info);
