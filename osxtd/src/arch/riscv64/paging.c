/* SPDX-License-Identifier: MPL-2.0 */
/* paging - see mm/paging.h. */
#include "mm/paging.h"

#include "mm/pte.h"

#include "arch/riscv64/platform.h"

void arch_paging_prepare(void) {}

/* The console's registers were reached through the boot tables. */
void arch_paging_enter(u64 root)
{
	struct mmio port = console_map();
	root_load(root);
	console_move(port);
}
