/* SPDX-License-Identifier: MPL-2.0 */
/*
 * paging - see mm/paging.h.
 *
 * The top-level entries of the kernel's half never change once mm_init is over, so every address
 * space copies them once (paging_fill_root) and then follows what happens below them: what comes
 * and goes later has its entries from paging_init on, what does not is all there by then.
 */
#include "mm/paging.h"

#include <arch/page.h>
#include "mm/pte.h"
#include <osxtd/lock.h>

#include "core/smp.h"
#include "debug/kasan.h"
#include "mm/boot_mem.h"
#include "mm/frames.h"

LOCK_CLASS(kernel_tables, irq);

enum : u64 { LARGE_SIZE = 2 << 20 };

/* Where pages come and go. */
static const struct {
	u64 start, bytes;
} growing[] = {
	{ MMIO_BASE, MMIO_BYTES },
	{ KSTACK_BASE, KSTACK_BYTES },
#ifdef OSXTD_DEBUG
	{ (KSTACK_BASE >> 3) + KASAN_SHADOW_OFFSET, KSTACK_BYTES >> 3 },
#endif
};

static struct kernel_tables_lock shared tables_lock;
static u64 shared kernel_root OWNER(boot);
static bool shared booted OWNER(boot); /* the frame allocator works */
static u64 shared mmio_next GUARDED(kernel_tables) = MMIO_BASE;

/* Entry i of the table at a physical address. */
static u64 *entry_in(u64 table, u32 i)
{
	UNSAFE("1. tables are RAM, which boot code or paging_init mapped at PHYSMAP_BASE; 2. i is "
	       "cut to "
	       "the table")
	return &((u64 *)phys_to_virt(table))[i % PT_ENTRIES];
}

/* A zeroed page for a table, 0 when there is none. */
static u64 table_new(void)
{
	if (!booted)
		return boot_page_alloc(1);
	struct uframe *f = frame_take(FRAME_TABLE);
	if (f == nullptr)
		return 0;
	page_zero(frame_va(f));
	return frame_paddr(f);
}

/* The entry for va at level, with the tables above it; null when a table is missing and there is no
 * memory. */
static u64 *entry_of(u64 va, u32 level)
{
	u64 table = kernel_root;
	for (u32 at = PT_LEVELS; at > level; at--) {
		u64 *entry = entry_in(table, pt_index(va, at));
		if (*entry == 0) {
			u64 fresh = table_new();
			if (fresh == 0)
				return nullptr;
			*entry = pte_kernel_link(fresh);
		}
		ASSERT(!pte_is_large(*entry));
		table = pte_paddr(*entry);
	}
	return entry_in(table, pt_index(va, level));
}

/* The leaf entry for va, whose tables exist: no memory is asked for. */
static u64 *leaf_entry(u64 va)
{
	u64 table = kernel_root;
	for (u32 at = PT_LEVELS; at > 1; at--) {
		u64 entry = *entry_in(table, pt_index(va, at));
		ASSERT(entry != 0 && !pte_is_large(entry));
		table = pte_paddr(entry);
	}
	return entry_in(table, pt_index(va, 1));
}

static void map_boot(u64 va, u64 paddr, u32 level, enum kernel_use use)
{
	u64 *entry = entry_of(va, level);
	ASSERT(entry != nullptr && *entry == 0);
	*entry = pte_kernel(paddr, level, use);
}

void paging_back_boot(u64 va, u64 len)
{
	for (u64 at = va; at < va + len;) {
		bool large = at % LARGE_SIZE == 0 && va + len - at >= LARGE_SIZE;
		if (!large) {
			map_boot(at, boot_page_alloc(1), 1, KERNEL_DATA);
			at += PAGE_SIZE;
			continue;
		}
		/* Whole large pages from the same run, when it happens to be aligned; else small
		 * ones. */
		u64 run = boot_page_alloc(LARGE_SIZE / PAGE_SIZE);
		if (run % LARGE_SIZE == 0) {
			map_boot(at, run, 2, KERNEL_DATA);
		} else {
			for (u64 off = 0; off < LARGE_SIZE; off += PAGE_SIZE)
				map_boot(at + off, run + off, 1, KERNEL_DATA);
		}
		at += LARGE_SIZE;
	}
}

/* ---- boot ---- */

/* One 2 MiB stretch of the physical map, page by page where something in it is left out. */
static void physmap_stretch(u64 start, const struct boot_info *info)
{
	u64 *entry = entry_of(PHYSMAP_BASE + start, 2);
	if (entry == nullptr || *entry != 0)
		return; /* two ranges share the stretch */
	bool has_image = start + LARGE_SIZE > info->kernel_start && start < info->kernel_end;
	if (!has_image && start >= PHYSMAP_START) {
		map_boot(PHYSMAP_BASE + start, start, 2, KERNEL_DATA);
		return;
	}
	/* A table is made even if the image fills the stretch: *entry tells that it was visited. */
	(void)entry_of(PHYSMAP_BASE + start, 1);
	for (u64 at = start; at < start + LARGE_SIZE; at += PAGE_SIZE) {
		bool is_image = at >= page_down(info->kernel_start) &&
				at < page_up(info->kernel_end);
		if (!is_image && at >= PHYSMAP_START)
			map_boot(PHYSMAP_BASE + at, at, 1, KERNEL_DATA);
	}
}

