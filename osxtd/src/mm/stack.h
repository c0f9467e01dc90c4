/* SPDX-License-Identifier: MPL-2.0 */
/*
 * stack - kernel stacks: STACK_SIZE bytes between unmapped pages, so that an overflow faults
 * instead of corrupting. stack_alloc and stack_free are declared in core/sched.h.
 */
#pragma once
#include "core/sched.h"

/* Gives the stacks this CPU keeps for reuse back.  Returns pages. */
u64 stack_cache_shrink(void);
