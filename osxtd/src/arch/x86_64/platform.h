/* SPDX-License-Identifier: MPL-2.0 */
/* platform - the pieces of boot that have no header of their own; private to the architecture. */
#pragma once
#include <osxtd/base.h>

/* Maps the registers that switch off and reset; after mm_init. */
void power_init(void);
/* Fills boot_info with the CPUs there are; the local APIC works, before mm_init. */
void smp_find_cpus(void);
/* What entry code calls; start_info is physical. */
[[noreturn]] void arch_boot(void);
