/* SPDX-License-Identifier: MPL-2.0 */
/* trampoline - what a CPU that starts in real mode finds behind the code it begins with. */
#pragma once

/* Places in the code, which trampoline.S keeps to. */
#define TRAMPOLINE_32 64
#define TRAMPOLINE_64 160

#define TRAMPOLINE_CS32	     0x20 /* of the boot's descriptor table */
#define TRAMPOLINE_GDT_BYTES 40
#define TRAMPOLINE_EFER_LME  0x100

/* Where its data begins, and the places in it. */
#define TRAMPOLINE_DATA	  224
#define TRAMPOLINE_GDT	  2
#define TRAMPOLINE_FAR_32 8
#define TRAMPOLINE_FAR_64 16
#define TRAMPOLINE_CR3	  24
#define TRAMPOLINE_EFER	  28
#define TRAMPOLINE_ROOT	  32
#define TRAMPOLINE_STACK  40
#define TRAMPOLINE_AREA	  48
#define TRAMPOLINE_ENTRY  56
#define TRAMPOLINE_BYTES  64

#ifndef __ASSEMBLER__
#include <osxtd/base.h>

struct trampoline_far {
	u32 offset, selector;
};
struct trampoline {
	u16 unused, gdt_limit; /* the limit and the base are what lgdt reads */
	u32 gdt_base;
	struct trampoline_far far_32, far_64;
	u32 cr3, efer;
	u64 root, stack, area, entry;
};
static_assert(offsetof(struct trampoline, gdt_limit) == TRAMPOLINE_GDT);
static_assert(offsetof(struct trampoline, far_32) == TRAMPOLINE_FAR_32);
static_assert(offsetof(struct trampoline, far_64) == TRAMPOLINE_FAR_64);
static_assert(offsetof(struct trampoline, cr3) == TRAMPOLINE_CR3);
static_assert(offsetof(struct trampoline, efer) == TRAMPOLINE_EFER);
static_assert(offsetof(struct trampoline, root) == TRAMPOLINE_ROOT);
static_assert(offsetof(struct trampoline, stack) == TRAMPOLINE_STACK);
static_assert(offsetof(struct trampoline, area) == TRAMPOLINE_AREA);
static_assert(offsetof(struct trampoline, entry) == TRAMPOLINE_ENTRY);
static_assert(sizeof(struct trampoline) == TRAMPOLINE_BYTES);
#endif
