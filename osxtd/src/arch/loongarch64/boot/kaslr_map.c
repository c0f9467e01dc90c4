/* SPDX-License-Identifier: MPL-2.0 */
/* kaslr_map - the image's second place in the boot tables. */
#include "mm/pte.h"

#include "kaslr.h"

extern u64 shared early_pd_high[1024] OWNER(boot); /* KASLR_AREA on, 2 MiB each */

void kaslr_map(u64 slide, u64 size)
{
	for (u64 at = 0; at < size; at += KASLR_STEP)
		array_at(early_pd_high, (slide + at) / KASLR_STEP) = at | PTE_KERNEL_WRITE |
								     PTE_LARGE;
	UNSAFE("1. the entries written lead nowhere in use; 2. that nothing was there is forgotten")
	{
		__asm__ volatile("invtlb 0, $zero, $zero" ::: "memory");
	}
}
