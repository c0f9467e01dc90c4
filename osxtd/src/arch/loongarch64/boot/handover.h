/* SPDX-License-Identifier: MPL-2.0 */
/*
 * handover - what a loader leaves in memory, read into boot_info and platform; private to boot
 * code.
 *
 * All of it is foreign and lies in memory that mm_init will hand out: everything is copied, each
 * length is checked against its container, and each loop ends with the container.  A handover in
 * which nothing sound is found leaves boot_info without ranges, which arch_boot refuses.
 *
 *   Context:  before kaslr_move, at the addresses that the image was linked for; nothing stored may
 *             hold an address of the image.
 *   Spec:     Linux Documentation/arch/loongarch/booting.rst.
 */
#pragma once
#include "boot_read.h"

struct platform;

/* Devices of the device tree in blob; memory too, when nothing told of it yet. */
void handover_device_tree(struct boot_info *b, struct platform *p, struct cspan blob);

/* acpi.c: devices as ACPI describes them, when there is no device tree; before mm_init. */
void handover_acpi(struct platform *p, u64 rsdp);

/* Called by entry.S with the registers that the loader left: fills boot_info and platform. */
void handover_read(u64 is_efi, u64 command_line, u64 system_table);
/* Chance for the stack guard, until arch_random gives it out. */
u64 handover_seed(void);
