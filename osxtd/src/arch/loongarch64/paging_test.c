/* SPDX-License-Identifier: MPL-2.0 */
/* paging_test - guard pages, switches and bits that are this CPU's own; the tables are walked by
 * mm/paging_test.c. */
#include "mm/paging_test.h"

#include "mm/pte.h"
#include "mmio.h"
#include <osxtd/ktest.h>

#include "arch/loongarch64/cpu_area.h"
#include "arch/loongarch64/regs.h"

KTEST(paging, the_emergency_stack_has_a_guard)
{
	u64 emergency = CPU_LOCAL_->emergency_sp - EMERGENCY_STACK_SIZE;
	EXPECT(paging_test_is_mapped(emergency));
	EXPECT(!paging_test_is_mapped(emergency - PAGE_SIZE));
}

KTEST(paging, the_cpus_protections_are_on)
{
	enum : u64 { PAGING_ON = 1 << 4, DIRECT = 1 << 3, WINDOWS = 4 };
	const u64 windows[WINDOWS] = { csr_read(CSR_DMW0), csr_read(CSR_DMW1), csr_read(CSR_DMW2),
				       csr_read(CSR_DMW3) };
	for (u32 i = 0; i < WINDOWS; i++)
		EXPECT_EQ(array_at(windows, i), 0); /* they would map all memory, executable */
	EXPECT_EQ(csr_read(CSR_CRMD) & (PAGING_ON | DIRECT), PAGING_ON);
	EXPECT_EQ(csr_read(CSR_PGDH), paging_kernel_root());
	EXPECT_EQ(csr_read(CSR_TLBRENTRY) & (PAGE_SIZE - 1), 0);
}

KTEST(paging, page_0_is_a_table_of_nothing)
{
	const struct mmio window = { 0x8000000000000000 };
	u64 sum = 0, flags = irq_save();
	csr_write(CSR_DMW0, 0x8000000000000001);
	for (u32 at = 0; at < PAGE_SIZE; at += 4)
		sum |= mmio_read32(window, at);
	csr_write(CSR_DMW0, 0);
	irq_restore(flags);
	EXPECT_EQ(sum, 0);
}

/* ---- the bits that the CPU does not keep ---- */

KTEST(pte, the_cpus_bits_follow_from_ours)
{
	u64 fresh = pte_leaf(0x1000, VM_READ | VM_WRITE, true);
	EXPECT_EQ(fresh & (PTE_VALID | PTE_STORE), PTE_VALID | PTE_STORE);
	EXPECT_EQ(pte_write_protect(fresh) & (PTE_VALID | PTE_STORE), PTE_VALID);
	EXPECT(pte_is_dirty(pte_write_protect(fresh)));
	EXPECT_EQ(pte_clear_used(fresh) & (PTE_VALID | PTE_STORE), 0);
	EXPECT(pte_is_present(pte_clear_used(fresh)) && pte_is_writable(pte_clear_used(fresh)));
	u64 none = pte_reprotect(fresh, VM_NONE);
	EXPECT_EQ(none & (PTE_VALID | PTE_STORE | PTE_WRITE | PTE_PRESENT), 0);
	EXPECT(none != 0 && pte_paddr(none) == 0x1000 && pte_is_dirty(none));
	EXPECT_EQ(pte_reprotect(none, VM_READ) & (PTE_VALID | PTE_STORE), PTE_VALID);
	EXPECT((pte_leaf(0x1000, VM_READ, false) & PTE_NO_EXEC) != 0);
	EXPECT_EQ(pte_leaf(0x1000, VM_READ | VM_EXEC, false) & PTE_NO_EXEC, 0);
}
