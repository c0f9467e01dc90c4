/* SPDX-License-Identifier: MPL-2.0 */
/*
 * paging - the kernel's half of every address space on x86_64.
 *
 *   0xffff888000000000  PHYSMAP_BASE   all RAM and the firmware's tables, writable, never
 * executable; the pages of the kernel's image are left out: it has one mapping only (W^X)
 *   0xffffc90000000000  MMIO_BASE      device registers, uncached
 *   0xffffd00000000000  KSTACK_BASE    kernel stacks between guard pages
 *   0xffffea0000000000  FRAME_BASE     the slots of the physical pages, mapped where there is RAM
 *   0xffffffff80000000  KIMAGE_BASE    the kernel's image at its physical address plus
 * kimage_base(): KIMAGE_BASE and a random offset (kaslr.c)
 *
 * CR0.WP, CR4.PGE and EFER.NXE are on, and patch_apply_smap ran, before mm_init.
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
	KASLR_AREA = KIMAGE_BASE,  /* 2 GiB: where the image may be put */
	PHYSMAP_LOW_END = 1 << 20, /* mapped whatever the map of memory says: firmware leaves its
				      anchors there */
	PHYSMAP_START = 0,
	BOOT_PHYSMAP_SIZE = 4ull << 30,
	KASAN_SHADOW_OFFSET = 0xdffffc0000000000, /* the shadow: 0xffffec0000000000 on */
};
