// SPDX-License-Identifier: MPL-2.0
/* buddy - see buddy.h. */
#include "mm/buddy.h"

/* Slots exist for the whole block of the highest order around any page, so a buddy's slot does. */
static u64 page_of(const struct buddy *b, const struct uframe *f)
{
	UNSAFE("1. base and f are slots of the one array of slots")
	return (u64)(f - b->base);
}

static void list_push(struct buddy *b, struct uframe *f, u32 order)
{
	struct uframe *next = array_at(b->first, order);
	f->state = FRAME_FREE;
	f->order = (u8)order;
	f->prev = nullptr;
	f->next = next;
	if (next != nullptr)
		next->prev = f;
	array_at(b->first, order) = f;
	b->nonempty |= 1u << order;
}

static void list_unlink(struct buddy *b, struct uframe *f)
{
	ASSERT(f->state == FRAME_FREE);
	if (f->prev != nullptr)
		f->prev->next = f->next;
	else
		array_at(b->first, f->order) = f->next;
	if (f->next != nullptr)
		f->next->prev = f->prev;
	if (array_at(b->first, f->order) == nullptr)
		b->nonempty &= ~(1u << f->order);
	f->next = nullptr;
	f->prev = nullptr;
	f->state = FRAME_UNUSED;
}

/* The upper half of a block lies inside the block. */
struct uframe *buddy_alloc(struct buddy *b, u32 order)
{
	ASSERT(order < BUDDY_ORDERS);
	u32 fitting = b->nonempty >> order << order;
	if (fitting == 0)
		return nullptr;
	u32 have = (u32)__builtin_ctz(fitting);
	struct uframe *f = array_at(b->first, have);
	list_unlink(b, f);
	while (have > order) {
		have--;
		list_push(b, frame_behind(f, 1u << have), have);
	}
	f->order = (u8)order;
	b->free_pages -= 1ull << order;
	return f;
}

/* Only a head in state FREE of the same order is merged. */
void buddy_free(struct buddy *b, struct uframe *f, u32 order)
{
	ASSERT(f->state == FRAME_UNUSED && order < BUDDY_ORDERS);
	u64 page = page_of(b, f);
	ASSERT((page & ((1ull << order) - 1)) == 0);
	b->free_pages += 1ull << order;
	while (order < BUDDY_MAX_ORDER) {
		struct uframe *buddy = frame_behind(b->base, page ^ (1ull << order));
		if (buddy->state != FRAME_FREE || buddy->order != order)
			break;
		list_unlink(b, buddy);
		page &= ~(1ull << order);
		order++;
	}
	list_push(b, frame_behind(b->base, page), order);
}

void buddy_add(struct buddy *b, u64 first, u64 end)
{
	while (first < end) {
		u32 order = first == 0 ? BUDDY_MAX_ORDER : (u32)__builtin_ctzll(first);
		order = min_of(order, (u32)BUDDY_MAX_ORDER);
		while ((1ull << order) > end - first)
			order--;
		buddy_free(b, frame_behind(b->base, first), order);
		first += 1ull << order;
	}
}
