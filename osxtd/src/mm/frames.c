// SPDX-License-Identifier: MPL-2.0
/* frames - the caches of the CPUs over the buddy allocator, memory pressure, figures.  See
 * frames.h. */
#include "mm/frames.h"

#include "core/smp.h"
#include "mm/boot_mem.h"
#include "mm/stack.h"
#include "mm/table.h"

LOCK_CLASS(buddy, irq);

static struct buddy_lock shared buddy_lock_;
static struct buddy shared buddy_ GUARDED(buddy);
static u64 shared total_pages OWNER(boot);
struct frame_cache_slot shared frame_caches[CPU_MAX];

static u64 (*shared pressure_hook)(u64 wanted_pages) OWNER(boot);

void frame_bad_state(const struct uframe *f)
{
	switch (f->state) {
	case FRAME_UNUSED:
	case FRAME_FREE:
	case FRAME_CACHED:
		panic("a free page was used or freed again");
	case FRAME_USED:
		panic("a page in use was handed out, or freed as another kind or while counted");
	case FRAME_TAIL:
	case FRAME_RESERVED:
	default:
		panic("a page that is not the allocator's was handed out or freed");
	}
}

/* ---- shared lists ---- */

static struct uframe *block_alloc(u32 order)
{
	GUARD(buddy, &buddy_lock_);
	return buddy_alloc(&buddy_, order);
}

static void block_claim(struct uframe *f, u32 order, enum frame_kind kind)
{
	if (unlikely(f->state != FRAME_UNUSED || f->refs != 0))
		frame_bad_state(f);
	for (u32 i = 1; i < 1u << order; i++) {
		struct uframe *tail = frame_behind(f, i);
		if (unlikely(tail->refs != 0))
			frame_bad_state(tail);
		tail->state = FRAME_TAIL;
	}
	f->state = FRAME_USED;
	f->kind = kind;
	f->order = (u8)order;
	kasan_unpoison(frame_va(f), PAGE_SIZE << order);
}

/* Splits a block into single pages for the cache.  Returns their number. */
static u32 cache_fill(struct frame_cache *c)
{
	u32 order = 5;
	struct uframe *f = block_alloc(order);
	while (f == nullptr && order-- > 0)
		f = block_alloc(order);
	if (f == nullptr)
		return 0;
	for (u32 i = 1u << order; i-- > 0;) {
		struct uframe *page = frame_behind(f, i);
		page->state = FRAME_CACHED;
		page->order = 0;
		page->next = c->first;
		c->first = page;
	}
	c->count += 1u << order;
	return 1u << order;
}

static u32 cache_drain(struct frame_cache *c, u32 keep)
{
	u32 n = 0;
	GUARD(buddy, &buddy_lock_);
	for (; c->count > keep; c->count--, n++) {
		struct uframe *f = c->first;
		if (unlikely(!frame_is_claimable(f)))
			frame_bad_state(f);
		c->first = f->next;
		f->state = FRAME_UNUSED;
		buddy_free(&buddy_, f, 0);
	}
	return n;
}

u64 frame_caches_shrink(void)
{
	return table_cache_shrink() + stack_cache_shrink() +
	       (cpu_in_irq() ? 0 : cache_drain(frame_cache_here(), 0));
}

struct frame_caches_wanted shared frame_caches_wanted;

void frame_cache_give_up(void)
{
	u64 bit = (u64)1 << (cpu_id() % CPU_MAX);
	if ((atomic_u64_and(&frame_caches_wanted.cpus, ~bit) & bit) != 0)
		(void)cache_drain(frame_cache_here(), 0);
}

/* A cache takes no lock: each CPU empties its own, when it next chooses a task. */
static void gather_from_others(void)
{
	u64 others = cpus_online() & ~((u64)1 << (cpu_id() % CPU_MAX));
	(void)atomic_u64_or(&frame_caches_wanted.cpus, others);
	for (; others != 0; others &= others - 1)
		task_need_resched(bits_first(others));
}

