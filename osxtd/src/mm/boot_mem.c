// SPDX-License-Identifier: MPL-2.0
/* boot_mem - see boot_mem.h. */
#include "mm/boot_mem.h"

#include <arch/page.h>
#include "mm/paging.h"

enum : u32 { PIECES_MAX = BOOT_RANGES_MAX + 8 };

static struct phys_range shared pieces[PIECES_MAX] OWNER(boot);
static u32 shared piece_count OWNER(boot);
static u32 shared source OWNER(boot); /* the piece that boot_page_alloc takes from */
static bool shared closed OWNER(boot);

static void piece_add(u64 start, u64 end)
{
	if (start >= end || piece_count >= PIECES_MAX)
		return;
	array_at(pieces, piece_count) = (struct phys_range){ start, end };
	piece_count++;
}

/* Cuts start … end out of all pieces. */
static void pieces_without(u64 start, u64 end)
{
	u32 count = piece_count;
	for (u32 i = 0; i < count && start < end; i++) {
		struct phys_range *p = &array_at(pieces, i);
		if (end <= p->start || p->end <= start)
			continue;
		if (end < p->end)
			piece_add(end, p->end);
		p->end = max_of(p->start, min_of(p->end, start));
	}
}

void boot_mem_init(const struct boot_info *info)
{
	for (u32 i = 0; i < info->range_count; i++) {
		const struct boot_range *r = &array_at(info->ranges, i);
		if (r->kind == BOOT_RAM)
			piece_add(page_up(r->start), page_down(r->end));
	}
	pieces_without(0, PAGE_SIZE);
	pieces_without(page_down(info->kernel_start), page_up(info->kernel_end));
	if (info->initrd_start < info->initrd_end)
		pieces_without(page_down(info->initrd_start), page_up(info->initrd_end));

	u64 best = 0;
	for (u32 i = 0; i < piece_count; i++) {
		struct phys_range *p = &array_at(pieces, i);
		u64 reach = min_of(p->end, (u64)BOOT_PHYSMAP_SIZE);
		if (p->end <= BOOT_PHYSMAP_SIZE && reach - p->start > best) {
			best = reach - p->start;
			source = i;
		}
	}
	if (best == 0)
		panic("no usable memory below 4 GiB");
}

u64 boot_page_alloc(u64 count)
{
	struct phys_range *p = &array_at(pieces, source);
	if (closed || (p->end - p->start) / PAGE_SIZE <= count)
		panic("not enough memory to boot");
	p->end -= count * PAGE_SIZE;
	UNSAFE("1. boot code mapped the first 4 GiB at PHYSMAP_BASE, and later paging_init did; 2. "
	       "the pages are free RAM")
	{
		words_zero((void *)(PHYSMAP_BASE + p->end), count * (PAGE_SIZE / 8));
	}
	return p->end;
}

void boot_mem_close(void)
{
	closed = true;
}

bool boot_free_range(u32 i, struct phys_range *out)
{
	for (u32 at = 0; at < piece_count; at++) {
		if (array_at(pieces, at).start >= array_at(pieces, at).end)
			continue;
		if (i-- == 0) {
			*out = array_at(pieces, at);
			return true;
		}
	}
	return false;
}
