/* SPDX-License-Identifier: MPL-2.0 */
/*
 * buddy - free physical pages in aligned blocks of 2^order pages.
 *
 * Works on the slots of the pages alone, never on the pages; builds on the host too.  A block's
 * buddy always lies in the same block of the highest order, so slots exist (mapped) in units of
 * that size.
 *
 *   Locking:  the caller's.
 *   Context:  any; cannot fail but for want of a block.
 */
#pragma once
#include "mm/slot.h"

enum : u32 { BUDDY_ORDERS = 11, BUDDY_MAX_ORDER = 10 };

struct buddy {
	struct uframe *base;		    /* slot of page 0 */
	struct uframe *first[BUDDY_ORDERS]; /* free blocks, linked by their head slots */
	u32 nonempty;			    /* bit k: first[k] is not null */
	u64 free_pages;
};

/* A block of 2^order pages, its head in state FRAME_UNUSED; null when there is none. */
struct uframe *buddy_alloc(struct buddy *b, u32 order);
/* Gives a block, aligned to its size, back and merges it with free neighbours. */
void buddy_free(struct buddy *b, struct uframe *head, u32 order);
/* Gives the pages first … end-1 in the largest blocks that fit. */
void buddy_add(struct buddy *b, u64 first, u64 end);
