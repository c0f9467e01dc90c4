/* SPDX-License-Identifier: MPL-2.0 */
/* fdt_memory - the memory map in a device tree.
 * Spec: Devicetree Specification 0.4, 3.4 (memory), 3.5 (reserved-memory), 5.3 (reservations). */
#pragma once
#include "boot_info.h"
#include "fdt/fdt.h"

/* Adds RAM and what of it is reserved; boot_ranges_separate is the caller's. */
void fdt_read_memory(const struct fdt *f, struct boot_info *b);