/* All RAM and firmware tables. */
static void physmap_init(const struct boot_info *info)
{
	for (u64 at = 0; at < PHYSMAP_LOW_END; at += LARGE_SIZE)
		physmap_stretch(at, info);
	for (u32 i = 0; i < info->range_count; i++) {
		const struct boot_range *r = &array_at(info->ranges, i);
		if (r->kind != BOOT_RAM && r->kind != BOOT_ACPI)
			continue;
		for (u64 at = r->start / LARGE_SIZE * LARGE_SIZE; at < r->end; at += LARGE_SIZE)
			physmap_stretch(at, info);
	}
}

static enum kernel_use image_use(u64 va)
{
	u64 text = address_of_(kernel_text_start), rodata = address_of_(kernel_text_end);
	if (va >= text && va < rodata)
		return KERNEL_TEXT;
	return va >= rodata && va < address_of_(kernel_rodata_end) ? KERNEL_CONSTANTS : KERNEL_DATA;
}

static void image_init(const struct boot_info *info)
{
	for (u64 at = page_down(info->kernel_start); at < page_up(info->kernel_end);
	     at += PAGE_SIZE)
		map_boot(kimage_base() + at, at, 1, image_use(kimage_base() + at));
}

/* Makes the tables that the top table leads to. */
static void growing_init(void)
{
	u32 shift = pt_shift(PT_LEVELS);
	for (u32 i = 0; i < array_len(growing); i++) {
		u64 start = array_at(growing, i).start,
		    last = start + array_at(growing, i).bytes - 1;
		for (u64 at = start >> shift; at <= last >> shift; at++)
			(void)entry_of(at << shift, PT_LEVELS - 1);
	}
}

/* Boot, one CPU: the new tables map the code, stack and data in use, and the physical map as boot
 * code did. */
void paging_init(const struct boot_info *info)
{
	arch_paging_prepare();
	kernel_root = boot_page_alloc(1);
	growing_init();
	physmap_init(info);
	image_init(info);
	kasan_map(info);
	arch_paging_enter(kernel_root);
}

void paging_frames_ready(void)
{
	booted = true;
}

u64 paging_kernel_root(void)
{
	return kernel_root;
}

void paging_fill_root(u64 table)
{
	for (u32 i = PT_USER_ROOT_ENTRIES; i < PT_ENTRIES; i++)
		*entry_in(table, i) = *entry_in(kernel_root, i);
}

/* ---- single pages and devices ---- */

err_t paging_map_page(u64 va, u64 paddr)
{
	GUARD(kernel_tables, &tables_lock);
	u64 *entry = entry_of(va, 1);
	if (entry == nullptr)
		return ERR_NOMEM;
	ASSERT(*entry == 0);
	*entry = pte_kernel(paddr, 1, KERNEL_DATA);
	tlb_note_new(va);
	return OK;
}

u64 paging_clear_page(u64 va)
{
	GUARD(kernel_tables, &tables_lock);
	u64 *entry = leaf_entry(va);
	ASSERT(*entry != 0);
	u64 paddr = pte_paddr(*entry);
	*entry = 0;
	return paddr;
}

void paging_forget(u64 va, u64 len)
{
	tlb_forget_range(0, va, va + len);
	u64 others = cpus_others();
	if (others != 0)
		arch_tlb_forget_others(others, 0, va, va + len);
}

u64 paging_unmap_page(u64 va)
{
	u64 paddr = paging_clear_page(va);
	paging_forget(va, PAGE_SIZE);
	return paddr;
}

struct mmio kernel_map_mmio(u64 paddr, u64 len)
{
	u64 first = page_down(paddr), end = page_up(paddr + len);
	GUARD(kernel_tables, &tables_lock);
	u64 va = mmio_next;
	if (len == 0 || end <= first || end - first > MMIO_BASE + MMIO_BYTES - va)
		panic("no room to map device registers");
	mmio_next += end - first + PAGE_SIZE;
	for (u64 at = first; at < end; at += PAGE_SIZE) {
		u64 *entry = entry_of(va + (at - first), 1);
		if (entry == nullptr)
			panic("no memory to map device registers");
		*entry = pte_kernel(at, 1, KERNEL_DEVICE);
		tlb_note_new(va + (at - first));
	}
	return (struct mmio){ va + (paddr - first) };
}
