/* SPDX-License-Identifier: MPL-2.0 */
/*
 * paging - the kernel's half of every address space, in the areas that <arch/paging.h> names: the
 * physical map (all RAM and the firmware's tables, never executable), the image with W^X, device
 * registers, kernel stacks, the slots of the pages.  The pages of the image are left out of the
 * physical map: they have one mapping only.
 *
 * KASAN_SHADOW_OFFSET, which the flags of debug builds repeat (tools/meson), puts the shadow of the
 * kernel's half where no area is.
 *
 * Boot code enters mm_init with tables of its own that map the image at kimage_base() and the first
 * BOOT_PHYSMAP_SIZE of physical memory, writable, at PHYSMAP_BASE.  mm_init replaces them:
 * afterwards nothing is mapped in the user half.
 *
 * The linker script provides, page aligned and in this order, kernel_text_start, kernel_text_end (=
 * the read-only data with all tables), kernel_rodata_end (= .data and .bss) and kernel_end.
 */
#pragma once
#include <arch/paging.h>
#include "mmio.h"

/*
 * <arch/paging.h> names the areas in this order, each on a multiple of 8 GiB but for the image's:
 * the shadow of two areas shares no entry of a table that leads to tables of leaves
 * (debug/kasan.h). RAM and firmware tables behind PHYSMAP_BYTES are not used.
 */
enum : u64 {
	PHYSMAP_BYTES = MMIO_BASE - PHYSMAP_BASE,
	FRAME_BYTES = PHYSMAP_BYTES / PAGE_SIZE * 64, /* a slot for each page */
	KIMAGE_BYTES = -KIMAGE_BASE
};
static_assert(PHYSMAP_BASE < MMIO_BASE && MMIO_BASE + MMIO_BYTES <= KSTACK_BASE);
static_assert(KSTACK_BASE + KSTACK_BYTES <= FRAME_BASE && FRAME_BASE + FRAME_BYTES <= KIMAGE_BASE);
static_assert(BOOT_PHYSMAP_SIZE <= PHYSMAP_BYTES);

extern u64 shared kernel_slide OWNER(boot); /* how far the image is from where it was linked */
ALWAYS_INLINE u64 kimage_base(void)
{
	return KIMAGE_BASE + kernel_slide;
}

extern const char kernel_text_start[], kernel_text_end[], kernel_rodata_end[], kernel_end[];

struct boot_info;
/* Physical pages for tables and slots before there is an allocator; zeroed. */
u64 boot_page_alloc(u64 count);

/* Builds the kernel's tables (physical map, image) and switches to them. */
void paging_init(const struct boot_info *info);
/* Maps zeroed boot pages at va … va+len (page aligned) where nothing is mapped yet. */
void paging_back_boot(u64 va, u64 len);

/* Device registers, uncached, mapped for ever; any alignment.  Panics when the area is exhausted
 * (boot time only). */
struct mmio kernel_map_mmio(u64 paddr, u64 len);

/* One kernel page; the tables above it come from the frame allocator.  ERR_NOMEM. */
err_t paging_map_page(u64 va, u64 paddr);
/* Removes the mapping and returns what was there, which CPUs reach until paging_forget. */
u64 paging_clear_page(u64 va);
/* Every CPU forgets the translations of va … va + len - 1. */
void paging_forget(u64 va, u64 len);
/* Both. */
u64 paging_unmap_page(u64 va);

/* The frame allocator works: tables come from it now. */
void paging_frames_ready(void);

/* Physical address of the kernel's own top table (no user half). */
u64 paging_kernel_root(void);
/* Copies the kernel's entries into a new, zeroed top table. */
void paging_fill_root(u64 table);

/* Architecture: makes root, which has all of the kernel's half, the tables in force; before it,
 * what the tables need beside. */
void arch_paging_prepare(void);
void arch_paging_enter(u64 root);