bool frame_relieve(u64 pages)
{
	u64 (*hook)(u64) = __atomic_load_n(&pressure_hook, __ATOMIC_ACQUIRE);
	gather_from_others();
	if (cpu_in_irq() || preempt_count() != 0)
		return false;
	/* What the CPU keeps at hand goes first: it costs nobody anything. */
	if (table_cache_shrink() + stack_cache_shrink() != 0)
		return true;
	struct task *self = task_current();
	if (hook == nullptr || self == nullptr || self->_is_relieving != 0)
		return false;
	self->_is_relieving = 1;
	bool progress = hook(pages) != 0;
	self->_is_relieving = 0;
	return progress;
}

void frame_set_pressure_hook(u64 (*hook)(u64 wanted_pages))
{
	__atomic_store_n(&pressure_hook, hook, __ATOMIC_RELEASE);
}

/* ---- single pages ---- */

struct uframe *frame_take_slow(enum frame_kind kind)
{
	if (cpu_in_irq()) {
		struct uframe *f = block_alloc(0);
		if (f == nullptr)
			return nullptr;
		block_claim(f, 0, kind);
		__atomic_fetch_add(&array_at(frame_cache_here()->used, kind), 1, __ATOMIC_RELAXED);
		return f;
	}
	/* The hook may have freed into this CPU's cache. */
	while (cache_fill(frame_cache_here()) == 0 && frame_cache_here()->count == 0) {
		if (!frame_relieve(1))
			return nullptr;
	}
	return frame_take_cached(kind);
}

void frame_give_slow(struct uframe *f)
{
	enum frame_kind kind = f->kind;
	if (cpu_in_irq()) {
		f->state = FRAME_UNUSED;
		__atomic_fetch_sub(&array_at(frame_cache_here()->used, kind), 1, __ATOMIC_RELAXED);
		GUARD(buddy, &buddy_lock_);
		buddy_free(&buddy_, f, 0);
		return;
	}
	(void)cache_drain(frame_cache_here(), FRAME_CACHE_MAX - FRAME_CACHE_BATCH);
	frame_give_cached(f, kind);
}

/* ---- blocks ---- */

struct uframe *frames_try_alloc(u32 order, enum frame_kind kind)
{
	struct uframe *f = block_alloc(order);
	if (f == nullptr)
		return nullptr;
	block_claim(f, order, kind);
	__atomic_fetch_add(&array_at(frame_cache_here()->used, kind), 1ull << order,
			   __ATOMIC_RELAXED);
	return f;
}

struct uframe *frames_alloc(u32 order, enum frame_kind kind)
{
	if (order == 0)
		return frame_take(kind);
	struct uframe *f = block_alloc(order);
	if (unlikely(f == nullptr)) {
		(void)frame_caches_shrink();
		while ((f = block_alloc(order)) == nullptr) {
			if (!frame_relieve(1ull << order))
				return nullptr;
			if (!cpu_in_irq())
				(void)cache_drain(frame_cache_here(), 0);
		}
	}
	block_claim(f, order, kind);
	__atomic_fetch_add(&array_at(frame_cache_here()->used, kind), 1ull << order,
			   __ATOMIC_RELAXED);
	return f;
}

void frames_free(struct uframe *f, enum frame_kind kind)
{
	u32 order = f->order;
	if (order == 0) {
		frame_give(f, kind);
		return;
	}
	if (unlikely(!frame_is_freeable(f, kind)))
		frame_bad_state(f);
	for (u32 i = 0; i < 1u << order; i++)
		frame_behind(f, i)->state = FRAME_UNUSED;
	kasan_poison(frame_va(f), PAGE_SIZE << order, KASAN_PAGE_FREE);
	__atomic_fetch_sub(&array_at(frame_cache_here()->used, kind), 1ull << order,
			   __ATOMIC_RELAXED);
	GUARD(buddy, &buddy_lock_);
	buddy_free(&buddy_, f, order);
}

/* ---- boot ---- */

enum : u64 { CHUNK_PAGES = 1ull << BUDDY_MAX_ORDER };

static void slots_set(u64 first, u64 end, enum frame_state state)
{
	for (u64 page = first; page < end; page++)
		frame_of(page * PAGE_SIZE)->state = state;
}

static u64 chunk_up(u64 page)
{
	return (page + CHUNK_PAGES - 1) / CHUNK_PAGES * CHUNK_PAGES;
}

