// SPDX-License-Identifier: MPL-2.0
/* kasan_pool - see kasan_pool.h. */
#include "debug/kasan_pool.h"

#include "debug/kasan.h"
#include "debug/kasan_report.h"
#include "debug/report.h"
#include "debug/stack_depot.h"
#include "mm/frames.h"
#include "mm/pool.h"

LOCK_CLASS(quarantine, irq);

/* The end of an element's redzone. */
struct history {
	u32 taken, given; /* stack_depot */
	struct task *by;
};
static_assert(sizeof(struct history) <= POOL_REDZONE);

/* A freed element while it waits; behind the header, as the pool's link. */
struct waiting {
	u8 *next;
	struct pool *pool;
};
static_assert(POOL_LINK + sizeof(struct waiting) <= POOL_MIN);

enum : u64 { QUARANTINE_MAX = 2 << 20 };

static struct quarantine_lock shared quarantine_lock_;
static u8 *shared oldest GUARDED(quarantine);
static u8 *shared newest GUARDED(quarantine);
static u64 shared waiting_bytes GUARDED(quarantine);

KASAN_OFF_BEGIN

static struct history *history_of(const struct pool *p, void *element)
{
	UNSAFE("1. every element is followed by its redzone within the stride")
	return (struct history *)(void *)((u8 *)element + p->_stride - sizeof(struct history));
}

static struct waiting *waiting_of(u8 *element)
{
	UNSAFE("1. the element is free and as long as POOL_MIN")
	return (struct waiting *)(void *)(element + POOL_LINK);
}

UNSAFE("1. the slots of the block's pages follow its head's")
void kasan_pool_slab(struct pool *p, struct uframe *f, u32 order)
{
	u64 va = (u64)frame_va(f);
	for (u32 i = 0; i < 1u << order; i++) {
		f[i].info = (struct vm_info *)(void *)p;
		f[i].base = va;
	}
	kasan_poison((const void *)va, PAGE_SIZE << order, KASAN_SLAB_REDZONE);
	for (u64 at = POOL_SLAB_HEAD; at + p->_stride <= PAGE_SIZE << order; at += p->_stride)
		kasan_poison((const void *)(va + at), (p->_size + 7) & ~(usize)7, KASAN_SLAB_FREE);
}

void kasan_pool_taken(struct pool *p, void *element, u64 fp)
{
	struct history *h = history_of(p, element);
	h->taken = stack_save(fp);
	h->given = 0;
	h->by = task_current();
	kasan_unpoison(element, p->_size);
}

/* What an unchecked reader finds in a freed element, behind the header that weak references read.
 */
UNSAFE("1. elements are whole words long; the range is the element's")
static void fill(void *element, usize size)
{
	u8 *at = (u8 *)element + POOL_LINK;
	usize words = (size - min_of(size, (usize)POOL_LINK) + 7) / 8;
	words_fill(at, 0xdfdfdfdfdfdfdfdf, words);
}

bool kasan_pool_given(struct pool *p, void *element, u64 fp)
{
	if (kasan_is_bad(address_of_(element))) {
		kasan_report_double_free(element, address_of_(__builtin_return_address(0)));
		return false;
	}
	struct history *h = history_of(p, element);
	h->given = stack_save(fp);
	h->by = task_current();
	kasan_poison(element, (p->_size + 7) & ~(usize)7, KASAN_SLAB_FREE);
	fill(element, p->_size);
	return true;
}

void quarantine_put(struct pool *p, void *element)
{
	UNSAFE("1. the caller gives the element up")
	u8 *e = (u8 *)element;
	*waiting_of(e) = (struct waiting){ nullptr, p };
	GUARD(quarantine, &quarantine_lock_);
	if (newest != nullptr)
		waiting_of(newest)->next = e;
	else
		oldest = e;
	newest = e;
	waiting_bytes += p->_stride;
	p->_waiting++;
}

bool quarantine_pop(bool any, struct pool **p, void **element)
{
	GUARD(quarantine, &quarantine_lock_);
	if (oldest == nullptr || (!any && waiting_bytes <= QUARANTINE_MAX))
		return false;
	u8 *e = oldest;
	oldest = waiting_of(e)->next;
	if (oldest == nullptr)
		newest = nullptr;
	*p = waiting_of(e)->pool;
	*element = e;
	waiting_bytes -= (*p)->_stride;
	(*p)->_waiting--;
	return true;
}

UNSAFE("1. only RAM has marks in the physical map, so the slot exists; 2. the slots of a slab's "
       "pages "
       "name its pool and its start")
void kasan_pool_describe(u64 va)
{
	if (va < PHYSMAP_BASE || va >= MMIO_BASE)
		return;
	const struct uframe *f = frame_of(va - PHYSMAP_BASE);
	if (f->kind != FRAME_SLAB || f->info == nullptr)
		return;
	struct pool *p = (struct pool *)(void *)f->info;
	u64 into = va - f->base - min_of((u64)POOL_SLAB_HEAD, va - f->base);
	u64 element = f->base + POOL_SLAB_HEAD + into / p->_stride * p->_stride;
	BUG_LINE("{} byte {} of an element of pool {}, {} bytes at {016x}",
		 va - element < p->_size ? "This is" : "This is behind the end:", va - element,
		 p->_name, p->_size, element);
	const struct history *h = history_of(p, (void *)element);
	BUG_LINE("Allocated:");
	stack_print(h->taken);
	if (h->given == 0)
		return;
	BUG_LINE("Freed by task {x}:", (u64)h->by);
	stack_print(h->given);
}

KASAN_OFF_END
