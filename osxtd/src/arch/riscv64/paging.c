/* SPDX-License-Identifier: MPL-2.0 */
/* paging - see mm/paging.h. */
#include "mm/paging.h"

#include "mm/pte.h"

#include "arch/riscv64/platform.h"

u32 shared paging_levels;
u64 shared vmspace_high;

void arch_paging_prepare(void)
{
	/* Half of what the tables span; the other is the kernel's. */
	vmspace_high = 1ull << (pt_shift(PT_LEVELS) + 8);
}

/* The console's registers were reached through the boot tables. */
void arch_paging_enter(u64 root)
{
	struct mmio port = console_map();
	root_load(root);
	console_move(port);
}
