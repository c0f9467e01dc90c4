/* SPDX-License-Identifier: MPL-2.0 */
/* cpu_area - everything of one CPU that the entry code points at; private to the architecture. */
#pragma once
#include <osxtd/cpu.h>

/* The entry code's first instructions know no more than the place of the first.  Debuggers read
 * them by these names on each architecture. */
struct cpu_area {
	struct cpu_local local; /* first: tp points here */
};
static_assert(offsetof(struct cpu_area, local) == 0);

extern struct cpu_area shared cpu_areas[CPU_MAX];

/* The block of a CPU that does not run yet; overflow_end is where its stack for traps that find
 * theirs used up begins. */
void cpu_prepare(u32 cpu, u64 overflow_end);
