/* SPDX-License-Identifier: MPL-2.0 */
/* paging_test - switches that are this CPU's own; the tables are walked by mm/paging_test.c. */
#include "mm/pte.h"
#include <osxtd/ktest.h>

KTEST(paging, the_cpus_protections_are_on)
{
	enum : u64 { SUM = 1 << 18, MXR = 1 << 19 };
	u64 status = 0, satp = 0;
	UNSAFE("1. both registers are only read, which changes nothing")
	{
		__asm__ volatile("csrr %0, sstatus; csrr %1, satp" : "=r"(status), "=r"(satp));
	}
	EXPECT_EQ(status & (SUM | MXR), 0);
	enum : u64 { MODE_SV39 = 8, MODE_SV48 = 9 };
	u64 mode = satp >> 60;
	EXPECT(mode == MODE_SV39 || mode == MODE_SV48);
	EXPECT_EQ(PT_LEVELS, mode == MODE_SV39 ? 3 : 4);
	EXPECT_EQ(VMSPACE_HIGH, 1ull << (mode == MODE_SV39 ? 38 : 47));
	EXPECT_EQ(satp & 0xfffffffffff, root_loaded() >> PAGE_SHIFT);
}
