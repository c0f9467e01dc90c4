/* SPDX-License-Identifier: MPL-2.0 */
/*
 * handover - what a loader leaves in memory, read into boot_info; private to boot code.
 *
 * All of it is foreign and lies in memory that mm_init will hand out: everything is copied, each
 * length is checked against its container, and each loop ends with the container.  A reader that
 * finds nothing sound leaves boot_info without ranges, which arch_boot refuses.
 *
 *   Context:  before kaslr_move, at the addresses that the image was linked for; nothing stored may
 *             hold an address of the image.
 */
#pragma once
#include "boot_read.h"
#include "protocols.h"

/* Ranges of an e820 type, which the memory maps of the three protocols share. */
void handover_add_range(struct boot_info *b, u64 start, u64 length, u64 e820_type);
/* Each reads what lies at a physical address.
 * Spec:  Xen public/arch-x86/hvm/start_info.h (version 0 has no memory map: refused). */
void pvh_read(struct boot_info *b, u64 address);
/* Spec:  Linux Documentation/arch/x86/boot.rst and zero-page.rst. */
void linux_read(struct boot_info *b, u64 address);
/* Spec:  Multiboot2 2.0, 3.6. */
void multiboot2_read(struct boot_info *b, u64 address);

/* Called by entry.S: fills boot_info from what the loader of this protocol left at address. */
void handover_read(u64 address, u32 protocol);
