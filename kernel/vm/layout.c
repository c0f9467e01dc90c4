/* SPDX-License-Identifier: MPL-2.0 */
/* layout - free addresses, limits, and the bookkeeping of what becomes used and free. */
#include "vm/layout.h"

bool mm_range_ok(u64 start, u64 len, u64 *end)
{
	if (len == 0 || len > VMSPACE_HIGH || start > VMSPACE_HIGH - len)
		return false;
	*end = page_up(start + len);
	return *end <= VMSPACE_HIGH;
}

err_t mm_is_free(struct mm *mm, u64 start, u64 end, bool *is_free)
{
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	TRY(vmspace_lock(&mm->vmspace, start, end, &c));
	*is_free = !vm_next_mark(&c, start, &e);
	return OK;
}

/* Pages of private writable memory, for RLIMIT_DATA. */
static err_t data_pages(struct mm *mm, u64 *pages) HOLDS(mm_map)
{
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	TRY(vmspace_lock(&mm->vmspace, VMSPACE_LOW, VMSPACE_HIGH, &c));
	*pages = 0;
	for (u64 va = VMSPACE_LOW; vm_next_mark(&c, va, &e); va = e.va + e.len)
		if (mapping_is_data(mapping_of(e.region), e.prot))
			*pages += e.len / PAGE_SIZE;
	return OK;
}

err_t mm_may_grow(struct mm *mm, u64 len, bool is_data)
{
	u64 pages = len / PAGE_SIZE;
	u64 as = atomic_u64_load(&array_at(mm->limit, MM_LIMIT_AS));
	if (unlikely(as != UINT64_MAX) &&
	    vmspace_marked_pages(&mm->vmspace) + pages > as / PAGE_SIZE)
		return ERR_NOMEM;
	u64 data = atomic_u64_load(&array_at(mm->limit, MM_LIMIT_DATA));
	if (!is_data)
		return OK;
	if (unlikely(data != UINT64_MAX)) {
		u64 have = 0;
		TRY(data_pages(mm, &have));
		if (have + pages > data / PAGE_SIZE)
			return ERR_NOMEM;
	}
	if (pages < 256)
		return OK; /* never absurd */
	/* vm.overcommit_memory 0: only what could never be had is refused. */
	struct frame_stats frames = {};
	frame_stats(&frames);
	return pages > frames.total_pages ? ERR_NOMEM : OK;
}

u64 mm_count_locked(struct mm *mm, u64 start, u64 end)
{
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	u64 pages = 0;
	if (vmspace_lock(&mm->vmspace, start, end, &c) != OK)
		return 0;
	for (u64 va = start; vm_next_mark(&c, va, &e); va = e.va + e.len)
		if ((mapping_of(e.region)->flags & MAPPING_LOCKED) != 0)
			pages += e.len / PAGE_SIZE;
	return pages;
}

err_t mm_clear_range(struct mm *mm, u64 start, u64 end)
{
	if (unlikely(mm->locked_pages != 0))
		mm->locked_pages -= min_of(mm->locked_pages, mm_count_locked(mm, start, end));
	SCOPED_CURSOR(c);
	TRY(vmspace_lock(&mm->vmspace, start, end, &c));
	return vm_take(&c, start, end);
}

err_t mm_find_free(struct mm *mm, u64 len, u64 *va)
{
	return vmspace_find_free(&mm->vmspace, len, PAGE_SIZE, MM_LOW, mm->mmap_base, va);
}

err_t mm_mark(struct mm *mm, u64 start, u64 end, struct region_ref region, u32 prot)
{
	SCOPED_CURSOR(c);
	err_t e = vmspace_lock(&mm->vmspace, start, end, &c);
	if (e != OK) {
		region_drop(&region);
		return e;
	}
	return vm_mark(&c, start, end, region_move(&region), prot);
}
