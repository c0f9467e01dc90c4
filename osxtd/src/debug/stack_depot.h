/* SPDX-License-Identifier: MPL-2.0 */
/*
 * stack_depot - backtraces by number: each different one is kept once, for the histories of
 * objects.
 *
 *   Context:  any.  A full depot answers 0, which prints as unknown.
 */
#pragma once
#include <osxtd/base.h>

/* The callers of frame fp. */
u32 stack_save(u64 fp);
void stack_print(u32 id);
