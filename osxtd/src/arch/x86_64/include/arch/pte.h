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
#include <arch/cpu.h>
#include <osxtd/base.h>
#include <osxtd/vmspace.h>

enum : u32 { PT_LEVELS = 4, PT_ENTRIES = 512, PT_USER_ROOT_ENTRIES = 256 };

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

/* What a page of the kernel's half is for. */
enum kernel_use : u32 { KERNEL_TEXT, KERNEL_CONSTANTS, KERNEL_DATA, KERNEL_DEVICE };

/* Bytes that one entry at level speaks for, as a shift. */
ALWAYS_INLINE u32 pt_shift(u32 level)
{
	return (3 + 9 * level) &
	       63; /* levels are 1 to 4: the mask tells the compiler that shifts are fine */
}
ALWAYS_INLINE u32 pt_index(u64 va, u32 level)
{
	return (u32)(va >> pt_shift(level)) & (PT_ENTRIES - 1);
}
ALWAYS_INLINE u64 pte_paddr(u64 pte)
{
	return pte & PTE_ADDRESS;
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
ALWAYS_INLINE u64 pte_leaf(u64 paddr, u32 prot, bool writable)
{
	u64 bits = pte_prot(prot) | paddr;
	if (writable && (prot & VM_WRITE) != 0)
		bits |= PTE_WRITE | PTE_DIRTY;
	return bits;
}
/* The same page with another protection; hardware write permission is only taken away. */
ALWAYS_INLINE u64 pte_reprotect(u64 pte, u32 prot)
{
	u64 keep = PTE_ADDRESS | PTE_DIRTY | PTE_ACCESSED |
		   ((prot & VM_WRITE) != 0 ? (u64)PTE_WRITE : 0);
	return (pte & keep) | (pte_prot(prot) & ~(u64)PTE_ACCESSED);
}
ALWAYS_INLINE bool pte_is_present(u64 pte)
{
	return (pte & PTE_PRESENT) != 0;
}
ALWAYS_INLINE bool pte_is_user(u64 pte)
{
	return (pte & PTE_USER) != 0;
}
ALWAYS_INLINE bool pte_is_exec(u64 pte)
{
	return (pte & PTE_NO_EXEC) == 0;
}
ALWAYS_INLINE bool pte_is_writable(u64 pte)
{
	return (pte & PTE_WRITE) != 0;
}
ALWAYS_INLINE bool pte_is_dirty(u64 pte)
{
	return (pte & PTE_DIRTY) != 0;
}
ALWAYS_INLINE bool pte_is_accessed(u64 pte)
{
	return (pte & PTE_ACCESSED) != 0;
}
ALWAYS_INLINE u64 pte_make_writable(u64 pte)
{
	return pte | PTE_WRITE | PTE_DIRTY | PTE_ACCESSED;
}
ALWAYS_INLINE u64 pte_write_protect(u64 pte)
{
	return pte & ~(u64)PTE_WRITE;
}
ALWAYS_INLINE u64 pte_clear_used(u64 pte)
{
	return pte & ~(u64)(PTE_ACCESSED | PTE_DIRTY);
}

/* true and stored when the entry was *seen; else *seen = what it was. */
ALWAYS_INLINE bool pte_exchange(u64 *entry, u64 *seen, u64 pte)
{
	return __atomic_compare_exchange_n(entry, seen, pte, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

/* ---- the CPU's view ---- */
ALWAYS_INLINE u64 root_loaded(void)
{
	return CPU_LOCAL_->space_root;
}
ALWAYS_INLINE void tlb_forget_space(u64 root)
{
	UNSAFE("1. root is the top table in force, or one that has all of the kernel's half "
	       "(paging_fill_root)")
	{
		__asm__ volatile("movq %0, %%cr3" ::"r"(root) : "memory");
	}
}
/* Loads a top table; entries of the one before are forgotten, but for the kernel's global ones. */
ALWAYS_INLINE void root_load(u64 root)
{
	CPU_LOCAL_->space_root = root;
	tlb_forget_space(root);
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
