/* SPDX-License-Identifier: MPL-2.0 */
/* cpuinfo - /proc/cpuinfo on riscv64. */
#include "arch/cpuinfo.h"

#include <osxtd/vmspace.h>

/* The user half is that of 48 bits of address or of 39. */
static struct str mmu_name(void)
{
	return VMSPACE_HIGH == 1ull << 47 ? STR("sv48") : STR("sv39");
}

void arch_cpuinfo_show(u32 cpu, const struct cpu_info *c, struct text *t)
{
	struct str isa = str_until_nul(cspan_of(c->model_name));
	FMT(t, "processor\t: {}\nhart\t\t: {}\nisa\t\t: {}\nmmu\t\t: {}\n", cpu, cpu, isa,
	    mmu_name());
	FMT(t, "mvendorid\t: 0x{x}\nmarchid\t\t: 0x{x}\nmimpid\t\t: 0x{x}\nhart isa\t: {}\n\n",
	    c->vendor_id, c->arch_id, c->implementation_id, isa);
}
