// SPDX-License-Identifier: MPL-2.0
/*
 * stack - the area of kernel stacks.
 *
 * The area is cut into slots of two stack sizes; the lower half of each stays unmapped.  A freed
 * stack stays mapped on a list of its CPU, linked through its lowest word; the word above it says
 * whether it is in use.  What is too much for that goes to a depot, for CPUs on which more tasks
 * begin than end.  Slots whose pages were given back have their bit set in vacant.
 */
#include "mm/stack.h"

#include <osxtd/fault_inject.h>

#include "debug/kasan.h"
#include "mm/frames.h"

LOCK_CLASS(stack_area, irq);

enum : u64 {
	STACK_SLOT = 2 * STACK_SIZE,
	STACK_LIVE = 0x6c6976652d73746b, /* "live-stk" */
	STACK_IDLE = 0x69646c652d73746b,
};
enum : u64 { SLOTS_ENOUGH = 1 << 20, SLOTS_FIT = KSTACK_BYTES / STACK_SLOT };
enum : u64 { STACK_SLOTS_MAX = SLOTS_FIT < SLOTS_ENOUGH ? SLOTS_FIT : SLOTS_ENOUGH };
enum : u32 { STACK_CACHE_MAX = 32, DEPOT_MAX = 256, DEPOT_BATCH = 16 };
enum : u32 { VACANT_WORDS = STACK_SLOTS_MAX / 64 };

/* The lowest bytes of a stack. */
struct stack_foot {
	struct stack_foot *next;
	u64 state;
};
struct stack_cache {
	struct stack_foot *first;
	u32 count;
};
PER_CPU(struct stack_cache, stack_caches);

static struct stack_foot *foot_of(u64 base)
{
	UNSAFE("1. base is the lowest address of a mapped stack of this area, whose foot it is")
	return (struct stack_foot *)base;
}
static u64 base_of(const struct stack_foot *foot)
{
	UNSAFE("1. the number only names the stack in calls of this file and of its owner")
	return (u64)foot;
}

static void cache_push(struct stack_cache *c, struct stack_foot *foot)
{
	foot->next = c->first;
	c->first = foot;
	c->count++;
}
static struct stack_foot *cache_pop(struct stack_cache *c)
{
	struct stack_foot *foot = c->first;
	c->first = foot->next;
	c->count--;
	return foot;
}

static struct stack_area_lock shared area_lock;
static struct stack_cache shared depot GUARDED(stack_area);
static u64 shared slots_used GUARDED(stack_area);
static u64 shared vacant[VACANT_WORDS] GUARDED(stack_area);
static u32 shared vacant_count GUARDED(stack_area);
static u32 shared vacant_from GUARDED(stack_area); /* no word below has a bit set */

/* The lowest vacant slot: the area stays as short as the number of stacks allows. */
static u64 vacant_take(void) HOLDS(stack_area)
{
	while (array_at(vacant, vacant_from) == 0)
		vacant_from++;
	u64 *word = &array_at(vacant, vacant_from);
	u32 bit = (u32)__builtin_ctzll(*word);
	*word &= *word - 1;
	vacant_count--;
	return (u64)vacant_from * 64 + bit;
}

static bool slot_take(u64 *base)
{
	GUARD(stack_area, &area_lock);
	u64 slot = 0;
	if (vacant_count > 0)
		slot = vacant_take();
	else if (slots_used < STACK_SLOTS_MAX)
		slot = slots_used++;
	else
		return false;
	*base = KSTACK_BASE + slot * STACK_SLOT + STACK_SIZE;
	return true;
}

static void slot_give(u64 base)
{
	GUARD(stack_area, &area_lock);
	u64 slot = (base - KSTACK_BASE) / STACK_SLOT;
	array_at(vacant, slot / 64) |= 1ull << (slot % 64);
	vacant_from = min_of(vacant_from, (u32)(slot / 64));
	vacant_count++;
}

