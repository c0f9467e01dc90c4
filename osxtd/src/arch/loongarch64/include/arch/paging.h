/* SPDX-License-Identifier: MPL-2.0 */
/*
 * paging - the kernel's half of every address space on loongarch64.
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
 * Page 0 of RAM is the table behind every absent entry: the refill walks on through zero entries,
 * and finds zeroes there for ever.  paging_init clears it; nothing else maps or uses it.
 */
#pragma once
#include <osxtd/base.h>

enum : u64 {
	PHYSMAP_BASE = 0xffff888000000000,
	MMIO_BASE = 0xffffc90000000000,
	MMIO_BYTES = 1ull << 39,
	KSTACK_BASE = 0xffffd00000000000,
	KSTACK_BYTES = 1ull << 39,
	FRAME_BASE = 0xffffea0000000000,
	KIMAGE_BASE = 0xffffffff80000000,
	KASLR_AREA = KIMAGE_BASE, /* 2 GiB: where the image may be put */
	PHYSMAP_LOW_END = 0,
	PHYSMAP_START = 0x1000, /* page 0 stays out */
	BOOT_PHYSMAP_SIZE = 4ull << 30,
	KASAN_SHADOW_OFFSET = 0xdffffc0000000000, /* the shadow: 0xffffec0000000000 on */
};

/*
 * A page fault at va that the tables do not justify: notes the access in the entry (the CPU keeps
 * no accessed and dirty bits of its own) and forgets what the CPU remembered of it.  True when the
 * access (enum vm_access) can now be tried again; false when somebody must be asked.
 *
 *   Context:  trap handlers, interrupts off.
 */
bool paging_note_access(u64 va, u32 access, bool is_user);