static bool chunk_is_free(u64 first)
{
	struct phys_range r = {};
	for (u32 i = 0; boot_free_range(i, &r); i++) {
		if (r.start <= first * PAGE_SIZE && (first + CHUNK_PAGES) * PAGE_SIZE <= r.end)
			return true;
	}
	return false;
}

/* Maps the slots of all chunks that hold RAM; every page of a chunk that is not free as a whole
 * starts reserved. */
static void slots_back(const struct boot_info *info)
{
	u64 done = 0;
	for (u32 i = 0; i < info->range_count; i++) {
		const struct boot_range *r = &array_at(info->ranges, i);
		if (r->kind != BOOT_RAM || r->start >= r->end)
			continue;
		u64 first = max_of(r->start / PAGE_SIZE / CHUNK_PAGES * CHUNK_PAGES, done);
		u64 end = chunk_up(r->end / PAGE_SIZE);
		if (first >= end)
			continue;
		paging_back_boot(FRAME_BASE + first * 64, (end - first) * 64);
		done = end;
	}
}

static void slots_reserve(const struct boot_info *info)
{
	for (u32 i = 0; i < info->range_count; i++) {
		const struct boot_range *r = &array_at(info->ranges, i);
		if (r->kind != BOOT_RAM || r->start >= r->end)
			continue;
		u64 first = r->start / PAGE_SIZE / CHUNK_PAGES * CHUNK_PAGES;
		for (; first * PAGE_SIZE < r->end; first += CHUNK_PAGES) {
			if (!chunk_is_free(first))
				slots_set(first, first + CHUNK_PAGES, FRAME_RESERVED);
		}
	}
}

static void add_pages(u64 first, u64 end)
{
	slots_set(first, min_of(end, chunk_up(first)), FRAME_UNUSED);
	slots_set(max_of(first, end / CHUNK_PAGES * CHUNK_PAGES), end, FRAME_UNUSED);
	kasan_poison(phys_to_virt(first * PAGE_SIZE), (end - first) * PAGE_SIZE, KASAN_PAGE_FREE);
	GUARD(buddy, &buddy_lock_);
	buddy_add(&buddy_, first, end);
	total_pages += end - first;
}

/* Boot memory ends here: what it took is not in the free ranges. */
void frames_init(const struct boot_info *info)
{
	{
		GUARD(buddy, &buddy_lock_);
		buddy_.base = frame_of(0);
	}
	slots_back(info);
	boot_mem_close();
	slots_reserve(info);
	struct phys_range r = {};
	for (u32 i = 0; boot_free_range(i, &r); i++)
		add_pages(r.start / PAGE_SIZE, r.end / PAGE_SIZE);
}

void mm_release_range(u64 start, u64 end)
{
	u64 first = page_up(start) / PAGE_SIZE, last = end / PAGE_SIZE;
	for (u64 page = first; page < last; page++) {
		struct uframe *f = frame_of(page * PAGE_SIZE);
		if (f->state != FRAME_RESERVED)
			frame_bad_state(f);
		f->state = FRAME_UNUSED;
	}
	if (first >= last)
		return;
	kasan_poison(phys_to_virt(first * PAGE_SIZE), (last - first) * PAGE_SIZE, KASAN_PAGE_FREE);
	GUARD(buddy, &buddy_lock_);
	buddy_add(&buddy_, first, last);
	total_pages += last - first;
}

/* ---- figures ---- */

void frame_stats(struct frame_stats *out)
{
	i64 used[FRAME_KINDS] = {};
	i64 all = 0;
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		for (u32 kind = 0; kind < FRAME_KINDS; kind++) {
			i64 n = (i64)array_at(array_at(frame_caches, cpu).c.used, kind);
			array_at(used, kind) += n;
			all += n;
		}
	}
	*out = (struct frame_stats){
		.total_pages = total_pages,
		.free_pages = total_pages - (u64)all,
		.page_table_pages = (u64)used[FRAME_TABLE],
		.slab_pages = (u64)(used[FRAME_SLAB] + used[FRAME_META]),
		.stack_pages = (u64)used[FRAME_STACK],
		.meta_pages = (u64)used[FRAME_META],
		.untyped_pages = (u64)used[FRAME_UNTYPED],
	};
}
