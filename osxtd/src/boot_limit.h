/* SPDX-License-Identifier: MPL-2.0 */
/* boot_limit - `mem=SIZE` of the command line: RAM at and above SIZE stays unused. */
#pragma once
#include "boot_info.h"

/* SIZE as Linux writes it: a number, 0x too, with K, M, G or T behind it. */
[[nodiscard]] bool boot_parse_size(struct str text, u64 *bytes);
/*
 * Makes RAM from limit on reserved, but for the pages of the initrd.  False, and nothing changed,
 * when the kernel itself would not fit below it.
 */
[[nodiscard]] bool boot_limit_memory(struct boot_info *b, u64 limit);
/* Applies mem=; a bad value is reported and ignored.  Before mm_init. */
void boot_apply_limit(void);
