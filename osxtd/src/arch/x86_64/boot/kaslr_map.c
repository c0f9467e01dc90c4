/* SPDX-License-Identifier: MPL-2.0 */
/* kaslr_map - the image's second place in the boot tables. */
#include <osxtd/cpu.h>

#include "kaslr.h"

enum : u64 { LARGE_PAGE = 0x83 };

extern u64 shared early_pd_high[1024] OWNER(boot); /* KASLR_AREA on, 2 MiB each */

void kaslr_map(u64 slide, u64 size)
{
	for (u64 at = 0; at < size; at += KASLR_STEP)
		array_at(early_pd_high, (slide + at) / KASLR_STEP) = at | LARGE_PAGE;
	u64 root = 0;
	UNSAFE("1. the entries written lead nowhere in use; 2. the same root is loaded again")
	{
		__asm__ volatile("movq %%cr3, %0; movq %0, %%cr3" : "=r"(root)::"memory");
	}
}
