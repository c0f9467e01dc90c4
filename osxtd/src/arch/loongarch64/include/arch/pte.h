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
#include <arch/cpu.h>
#include <osxtd/base.h>
#include <osxtd/vmspace.h>

enum : u32 { PT_LEVELS = 4, PT_ENTRIES = 512, PT_USER_ROOT_ENTRIES = 256 };

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
ALWAYS_INLINE u64 pte_leaf(u64 paddr, u32 prot, bool writable)
{
	u64 bits = pte_prot(prot) | paddr;
	if (writable && (prot & VM_WRITE) != 0)
		bits |= PTE_WRITE | PTE_DIRTY;
	return pte_for_cpu(bits);
}
/* The same page with another protection; hardware write permission is only taken away. */
ALWAYS_INLINE u64 pte_reprotect(u64 pte, u32 prot)
{
	u64 keep = PTE_ADDRESS | PTE_DIRTY | PTE_ACCESSED |
		   ((prot & VM_WRITE) != 0 ? (u64)PTE_WRITE : 0);
	return pte_for_cpu((pte & keep) | (pte_prot(prot) & ~(u64)PTE_ACCESSED));
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
	return pte_for_cpu(pte | PTE_WRITE | PTE_DIRTY | PTE_ACCESSED);
}
ALWAYS_INLINE u64 pte_write_protect(u64 pte)
{
	return pte_for_cpu(pte & ~(u64)PTE_WRITE);
}
ALWAYS_INLINE u64 pte_clear_used(u64 pte)
{
	return pte_for_cpu(pte & ~(u64)(PTE_ACCESSED | PTE_DIRTY));
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
ALWAYS_INLINE void root_load(u64 root)
{
	CPU_LOCAL_->space_root = root;
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
