/* SPDX-License-Identifier: MPL-2.0 */
/*
 * boot_mem - physical memory before there is an allocator: which RAM is free, and pages off the top
 * of the largest piece.
 *
 *   Context:  boot CPU only, before frames_init ends.
 */
#pragma once
#include "boot_info.h"

struct phys_range {
	u64 start, end; /* page aligned */
};

/* RAM without page 0, the kernel's image and the initrd. */
void boot_mem_init(const struct boot_info *info);
/* No more boot_page_alloc from here on. */
void boot_mem_close(void);
/* The i-th free range, without what boot_page_alloc took; false behind the last one. */
bool boot_free_range(u32 i, struct phys_range *out);
