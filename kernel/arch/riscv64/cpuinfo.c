/* SPDX-License-Identifier: MPL-2.0 */
/* cpuinfo - /proc/cpuinfo on riscv64. */
#include "arch/cpuinfo.h"

void arch_cpuinfo_show(u32 cpu, const struct cpu_info *, struct text *t)
{
	FMT(t, "processor\t: {}\nhart\t\t: {}\n", cpu, cpu);
	/* What every CPU that Debian's programs run on has; they ask the kernel for no more. */
	text_put(t, STR("isa\t\t: rv64imafdc_zicsr_zifencei\nmmu\t\t: sv48\n\n"));
}
