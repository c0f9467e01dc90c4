/* SPDX-License-Identifier: MPL-2.0 */
/* cpu_area - everything of one CPU that the entry code points at; private to the architecture. */
#pragma once
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
void cpu_init(void);
/* The block of a CPU that does not run yet; emergency_end is where its emergency stack begins. */
void cpu_prepare(u32 cpu, u64 emergency_end);
/* The same of the boot CPU, whose stack is part of the image. */
void cpu_prepare_boot(void);
/* smp.c: lets other CPUs interrupt this one. */
void ipi_enable(void);
/* Unmaps the page below the emergency stack of the boot CPU; after mm_init. */
void cpu_unmap_guards(void);
