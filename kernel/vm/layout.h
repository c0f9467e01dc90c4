/* SPDX-License-Identifier: MPL-2.0 */
/* layout - where things go in an address space, and the checks that all mapping calls share.
 * Private to vm/. */
#pragma once
#include "vm/mapping.h"

enum : u64 {
	MM_LOW = 0x10000,		/* vm.mmap_min_addr */
	MM_STACK_GAP = 256 * PAGE_SIZE, /* kept free below a stack that grows */
	MM_VDSO_MAX = 16 * PAGE_SIZE,	/* room above a stack for data page and image */
	MM_VDSO_SPAN = 2ull << 20, /* what one page table covers: the vDSO costs none of its own */
	MM_BRK_GAP = PAGE_SIZE,	   /* the break stays this far from what stands above it */
};

/* The shared descriptor of private anonymous memory, counted. */
ALWAYS_INLINE struct region_ref mm_anon_region(struct mm *mm)
{
	return region_clone(region_get(&mm->anon));
}
/* True when nothing is marked in the range.  ERR_NOMEM. */
err_t mm_is_free(struct mm *mm, u64 start, u64 end, bool *is_free) HOLDS(mm_map);
/* RLIMIT_AS, RLIMIT_DATA and what memory there is at all, for len more bytes. */
err_t mm_may_grow(struct mm *mm, u64 len, bool is_data) HOLDS(mm_map);
/* start … start+len, len rounded up, lies in the user half and is not empty. */
bool mm_range_ok(u64 start, u64 len, u64 *end);
/* Empties a range and keeps locked_pages right. */
err_t mm_clear_range(struct mm *mm, u64 start, u64 end) HOLDS(mm_map);
/* Free address for len bytes. ERR_NOMEM. */
err_t mm_find_free(struct mm *mm, u64 len, u64 *va) HOLDS(mm_map);
/* Marks a free range for region; consumes it. */
err_t mm_mark(struct mm *mm, u64 start, u64 end, struct region_ref region, u32 prot) HOLDS(mm_map);
/* Locked pages in a range. */
u64 mm_count_locked(struct mm *mm, u64 start, u64 end) HOLDS(mm_map);
void mm_note_peaks(struct mm *mm);
/* vmspace_ops.fault. */
err_t mm_fault_op(struct vmspace *s, u64 va, u32 access);
/* Bytes above the end of a stack that its last page table covers. */
ALWAYS_INLINE u64 mm_vdso_room(u64 stack_top)
{
	return min_of((stack_top + MM_VDSO_SPAN) & ~(u64)(MM_VDSO_SPAN - 1), (u64)VMSPACE_HIGH) -
	       stack_top;
}
/* For vm_init.  ERR_NOMEM. */
err_t mm_vdso_init(void);
/* Zero page for first reads of private anonymous memory, borrowed; it lives for ever. */
struct uframe *mm_zero_page(void);
