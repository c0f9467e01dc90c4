/* SPDX-License-Identifier: MPL-2.0 */
/* boot - what entry.S calls before arch_boot; private to boot code. */
#pragma once
#include <osxtd/span.h>

/* Draws the stack protector's guard from the tree at fdt, in which the firmware left random bytes,
 * and the clock. */
void boot_seed_guard(u64 fdt);
/* Fills boot_info and platform from the device tree and, if there is one, the EFI system table;
 * nothing stored is an address of the image. */
void boot_read(u64 hart, u64 fdt, u64 system_table, u64 command_line, bool by_image);
/* devices.c: what platform holds. */
struct fdt;
void devices_read(const struct fdt *f, u64 hart);
