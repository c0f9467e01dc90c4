/* SPDX-License-Identifier: MPL-2.0 */
/*
 * paging - the kernel's half of every address space on loongarch64, and what boot code and mm/
 * expect of each other.
 *
 *   0xffff888000000000  PHYSMAP_BASE   all RAM and the firmware's tables, writable, never
 * executable; the pages of the kernel's image are left out: it has one mapping only (W^X)
 *   0xffffc90000000000  MMIO_BASE      device registers, uncached
 *   0xffffd00000000000  KSTACK_BASE    kernel stacks between guard pages
 *   0xffffea0000000000  FRAME_BASE     the slots of the physical pages, mapped where there is RAM
 *   0xffffffff80000000  KIMAGE_BASE    the kernel's image at its physical address plus
 * kimage_base(): KIMAGE_BASE and a random offset (kaslr.c)
 *
 * No direct mapping window is open when paging_init has ended: everything goes through tables.
 *
 * Boot code enters mm_init with tables of its own that map the image at kimage_base() and the first
 * 4 GiB of physical memory, writable, at PHYSMAP_BASE.  mm_init replaces them: afterwards nothing
 * is mapped in the user half.
 *
 * Page 0 of RAM is the table behind every absent entry: the refill walks on through zero entries,
 * and finds zeroes there for ever.  paging_init clears it; nothing else maps or uses it.
 *
 * The linker script provides, page aligned and in this order, kernel_text_start, kernel_text_end (=
 * the read-only data with all tables), kernel_rodata_end (= .data and .bss) and kernel_end.
 */
#pragma once
#include <arch/mmio.h>
#include <osxtd/base.h>

enum : u64 {
	PHYSMAP_BASE = 0xffff888000000000,
	MMIO_BASE = 0xffffc90000000000,
	KSTACK_BASE = 0xffffd00000000000,
	FRAME_BASE = 0xffffea0000000000,
	KIMAGE_BASE = 0xffffffff80000000,
	KASLR_AREA = KIMAGE_BASE, /* 2 GiB: where the image may be put */
	BOOT_PHYSMAP_SIZE = 4ull << 30,
};

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
/* Removes the mapping on this CPU and returns what was there. */
u64 paging_unmap_page(u64 va);

/* The frame allocator works: tables come from it now. */
void paging_frames_ready(void);

/* Physical address of the kernel's own top table (no user half). */
u64 paging_kernel_root(void);
/* Copies the kernel's entries into a new, zeroed top table. */
void paging_fill_root(u64 table);

/*
 * A page fault at va that the tables do not justify: notes the access in the entry (the CPU keeps
 * no accessed and dirty bits of its own) and forgets what the CPU remembered of it.  True when the
 * access (enum vm_access) can now be tried again; false when somebody must be asked.
 *
 *   Context:  trap handlers, interrupts off.
 */
bool paging_note_access(u64 va, u32 access, bool is_user);
