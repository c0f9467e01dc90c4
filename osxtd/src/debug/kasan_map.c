/* SPDX-License-Identifier: MPL-2.0 */
/*
 * kasan_map - the shadow's page tables (debug builds).
 *
 * The areas whose shadow is all there is at boot get the page of zeroes wherever they have none of
 * their own, a whole table of it where nothing else is below.  The shadow of the stack area comes
 * and goes with the stacks.
 */
#include "mm/pte.h"

#include "boot_info.h"
#include "debug/kasan.h"
#include "mm/frames.h"
#include "mm/paging.h"

KASAN_OFF_BEGIN

static const struct {
	u64 start, bytes;
} whole_areas[] = {
	{ PHYSMAP_BASE, PHYSMAP_BYTES },
	{ MMIO_BASE, MMIO_BYTES },
	{ FRAME_BASE, FRAME_BYTES },
	{ KIMAGE_BASE, KIMAGE_BYTES },
};

/* A page of zeroes, and tables whose every entry leads to it: tables[level - 1]. */
static u64 shared zero_page OWNER(boot);
static u64 shared zero_tables[PT_LEVELS_MAX - 1] OWNER(boot);

UNSAFE("1. tables of the kernel's own root, in RAM")
static u64 *table_at(u64 paddr)
{
	return (u64 *)phys_to_virt(paddr);
}

/* What an empty entry of a table of that level becomes. */
static u64 zero_entry(u32 level)
{
	if (level == 1)
		return pte_kernel(zero_page, 1, KERNEL_CONSTANTS);
	return pte_kernel_link(array_at(zero_tables, level - 2));
}

UNSAFE("1. a table has PT_ENTRIES entries")
static void fill_empty(u64 table, u32 level)
{
	for (u32 i = 0; i < PT_ENTRIES; i++) {
		if (table_at(table)[i] == 0)
			table_at(table)[i] = zero_entry(level);
	}
}

bool kasan_is_zero_table(u64 paddr)
{
	for (u32 i = 0; i < PT_LEVELS - 1; i++) {
		if (array_at(zero_tables, i) == paddr)
			return true;
	}
	return false;
}

/* Fills the highest empty entry on the way to va, if there is one.  Returns where the next begins.
 */
UNSAFE("1. a table has PT_ENTRIES entries; 2. an entry that is neither zero nor large leads to a "
       "table")
static u64 fill_at(u64 va)
{
	u64 table = paging_kernel_root(), *entry = nullptr;
	u32 level = PT_LEVELS;
	for (;; level--) {
		entry = &table_at(table)[pt_index(va, level)];
		if (*entry == 0 || level == 1 || pte_is_large(*entry) ||
		    kasan_is_zero_table(pte_paddr(*entry)))
			break;
		table = pte_paddr(*entry);
	}
	if (*entry == 0)
		*entry = zero_entry(level);
	u64 span = 1ull << pt_shift(level);
	return (va & ~(span - 1)) + span;
}

static void fill_area(u64 start, u64 bytes)
{
	u64 from = kasan_shadow(start);
	for (u64 va = from; va - from < bytes / KASAN_GRANULE;)
		va = fill_at(va);
}

/* Shadow of its own for from … to; *done is where that of the areas before ended. */
static void back(u64 from, u64 to, u64 *done)
{
	u64 first = max_of(page_down(kasan_shadow(from)), *done);
	u64 end = page_up(kasan_shadow(to - 1) + 1);
	if (first >= end)
		return;
	paging_back_boot(first, end - first);
	*done = end;
}

UNSAFE("1. the addresses of the image's ends are only numbers here")
void kasan_map(const struct boot_info *info)
{
	u64 done = 0;
	for (u32 i = 0; i < info->range_count; i++) {
		const struct boot_range *r = &array_at(info->ranges, i);
		if (r->kind == BOOT_RAM && r->start < r->end)
			back(PHYSMAP_BASE + r->start, PHYSMAP_BASE + r->end, &done);
	}
	back((u64)kernel_text_start, (u64)kernel_end, &done);
	zero_page = boot_page_alloc(1);
	for (u32 level = 1; level < PT_LEVELS; level++) {
		array_at(zero_tables, level - 1) = boot_page_alloc(1);
		fill_empty(array_at(zero_tables, level - 1), level);
	}
	for (u32 i = 0; i < array_len(whole_areas); i++)
		fill_area(array_at(whole_areas, i).start, array_at(whole_areas, i).bytes);
}

KASAN_OFF_END
