/* SPDX-License-Identifier: MPL-2.0 */
/* cpu_area - everything of one CPU that hardware or the entry code points at; private to the
 * architecture. */
#pragma once
#include <osxtd/cpu.h>

/* The TSS as words: its 64-bit fields are not aligned. */
enum : u32 { TSS_BYTES = 104, TSS_RSP0 = 4, TSS_IST1 = 36 };
enum : u32 { IST_SIZE = 8192, IST_COUNT = 4 };

struct cpu_area {
	struct cpu_local local; /* first: GS points here */
	u64 gdt[10] __attribute__((aligned(16)));
	u32 tss_words[TSS_BYTES / 4] __attribute__((aligned(16)));
} __attribute__((aligned(64)));
static_assert(offsetof(struct cpu_area, local) == 0);

extern struct cpu_area shared cpu_areas[CPU_MAX];

ALWAYS_INLINE void cpu_tss_set(struct cpu_area *a, u32 offset, u64 v)
{
	UNSAFE("1. offset is one of the enum's, within the TSS")
	{
		__builtin_memcpy((u8 *)a->tss_words + offset, &v, 8);
	}
}
/* This CPU's. */
ALWAYS_INLINE struct cpu_area *cpu_area(void)
{
	UNSAFE("1. the block is the first member of its area")
	return (struct cpu_area *)(void *)CPU_LOCAL_->self;
}

/* The end of an interrupt stack: two words above where the CPU begins (trap_entry.S reads them). */
ALWAYS_INLINE u64 cpu_ist_end(const struct cpu_area *a, u32 ist)
{
	u64 v = 0;
	UNSAFE("1. ist is below IST_COUNT, so the words are the TSS's")
	{
		__builtin_memcpy(&v, (const u8 *)a->tss_words + TSS_IST1 + ist * 8, 8);
	}
	return v + 16;
}

/* Where the interrupt stacks of a CPU begin. */
struct ist_ends {
	u64 end[IST_COUNT];
};
/* The block of a CPU that does not run yet. */
void cpu_prepare(u32 cpu, const struct ist_ends *stacks);
/* The same of the boot CPU, whose stacks are part of the image. */
void cpu_prepare_boot(void);
/* Unmaps the pages below the interrupt stacks of the boot CPU; after mm_init. */
void cpu_unmap_guards(void);
/* Control registers, descriptor tables and SYSCALL of this CPU; GS points at its block. */
void cpu_init(void);
