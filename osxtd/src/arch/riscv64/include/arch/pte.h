/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pte - page-table entries of riscv64 in Sv48, and the translation buffer.
 *
 * Four levels of 512 entries, the leaf is level 1.  A leaf entry that is not zero holds a frame;
 * one whose protection is VM_NONE keeps it without the valid bit, so that neither user mode nor the
 * kernel's user copies reach it.  Accessed and dirty bits are set with the mapping, as the CPU may
 * leave them to us.
 *
 *   Spec:  RISC-V privileged architecture, 12.4 and 12.5 (Sv48), 12.2.1 (SFENCE.VMA).
 */
#pragma once
#include <arch/cpu.h>
#include <osxtd/base.h>
#include <osxtd/vmspace.h>

enum : u32 { PT_LEVELS = 4, PT_ENTRIES = 512, PT_USER_ROOT_ENTRIES = 256 };

enum : u64 {
	PTE_PRESENT = 1 << 0,
	PTE_READ = 1 << 1,
	PTE_WRITE = 1 << 2,
	PTE_EXEC = 1 << 3,
	PTE_USER = 1 << 4,
	PTE_GLOBAL = 1 << 5,
	PTE_ACCESSED = 1 << 6,
	PTE_DIRTY = 1 << 7,
	PTE_HELD = 1 << 8, /* ours: a frame is held here, present or not */
	PTE_NUMBER = 0x003ffffffffffc00,
	PTE_LEAF = PTE_READ | PTE_WRITE | PTE_EXEC, /* with none of them it leads to a table */
	SATP_SV48 = 9ull << 60,
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
	return (pte & PTE_NUMBER) << 2;
}
ALWAYS_INLINE u64 pte_number(u64 paddr)
{
	return paddr >> 2 & PTE_NUMBER;
}
ALWAYS_INLINE u64 pte_link(u64 table)
{
	return pte_number(table) | PTE_PRESENT;
}

/* ---- the kernel's half ---- */
ALWAYS_INLINE u64 pte_kernel_link(u64 table)
{
	return pte_link(table);
}
/* Whether an entry above level 1 is a leaf itself. */
ALWAYS_INLINE bool pte_is_large(u64 pte)
{
	return (pte & PTE_LEAF) != 0;
}
/* What devices are is in the machine's own map of addresses. */
ALWAYS_INLINE u64 pte_kernel(u64 paddr, u32 level, enum kernel_use use)
{
	u64 bits = PTE_PRESENT | PTE_READ | PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL;
	(void)level;
	if (use == KERNEL_TEXT)
		bits |= PTE_EXEC;
	if (use == KERNEL_DATA || use == KERNEL_DEVICE)
		bits |= PTE_WRITE;
	return pte_number(paddr) | bits;
}

/* ---- the user half ---- */
/* The bits of a leaf for prot.  Writable without readable is no encoding that the CPU has. */
ALWAYS_INLINE u64 pte_prot(u32 prot)
{
	u64 bits = PTE_HELD | PTE_USER | PTE_ACCESSED;
	if (prot != VM_NONE)
		bits |= PTE_PRESENT;
	if ((prot & (VM_READ | VM_WRITE)) != 0)
		bits |= PTE_READ;
	if ((prot & VM_EXEC) != 0)
		bits |= PTE_EXEC;
	return bits;
}
ALWAYS_INLINE u64 pte_leaf(u64 paddr, u32 prot, bool writable)
{
	u64 bits = pte_prot(prot) | pte_number(paddr);
	if (writable && (prot & VM_WRITE) != 0)
		bits |= PTE_WRITE | PTE_DIRTY;
	return bits;
}
/* The same page with another protection; hardware write permission is only taken away. */
ALWAYS_INLINE u64 pte_reprotect(u64 pte, u32 prot)
{
	u64 keep = PTE_NUMBER | PTE_DIRTY | PTE_ACCESSED |
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
	return (pte & PTE_EXEC) != 0;
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
	u64 satp = SATP_SV48 | root >> PAGE_SHIFT;
	UNSAFE("1. root is the top table in force, or one that has all of the kernel's half "
	       "(paging_fill_root)")
	{
		__asm__ volatile("csrw satp, %0; sfence.vma" ::"r"(satp) : "memory");
	}
}
/* Loads a top table; entries of the one before are forgotten. */
ALWAYS_INLINE void root_load(u64 root)
{
	CPU_LOCAL_->space_root = root;
	tlb_forget_space(root);
}
ALWAYS_INLINE void tlb_forget_page(u64 va)
{
	UNSAFE("1. a translation that is forgotten is read again from the tables")
	{
		__asm__ volatile("sfence.vma %0" ::"r"(va) : "memory");
	}
}
/* A kernel page was mapped where nothing was, which the CPU may remember. */
ALWAYS_INLINE void tlb_note_new(u64 va)
{
	tlb_forget_page(va);
}
