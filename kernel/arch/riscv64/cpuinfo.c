/* SPDX-License-Identifier: MPL-2.0 */
/* cpuinfo - /proc/cpuinfo on riscv64. */
#include "arch/cpuinfo.h"

void arch_cpuinfo_show(u32 cpu, const struct cpu_info *c, struct text *t)
{
	struct str isa = str_until_nul(cspan_of(c->model_name));
	FMT(t, "processor\t: {}\nhart\t\t: {}\nisa\t\t: {}\nmmu\t\t: sv48\n", cpu, cpu, isa);
	FMT(t, "mvendorid\t: 0x{x}\nmarchid\t\t: 0x{x}\nmimpid\t\t: 0x{x}\nhart isa\t: {}\n\n",
	    c->vendor_id, c->arch_id, c->implementation_id, isa);
}
