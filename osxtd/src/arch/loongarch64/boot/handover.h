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
 *   Spec:     Linux Documentation/arch/loongarch/booting.rst; UEFI 2.10, 4.3 and 4.6.
 */
#pragma once
#include <osxtd/span.h>

#include "boot_info.h"

struct platform;

/* Physical memory below 4 GiB; empty when the range does not lie there. */
struct cspan boot_physical(u64 address, u64 length);
/* The little-endian number of up to 8 bytes at off; 0 when it is not all within s. */
u64 boot_number(struct cspan s, u64 off, u32 bytes);

/* Copies the string at a physical address (0 is one); what is too long for boot_info is cut. */
void handover_command_line(struct boot_info *b, u64 address);
/* The tables that the EFI system table lists: the device tree and the initial archive. */
void handover_system_table(struct boot_info *b, struct platform *p, u64 address);
/* Memory and devices of the device tree in blob. */
void handover_device_tree(struct boot_info *b, struct platform *p, struct cspan blob);

/* Called by entry.S with the registers that the loader left: fills boot_info and platform. */
void handover_read(u64 is_efi, u64 command_line, u64 system_table);
/* Chance for the stack guard, until arch_random gives it out. */
u64 handover_seed(void);

/*
 * Chooses where the kernel's image shall run, maps it there too, and changes all addresses that it
 * holds.  Returns how far it moves: 0 with `nokaslr`, or when the image has no table of its
 * addresses.
 *
 * Called by entry.S at the addresses that the image was linked for, which stay mapped until
 * paging_init; what was stored before it returns must not hold addresses.
 */
u64 kaslr_move(void);
