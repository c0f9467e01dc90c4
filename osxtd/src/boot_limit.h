/* SPDX-License-Identifier: MPL-2.0 */
/* boot_limit - RAM that stays unused: what has no room in the physical map, and by `mem=SIZE` of
 * the command line what stands at and above SIZE. */
#pragma once
#include "boot_info.h"

/* SIZE as Linux writes it: a number, 0x too, with K, M, G or T behind it. */
[[nodiscard]] bool boot_parse_size(struct str text, u64 *bytes);
/*
 * Makes RAM from limit on reserved, but for the pages of the initrd.  False, and nothing changed,
 * when the kernel itself would not fit below it.
 */
[[nodiscard]] bool boot_limit_memory(struct boot_info *b, u64 limit);
/* Ends RAM and firmware's tables at end; ranges behind it become empty.  Returns the bytes lost. */
u64 boot_cut_memory(struct boot_info *b, u64 end);
/* Applies both limits; a bad value of mem= is reported and ignored.  Before mm_init. */
void boot_apply_limit(void);
