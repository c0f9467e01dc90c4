/* SPDX-License-Identifier: MPL-2.0 */
/* paging - see mm/paging.h. */
#include "mm/paging.h"

#include <arch/page.h>
#include "mm/pte.h"

#include "arch/x86_64/regs.h"

bool shared page_has_vectors OWNER(boot);

void page_init(void)
{
	enum : u64 { SSE = 2, AVX = 4 };
	page_has_vectors = (cpu_features.xcr0 & (SSE | AVX)) == (SSE | AVX);
}

void arch_paging_prepare(void) {}

void arch_paging_enter(u64 root)
{
	root_load(root);
}
