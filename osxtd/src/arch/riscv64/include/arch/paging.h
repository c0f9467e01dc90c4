/* SPDX-License-Identifier: MPL-2.0 */
/*
 * paging - the kernel's half of every address space on riscv64, and what boot code and mm/ expect
 * of each other.
 *
 * One layout for Sv48 and Sv39: all of it lies in the top 256 GiB, which is the kernel's half in
 * Sv39, so that the areas are constants whatever the CPU has.
 *
 *   0xffffffc000000000  PHYSMAP_BASE   all RAM (as far as 160 GiB) and the firmware's tables,
 * writable, never executable; the pages of the kernel's image are left out: it has one mapping only
 * (W^X)
 *   0xffffffe800000000  MMIO_BASE      device registers, uncached
 *   0xffffffec00000000  KSTACK_BASE    kernel stacks between guard pages
 *   0xfffffff400000000  FRAME_BASE     the slots of the physical pages, mapped where there is RAM
 *   0xfffffff700000000                 shadow of the 256 GiB (debug builds)
 *   0xffffffff00000000  KIMAGE_BASE    the kernel's image at its physical address plus
 * kimage_base(): KIMAGE_BASE and a random offset (kaslr.c)
 */
#pragma once
#include <osxtd/base.h>

enum : u64 {
	PHYSMAP_BASE = 0xffffffc000000000,
	MMIO_BASE = 0xffffffe800000000,
	MMIO_BYTES = 8ull << 30,
	KSTACK_BASE = 0xffffffec00000000,
	KSTACK_BYTES = 32ull << 30,
	FRAME_BASE = 0xfffffff400000000,
	KASAN_SHADOW_OFFSET = 0xdfffffff00000000,
	KIMAGE_BASE = 0xffffffff00000000,
	KASLR_AREA = 0xffffffff80000000, /* 2 GiB: where the image may be put */
	PHYSMAP_LOW_END = 0,
	PHYSMAP_START = 0,
	BOOT_PHYSMAP_SIZE = 160ull << 30,
};
