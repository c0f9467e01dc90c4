/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pte - page-table entries of x86_64, and the translation buffer.
 *
 * Four levels of 512 entries, the leaf is level 1.  A leaf entry that is not zero holds a frame;
 * one whose protection is VM_NONE keeps it without the present bit, so that neither user mode nor
 * the kernel's user copies reach it.
 *
 *   Spec:  Intel SDM volume 3A, 4.5.
 */
#pragma once
#include <osxtd/base.h>
#include <osxtd/vmspace.h>

enum : u32 { PT_LEVELS = 4 };

enum : u64 {
	PTE_PRESENT = 1 << 0,
	PTE_WRITE = 1 << 1,
	PTE_USER = 1 << 2,
	PTE_WRITE_THROUGH = 1 << 3,
	PTE_UNCACHED = 1 << 4,
	PTE_ACCESSED = 1 << 5,
	PTE_DIRTY = 1 << 6,
	PTE_LARGE = 1 << 7,
	PTE_GLOBAL = 1 << 8,
	PTE_HELD = 1 << 9, /* ours: a frame is held here, present or not */
	PTE_NO_EXEC = 1ull << 63,
	PTE_ADDRESS = 0x000ffffffffff000,
};

ALWAYS_INLINE u64 pte_paddr(u64 pte)
{
	return pte & PTE_ADDRESS;
}
ALWAYS_INLINE u64 pte_of_paddr(u64 paddr)
{
	return paddr;
}
ALWAYS_INLINE u64 pte_link(u64 table)
{
	return table | PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED;
}
/* ---- the kernel's half ---- */
ALWAYS_INLINE u64 pte_kernel_link(u64 table)
{
	return table | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
}
/* Whether an entry above level 1 is a leaf itself. */
ALWAYS_INLINE bool pte_is_large(u64 pte)
{
	return (pte & PTE_LARGE) != 0;
}
ALWAYS_INLINE u64 pte_kernel(u64 paddr, u32 level, enum kernel_use use)
{
	u64 bits = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL |
		   (level > 1 ? (u64)PTE_LARGE : 0);
	if (use != KERNEL_TEXT)
		bits |= PTE_NO_EXEC;
	if (use == KERNEL_DATA || use == KERNEL_DEVICE)
		bits |= PTE_WRITE;
	if (use == KERNEL_DEVICE)
		bits |= PTE_UNCACHED | PTE_WRITE_THROUGH;
	return paddr | bits;
}

/* ---- the user half ---- */
/* The CPU reads the bits as they are. */
ALWAYS_INLINE u64 pte_for_cpu(u64 pte)
{
	return pte;
}
/* The bits of a leaf for prot; the accessed bit is set, for the fault that asks for the page is an
 * access. */
ALWAYS_INLINE u64 pte_prot(u32 prot)
{
	u64 bits = PTE_HELD | PTE_USER | PTE_ACCESSED;
	if (prot != VM_NONE)
		bits |= PTE_PRESENT;
	if ((prot & VM_EXEC) == 0)
		bits |= PTE_NO_EXEC;
	return bits;
}
ALWAYS_INLINE bool pte_is_exec(u64 pte)
{
	return (pte & PTE_NO_EXEC) == 0;
}

/* ---- the CPU's view ---- */
ALWAYS_INLINE void root_enter(u64 root)
{
	UNSAFE("1. root is the top table in force, or one that has all of the kernel's half "
	       "(paging_fill_root)")
	{
		__asm__ volatile("movq %0, %%cr3" ::"r"(root) : "memory");
	}
}
/* Forgets all that is not the kernel's; root is the table in force. */
ALWAYS_INLINE void tlb_forget_space(u64 root)
{
	root_enter(root);
}
ALWAYS_INLINE void tlb_forget_page(u64 va)
{
	UNSAFE("1. a translation that is forgotten is read again from the tables")
	{
		__asm__ volatile("invlpg (%0)" ::"r"(va) : "memory");
	}
}
/* A kernel page was mapped where nothing was: this CPU never remembers that nothing is there. */
ALWAYS_INLINE void tlb_note_new(u64) {}
