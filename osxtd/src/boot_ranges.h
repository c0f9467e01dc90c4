/* SPDX-License-Identifier: MPL-2.0 */
/* boot_ranges - a memory map of foreign origin made into boot_info's: sorted, apart, RAM in whole
 * pages. */
#pragma once
#include "boot_info.h"

/* Adds start … start+length-1.  What wraps around or is empty is left out, and so is what no longer
 * fits the table. */
void boot_range_add(struct boot_info *b, u64 start, u64 length, enum boot_range_kind kind);
/* Takes overlaps apart, after the last range was added: RAM gives way to everything else. */
void boot_ranges_separate(struct boot_info *b);
