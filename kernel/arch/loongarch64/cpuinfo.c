/* SPDX-License-Identifier: MPL-2.0 */
/* cpuinfo - /proc/cpuinfo on loongarch64. */
#include "arch/cpuinfo.h"

#include <osxtd/user_ctx.h>

enum : u64 { HZ_PER_MHZ = 1000000 };

void arch_cpuinfo_show(u32 cpu, const struct cpu_info *c, struct text *t)
{
	static const struct {
		u64 bit;
		struct str name;
	} features[] = { { HWCAP_CPUCFG, STR(" cpucfg") }, { HWCAP_LAM, STR(" lam") },
			 { HWCAP_UAL, STR(" ual") },	   { HWCAP_FPU, STR(" fpu") },
			 { HWCAP_LSX, STR(" lsx") },	   { HWCAP_LASX, STR(" lasx") },
			 { HWCAP_CRC32, STR(" crc32") } };
	if (cpu == 0)
		text_put(t, STR("system type\t\t: generic-loongson-machine\n\n"));
	FMT(t, "processor\t\t: {}\npackage\t\t\t: 0\ncore\t\t\t: {}\nglobal_id\t\t: {}\n", cpu, cpu,
	    cpu);
	FMT(t, "CPU Family\t\t: Loongson-64bit\nModel Name\t\t: {}\nCPU MHz\t\t\t: {}.00\n",
	    str_until_nul(cspan_of(c->model_name)), c->frequency_hz / HZ_PER_MHZ);
	text_put(t, STR("Address Sizes\t\t: 48 bits physical, 48 bits virtual\nISA\t\t\t: "
			"loongarch32r loongarch32s loongarch64\nFeatures\t\t:"));
	for (u32 i = 0; i < array_len(features); i++) {
		if ((user_hwcap() & array_at(features, i).bit) != 0)
			text_put(t, array_at(features, i).name);
	}
	text_put(t, STR("\n\n"));
}
