// SPDX-License-Identifier: MPL-2.0
/* mm_init - the order in which memory comes up. */
#include "debug/kasan.h"
#include "mm/boot_mem.h"
#include "mm/frames.h"
#include "mm/pool.h"

void mm_init(const struct boot_info *info)
{
	page_init();
	pool_init();
	boot_mem_init(info);
	paging_init(info);
	kasan_init();
	frames_init(info);
	paging_frames_ready();
}
