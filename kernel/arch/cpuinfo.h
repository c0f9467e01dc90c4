/* SPDX-License-Identifier: MPL-2.0 */
/* cpuinfo - the block of /proc/cpuinfo for one CPU, whose keys each architecture has of its own. */
#pragma once
#include <osxtd/boot.h>
#include <osxtd/fmt.h>

void arch_cpuinfo_show(u32 cpu, const struct cpu_info *c, struct text *t);