/* Moves up to n stacks from one list to another. */
static void move_some(struct stack_cache *from, struct stack_cache *to, u32 n)
{
	for (; n != 0 && from->first != nullptr; n--)
		cache_push(to, cache_pop(from));
}

/* False when the depot is full. */
static bool depot_put(struct stack_cache *from)
{
	GUARD(stack_area, &area_lock);
	if (depot.count >= DEPOT_MAX)
		return false;
	move_some(from, &depot, DEPOT_BATCH);
	return true;
}

static void depot_take(struct stack_cache *to, u32 n)
{
	GUARD(stack_area, &area_lock);
	move_some(&depot, to, n);
}

/* Unmaps the first len bytes of a stack and frees their pages, which no CPU reaches any more. */
static void stack_unmap(u64 base, u64 len)
{
	struct uframe *pages[STACK_SIZE / PAGE_SIZE] = {};
	u64 n = len / PAGE_SIZE;
	for (u64 i = 0; i < n; i++)
		array_at(pages, i) = frame_of(paging_clear_page(base + i * PAGE_SIZE));
	if (n != 0)
		paging_forget(base, len);
	for (u64 i = 0; i < n; i++)
		frame_give(array_at(pages, i), FRAME_STACK);
}

static void stack_destroy(u64 base)
{
	stack_unmap(base, STACK_SIZE);
	kasan_stack_unmap(base);
	slot_give(base);
}

static err_t stack_build(u64 *out)
{
	u64 base = 0;
	if (!slot_take(&base))
		return ERR_NOMEM;
	if (kasan_stack_map(base) != OK) {
		slot_give(base);
		return ERR_NOMEM;
	}
	for (u64 done = 0; done < STACK_SIZE; done += PAGE_SIZE) {
		struct uframe *f = frame_take(FRAME_STACK);
		if (f == nullptr || paging_map_page(base + done, frame_paddr(f)) != OK) {
			if (f != nullptr)
				frame_give(f, FRAME_STACK);
			stack_unmap(base, done);
			kasan_stack_unmap(base);
			slot_give(base);
			return ERR_NOMEM;
		}
	}
	*out = base;
	return OK;
}

err_t stack_alloc(u64 *out)
{
	if (fault_inject(STACK_SIZE))
		return ERR_NOMEM;
	struct stack_cache *c = this_cpu(stack_caches);
	if (unlikely(c->first == nullptr && !cpu_in_irq()))
		depot_take(c, DEPOT_BATCH);
	if (likely(c->first != nullptr && !cpu_in_irq())) {
		struct stack_foot *foot = cache_pop(c);
		ASSERT(foot->state == STACK_IDLE);
		kasan_unpoison(foot, STACK_SIZE);
		foot->state = STACK_LIVE;
		*out = base_of(foot);
		return OK;
	}
	u64 base = 0;
	TRY(stack_build(&base));
	foot_of(base)->state = STACK_LIVE;
	*out = base;
	return OK;
}

/* The state word proves that base is a stack in use: a double free, or an overflow that reached it,
 * stops here. */
void stack_free(u64 base)
{
	struct stack_foot *foot = foot_of(base);
	if (foot->state != STACK_LIVE)
		panic("a kernel stack was freed twice or overflowed");
	struct stack_cache *c = this_cpu(stack_caches);
	if (unlikely(cpu_in_irq() || (c->count >= STACK_CACHE_MAX && !depot_put(c)))) {
		stack_destroy(base);
		return;
	}
	foot->state = STACK_IDLE;
	cache_push(c, foot);
}

u64 stack_cache_shrink(void)
{
	if (cpu_in_irq())
		return 0;
	struct stack_cache *c = this_cpu(stack_caches);
	u64 pages = 0;
	depot_take(c, DEPOT_MAX);
	while (c->first != nullptr) {
		stack_destroy(base_of(cache_pop(c)));
		pages += STACK_SIZE / PAGE_SIZE;
	}
	return pages;
}
