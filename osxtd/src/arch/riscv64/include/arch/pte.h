/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pte - page-table entries of riscv64 in Sv39 and Sv48, and the translation buffer.
 *
 * Three or four levels of 512 entries, the leaf is level 1.  A leaf entry that is not zero holds a
 * frame; one whose protection is VM_NONE keeps it without the valid bit, so that neither user mode
 * nor the kernel's user copies reach it.  Accessed and dirty bits are set with the mapping, as the
 * CPU may leave them to us.
 *
 *   Spec:  RISC-V privileged architecture, 12.1.11 (satp), 12.4 (Sv39), 12.5 (Sv48), 12.2.1
 *          (SFENCE.VMA).
 */
#pragma once
#include <osxtd/base.h>
#include <osxtd/vmspace.h>

/* What the CPU has, set by entry.S. */
extern u32 shared paging_levels OWNER(boot);
#define PT_LEVELS paging_levels

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
	PTE_ADDRESS = 0x003ffffffffffc00,
	PTE_LEAF = PTE_READ | PTE_WRITE | PTE_EXEC, /* with none of them it leads to a table */
};

ALWAYS_INLINE u64 pte_paddr(u64 pte)
{
	return (pte & PTE_ADDRESS) << 2;
}
ALWAYS_INLINE u64 pte_of_paddr(u64 paddr)
{
	return paddr >> 2 & PTE_ADDRESS;
}
ALWAYS_INLINE u64 pte_link(u64 table)
{
	return pte_of_paddr(table) | PTE_PRESENT;
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
	return pte_of_paddr(paddr) | bits;
}

/* ---- the user half ---- */
/* The CPU reads the bits as they are. */
ALWAYS_INLINE u64 pte_for_cpu(u64 pte)
{
	return pte;
}
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
ALWAYS_INLINE bool pte_is_exec(u64 pte)
{
	return (pte & PTE_EXEC) != 0;
}

/* ---- the CPU's view ---- */
/* satp's mode: 8 for Sv39 with its three levels, 9 for Sv48 with four. */
ALWAYS_INLINE u64 satp_mode(void)
{
	return (u64)(PT_LEVELS + 5) << 60;
}
ALWAYS_INLINE void root_enter(u64 root)
{
	u64 satp = satp_mode() | root >> PAGE_SHIFT;
	UNSAFE("1. root is the top table in force, or one that has all of the kernel's half "
	       "(paging_fill_root)")
	{
		__asm__ volatile("csrw satp, %0; sfence.vma" ::"r"(satp) : "memory");
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
		__asm__ volatile("sfence.vma %0" ::"r"(va) : "memory");
	}
}
/* A kernel page was mapped where nothing was, which the CPU may remember. */
ALWAYS_INLINE void tlb_note_new(u64 va)
{
	tlb_forget_page(va);
}
