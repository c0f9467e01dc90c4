/* SPDX-License-Identifier: MPL-2.0 */
/* paging_test - guard pages and switches that are this CPU's own; the tables are walked by
 * mm/paging_test.c. */
#include "mm/paging_test.h"

#include <osxtd/ktest.h>

#include "arch/x86_64/cpu_area.h"
#include "arch/x86_64/regs.h"

KTEST(paging, interrupt_stacks_have_guards)
{
	for (u32 ist = 0; ist < IST_COUNT; ist++) {
		u64 end = cpu_ist_end(cpu_area(), ist);
		EXPECT(paging_test_is_mapped(end - IST_SIZE));
		EXPECT(!paging_test_is_mapped(end - IST_SIZE - PAGE_SIZE));
	}
}

KTEST(paging, the_cpus_protections_are_on)
{
	u64 cr4 = cr4_read();
	EXPECT((cr0_read() & CR0_WP) != 0);
	EXPECT(cpu_features.nx && (msr_read(MSR_EFER) & EFER_NXE) != 0);
	EXPECT_EQ((cr4 & CR4_SMEP) != 0, cpu_features.smep);
	EXPECT_EQ((cr4 & CR4_SMAP) != 0, cpu_features.smap);
	EXPECT_EQ((cr4 & CR4_UMIP) != 0, cpu_features.umip);
}
