/* SPDX-License-Identifier: MPL-2.0 */
/* paging - see mm/paging.h and arch/paging.h. */
#include "mm/paging.h"

#include <arch/page.h>
#include "mm/pte.h"

#include "arch/loongarch64/regs.h"
#include "mm/frames.h"

/* ---- boot ---- */

/* boot_mem keeps page 0 from everybody; what the loader left there was read. */
void arch_paging_prepare(void)
{
	words_zero(phys_to_virt(0), PAGE_SIZE / 8);
}

/* Both halves of the CPU's view are root from here on, and nothing of the tables before is
 * remembered. */
void arch_paging_enter(u64 root)
{
	csr_write(CSR_PGDH, root);
	root_load(root);
	UNSAFE("1. a translation that is forgotten is read again from the tables")
	{
		__asm__ volatile("invtlb 0, $zero, $zero" ::: "memory");
	}
}

static u64 *table_entry(u64 table, u64 va, u32 level)
{
	UNSAFE("1. tables are RAM, mapped at PHYSMAP_BASE; 2. an index is below PT_ENTRIES")
	return &((u64 *)phys_to_virt(table))[pt_index(va, level)];
}

/* ---- faults without cause ---- */

/* The leaf entry for va under root, null when there is none. */
static u64 *leaf_find(u64 root, u64 va)
{
	u64 table = root;
	for (u32 at = PT_LEVELS; at > 1; at--) {
		u64 entry = *table_entry(table, va, at);
		if (entry == 0 || pte_is_large(entry))
			return nullptr;
		table = pte_paddr(entry);
	}
	return table_entry(table, va, 1);
}

static bool is_allowed(u64 pte, u32 access, bool is_user)
{
	if (!pte_is_present(pte) || (is_user && (pte & PTE_USER) == 0))
		return false;
	if (access == VM_ACCESS_WRITE)
		return pte_is_writable(pte);
	return access != VM_ACCESS_EXEC || (pte & PTE_NO_EXEC) == 0;
}

bool paging_note_access(u64 va, u32 access, bool is_user)
{
	enum : u64 { CANONICAL_SHIFT = 47 };
	u64 top = va >> CANONICAL_SHIFT;
	if (top != 0 && top != UINT64_MAX >> CANONICAL_SHIFT)
		return false;
	tlb_forget_page(va);
	u64 *entry = leaf_find(top == 0 ? root_loaded() : paging_kernel_root(), va);
	if (entry == nullptr)
		return false;
	u64 seen = __atomic_load_n(entry, __ATOMIC_RELAXED), used = 0;
	do {
		if (!is_allowed(seen, access, is_user))
			return false;
		used = seen | PTE_ACCESSED | (access == VM_ACCESS_WRITE ? (u64)PTE_DIRTY : 0);
	} while (!pte_exchange(entry, &seen, pte_for_cpu(used)));
	return true;
}
