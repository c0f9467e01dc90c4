/* SPDX-License-Identifier: MPL-2.0 */
/* cpu_area - everything of one CPU that the entry code points at; private to the architecture. */
#pragma once
#include <osxtd/cpu.h>
#include <osxtd/cpu.h>

enum : u64 { EMERGENCY_STACK_SIZE = 8192 };

struct cpu_area {
	struct cpu_local local; /* first: $r21 points here */
} __attribute__((aligned(64)));
static_assert(offsetof(struct cpu_area, local) == 0);

extern struct cpu_area shared cpu_areas[CPU_MAX];

/* Looks at the CPU's features. */
void cpu_detect(void);
/* Units, traps and stacks of this CPU; $r21 points at its block. */
void cpu_init(u32 id);
/* Unmaps the page below the emergency stack of the boot CPU; after mm_init. */
void cpu_unmap_guards(void);
