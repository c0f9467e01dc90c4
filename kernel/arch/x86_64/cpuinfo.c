/* SPDX-License-Identifier: MPL-2.0 */
/* cpuinfo - /proc/cpuinfo on x86_64. */
#include "arch/cpuinfo.h"

#include <osxtd/cpu.h>

enum : u64 { HZ_PER_MHZ = 1000000 };

void arch_cpuinfo_show(u32 cpu, const struct cpu_info *c, struct text *t)
{
	struct str vendor = str_until_nul(cspan_of(c->vendor));
	struct str model_name = str_until_nul(cspan_of(c->model_name));
	u64 mhz = c->frequency_hz / HZ_PER_MHZ, thousandths = c->frequency_hz % HZ_PER_MHZ / 1000;
	FMT(t,
	    "processor\t: {}\nvendor_id\t: {}\ncpu family\t: {}\nmodel\t\t: {}\nmodel name\t: {}\n",
	    cpu, vendor, c->family, c->model, model_name);
	FMT(t, "stepping\t: {}\ncpu MHz\t\t: {}.{03}\ncache size\t: {} KB\n", c->stepping, mhz,
	    thousandths, c->cache_kib);
	FMT(t, "physical id\t: 0\nsiblings\t: {}\ncore id\t\t: {}\ncpu cores\t: {}\n", cpu_count(),
	    cpu, cpu_count());
	text_put(t, STR("fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: 13\nwp\t\t: yes\n"));
	/* What every x86_64 has; programs ask the CPU itself for more. */
	text_put(t, STR("flags\t\t: fpu de pse tsc msr pae mce cx8 apic sep pge cmov pat clflush "
			"mmx fxsr sse sse2 "
			"syscall nx lm\n"));
	FMT(t, "bogomips\t: {}.{02}\nclflush size\t: 64\ncache_alignment\t: 64\n", mhz * 2,
	    thousandths * 2 / 10 % 100);
	text_put(t,
		 STR("address sizes\t: 40 bits physical, 48 bits virtual\npower management:\n\n"));
}
