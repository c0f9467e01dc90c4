/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pte - page-table entries, and the translation buffer.
 *
 * Tables of 512 entries, the leaf is level 1.  A leaf entry that is not zero holds a frame; one
 * whose protection is VM_NONE keeps it without the present bit, so that neither user mode nor the
 * kernel's user copies reach it.
 *
 * <arch/pte.h>, which only this file includes, says what an entry looks like:
 *   PT_LEVELS, 3 or 4: a constant, or a variable that boot code sets; PTE_PRESENT, PTE_WRITE,
 * PTE_USER, PTE_ACCESSED, PTE_DIRTY; PTE_ADDRESS, all bits of the frame's number; pte_of_paddr,
 * pte_paddr, pte_link, pte_kernel_link, pte_is_large, pte_kernel, pte_prot, pte_is_exec;
 *   pte_for_cpu: the entry with what the CPU reads in it, where that is not the bits above;
 *   root_enter, tlb_forget_space, tlb_forget_page, tlb_note_new.
 */
#pragma once
#include <osxtd/base.h>
#include <osxtd/cpu.h>
#include <osxtd/vmspace.h>

/* What a page of the kernel's half is for. */
enum kernel_use : u32 { KERNEL_TEXT, KERNEL_CONSTANTS, KERNEL_DATA, KERNEL_DEVICE };

#include <arch/pte.h>

enum : u32 { PT_LEVELS_MAX = 4 };
enum : u32 { PT_ENTRIES = 512, PT_USER_ROOT_ENTRIES = 256 };

/* Bytes that one entry at level speaks for, as a shift. */
ALWAYS_INLINE u32 pt_shift(u32 level)
{
	return (3 + 9 * level) &
	       63; /* levels are 1 to 5: the mask tells the compiler that shifts are fine */
}
ALWAYS_INLINE u32 pt_index(u64 va, u32 level)
{
	return (u32)(va >> pt_shift(level)) & (PT_ENTRIES - 1);
}

/* ---- leaves of the user half ---- */

ALWAYS_INLINE u64 pte_leaf(u64 paddr, u32 prot, bool writable)
{
	u64 bits = pte_prot(prot) | pte_of_paddr(paddr);
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
/* Forgets start … end-1 on this CPU: of the space with that root if it is the one in force, for
 * root 0 of the kernel's half. */
ALWAYS_INLINE void tlb_forget_range(u64 root, u64 start, u64 end)
{
	enum : u64 { PAGES_MAX = 32 };
	if (root != 0 && root_loaded() != root)
		return;
	if (root != 0 && end - start > PAGES_MAX * PAGE_SIZE) {
		tlb_forget_space(root);
		return;
	}
	for (u64 va = start; va < end; va += PAGE_SIZE)
		tlb_forget_page(va);
}
/* Loads a top table; entries of the one before are forgotten, but for the kernel's global ones. */
ALWAYS_INLINE void root_load(u64 root)
{
	CPU_LOCAL_->space_root = root;
	root_enter(root);
}
