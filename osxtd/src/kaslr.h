/* SPDX-License-Identifier: MPL-2.0 */
/* kaslr - the kernel's image at a random place; private to boot code. */
#pragma once
#include "mm/paging.h"

enum : u64 { KASLR_STEP = 2 << 20 };

/*
 * Chooses where the kernel's image shall run, maps it there too, and changes all addresses that it
 * holds.  Returns how far it moves: 0 with `nokaslr`, or when the image has no table of its
 * addresses.
 *
 * Called by entry code at the addresses that the image was linked for, which stay mapped until
 * paging_init; what was stored before it returns must not hold addresses.
 */
u64 kaslr_move(void);

/*
 * Architecture: maps what is mapped at KASLR_AREA … KASLR_AREA + size - 1, slide bytes further on
 * too.  Both are multiples of KASLR_STEP; nothing is in use there.
 */
void kaslr_map(u64 slide, u64 size);
