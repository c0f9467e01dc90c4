/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tables - what EFI firmware, or the image's stub, or a loader that behaves like them, left in the
 * EFI system table, read into boot_info.
 *
 * All of it is foreign: see boot_read.h.
 *
 *   Context:  boot code before mm_init, also before kaslr_move.
 *   Spec:     UEFI 2.10, 4.3 (system table), 4.6 (configuration table), 7.2.3 (memory map); Linux
 * include/linux/efi.h (linux_efi_initrd, efi_boot_memmap).
 */
#pragma once
#include "boot_read.h"

/*
 * Reads the system table at a physical address: the initial archive, ACPI's root, the memory map
 * (boot_ranges_separate is the caller's), and whether there is firmware behind the table
 * (b->is_efi).  Returns the physical address of the device tree in *tree, which stays what it is
 * when there is none.  False when there is no system table.
 */
bool efi_read_tables(struct boot_info *b, u64 system_table, u64 *tree);
