/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pte - page-table entries of loongarch64, and the translation buffer.
 *
 * Four levels of 512 entries, the leaf is level 1.  Above it an entry is the table's address alone.
 * A leaf entry that is not zero holds a frame; one whose protection is VM_NONE keeps it without the
 * present bit, so that neither user mode nor the kernel's user copies reach it.
 *
 * The CPU sets no bits in entries.  What is known of a page stands in bits that it does not look
 * at; its own valid and dirty bits follow from those (pte_for_cpu), so that the first access to a
 * page that was not used, and the first store to one that was not modified, fault and are noted
 * (paging_note_access).
 *
 *   Spec:  LoongArch Reference Manual volume 1, 5.4 (page tables), 7.5.3 (TLBELO).
 */
#pragma once
#include <osxtd/base.h>
#include <osxtd/vmspace.h>

enum : u32 { PT_LEVELS = 4 };

enum : u64 {
	PTE_VALID = 1 << 0,
	PTE_STORE = 1 << 1, /* the CPU's dirty bit: stores go through */
	PTE_USER = 3 << 2,  /* privilege level 3 */
	PTE_CACHED = 1 << 4,
	PTE_GLOBAL = 1 << 6, /* in a leaf */
	PTE_LARGE = 1 << 6,  /* above it: the entry is a leaf itself */
	/* ours */
	PTE_PRESENT = 1 << 7,
	PTE_WRITE = 1 << 8,
	PTE_HELD = 1 << 9, /* a frame is held here, present or not */
	PTE_ACCESSED = 1 << 10,
	PTE_DIRTY = 1 << 11,
	PTE_LARGE_GLOBAL = 1 << 12,
	PTE_NO_EXEC = 1ull << 62,
	PTE_ADDRESS = 0x0000fffffffff000,

	PTE_KERNEL_READ = PTE_VALID | PTE_CACHED | PTE_PRESENT | PTE_ACCESSED,
	PTE_KERNEL_WRITE = PTE_KERNEL_READ | PTE_STORE | PTE_WRITE | PTE_DIRTY,
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
	return table;
}

/* ---- the kernel's half ---- */
ALWAYS_INLINE u64 pte_kernel_link(u64 table)
{
	return pte_link(table);
}
/* Whether an entry above level 1 is a leaf itself. */
ALWAYS_INLINE bool pte_is_large(u64 pte)
{
	return (pte & PTE_LARGE) != 0;
}
ALWAYS_INLINE u64 pte_kernel(u64 paddr, u32 level, enum kernel_use use)
{
	bool is_written = use == KERNEL_DATA || use == KERNEL_DEVICE;
	u64 bits = is_written ? PTE_KERNEL_WRITE : PTE_KERNEL_READ;
	bits |= level > 1 ? PTE_LARGE | PTE_LARGE_GLOBAL : PTE_GLOBAL;
	if (use != KERNEL_TEXT)
		bits |= PTE_NO_EXEC;
	if (use == KERNEL_DEVICE)
		bits &= ~(u64)PTE_CACHED;
	return paddr | bits;
}

/* ---- the user half ---- */
/* The entry with the CPU's own bits as they follow from ours. */
ALWAYS_INLINE u64 pte_for_cpu(u64 pte)
{
	const u64 used = PTE_PRESENT | PTE_ACCESSED, stored = used | PTE_WRITE | PTE_DIRTY;
	pte &= ~(u64)(PTE_VALID | PTE_STORE);
	if ((pte & used) == used)
		pte |= PTE_VALID;
	if ((pte & stored) == stored)
		pte |= PTE_STORE;
	return pte;
}
/* The bits of a leaf for prot; the accessed bit is set, for the fault that asks for the page is an
 * access. */
ALWAYS_INLINE u64 pte_prot(u32 prot)
{
	u64 bits = PTE_HELD | PTE_USER | PTE_CACHED | PTE_ACCESSED;
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

/* Forgets all that is not the kernel's; root is the table in force. */
ALWAYS_INLINE void tlb_forget_space(u64 root)
{
	(void)root;
	UNSAFE("1. a translation that is forgotten is read again from the tables")
	{
		__asm__ volatile("invtlb 3, $zero, $zero" ::: "memory");
	}
}
/* Loads a top table; entries of the one before are forgotten, but for the kernel's global ones. */
ALWAYS_INLINE void root_enter(u64 root)
{
	UNSAFE("1. root is a top table, of which the lower half (PGDL, 0x19) is taken")
	{
		__asm__ volatile("csrwr %0, 0x19" : "+r"(root)::"memory");
	}
	tlb_forget_space(root);
}
ALWAYS_INLINE void tlb_forget_page(u64 va)
{
	UNSAFE("1. a translation that is forgotten is read again from the tables")
	{
		__asm__ volatile("invtlb 6, $zero, %0" ::"r"(va) : "memory");
	}
}
/* A kernel page was mapped where nothing was, which the CPU may remember. */
ALWAYS_INLINE void tlb_note_new(u64 va)
{
	tlb_forget_page(va);
}
