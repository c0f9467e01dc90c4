/* SPDX-License-Identifier: MPL-2.0 */
/* flags - mlock(2) and its family, msync(2), mincore(2): states of pages that are already there. */
#include "vm/flags.h"

#include <osxtd/task.h>

#include "abi/mman.h"
#include "vm/layout.h"

err_t mm_change_flags(struct mm *mm, struct vm_cursor *c, const struct vm_entry *e, u32 set,
		      u32 clear)
{
	struct mapping *m = mapping_of(e->region);
	u32 flags = (m->flags & ~clear) | set;
	if (flags == m->flags)
		return OK;
	SCOPED_REF(region, region);
	if (m->kind == MAPPING_ANON && flags == 0)
		region = mm_anon_region(mm);
	else
		TRY(mapping_copy(mm, m, flags, 0, &region));
	TRY(vm_set_region(c, e->va, e->va + e->len, region_move(&region)));
	u64 pages = e->len / PAGE_SIZE;
	if ((set & MAPPING_LOCKED) != 0)
		mm->locked_pages += pages;
	if ((clear & MAPPING_LOCKED) != 0)
		mm->locked_pages -= min_of(mm->locked_pages, pages);
	return OK;
}

/* Changes flags in a whole range; ERR_NOMEM when there is a gap (behind what was changed). */
static err_t change_range(struct mm *mm, u64 start, u64 end, u32 set, u32 clear) HOLDS(mm_map)
{
	bool had_gap = false;
	u64 va = start;
	while (va < end) {
		SCOPED_CURSOR(c);
		struct vm_entry e = {};
		TRY(vmspace_lock(&mm->vmspace, va, end, &c));
		if (!vm_next_mark(&c, va, &e))
			return ERR_NOMEM;
		had_gap |= e.va > va;
		va = e.va + e.len;
		TRY(mm_change_flags(mm, &c, &e, set, clear));
	}
	return had_gap ? ERR_NOMEM : OK;
}

static err_t lock_bounds(u64 addr, u64 len, u64 *start, u64 *end)
{
	*start = page_down(addr);
	if (len > UINT64_MAX - 2 * PAGE_SIZE ||
	    !ckd_add(*start, page_up(len + addr % PAGE_SIZE), end))
		return ERR_INVAL;
	if (*start == *end)
		return OK;
	return *start < VMSPACE_LOW || *end > VMSPACE_HIGH ? ERR_NOMEM : OK;
}

static err_t populate_locked(struct mm *mm, u64 start, u64 end)
{
	for (u64 va = start; va < end; va += PAGE_SIZE) {
		enum mm_fault f = mm_handle_fault(mm, va, VM_ACCESS_WRITE);
		if (f == MM_FAULT_ACCERR)
			f = mm_handle_fault(mm, va, VM_ACCESS_READ);
		if (f != MM_FAULT_OK && f != MM_FAULT_ACCERR)
			return ERR_NOMEM;
		if (task_pause(TASK_INTR_KILL))
			return ERR_INTR;
	}
	return OK;
}

err_t mm_lock_range(struct mm *mm, u64 addr, u64 len, bool can_exceed, bool on_fault)
{
	u64 start = 0, end = 0;
	u64 limit = atomic_u64_load(&array_at(mm->limit, MM_LIMIT_MEMLOCK));
	if (limit == 0 && !can_exceed)
		return ERR_PERM;
	TRY(lock_bounds(addr, len, &start, &end));
	{
		GUARD(mm_map, &mm->lock);
		u64 new_pages = (end - start) / PAGE_SIZE;
		if (start != end)
			new_pages -= min_of(new_pages, mm_count_locked(mm, start, end));
		if (!can_exceed && mm->locked_pages + new_pages > limit / PAGE_SIZE)
			return ERR_NOMEM;
		TRY(change_range(mm, start, end, MAPPING_LOCKED, 0));
	}
	return on_fault ? OK : populate_locked(mm, start, end);
}

err_t mm_unlock_range(struct mm *mm, u64 addr, u64 len)
{
	u64 start = 0, end = 0;
	TRY(lock_bounds(addr, len, &start, &end));
	GUARD(mm_map, &mm->lock);
	return change_range(mm, start, end, 0, MAPPING_LOCKED);
}

/* Changes LOCKED of everything that is mapped. */
static err_t change_all(struct mm *mm, u32 set, u32 clear) HOLDS(mm_map)
{
	for (u64 va = VMSPACE_LOW; va < VMSPACE_HIGH;) {
		SCOPED_CURSOR(c);
		struct vm_entry e = {};
		TRY(vmspace_lock(&mm->vmspace, va, VMSPACE_HIGH, &c));
		if (!vm_next_mark(&c, va, &e))
			return OK;
		va = e.va + e.len;
		enum mapping_kind kind = mapping_of(e.region)->kind;
		if (kind != MAPPING_VDSO && kind != MAPPING_VVAR)
			TRY(mm_change_flags(mm, &c, &e, set, clear));
	}
	return OK;
}

err_t mm_lock_all(struct mm *mm, u32 mcl_flags, bool can_exceed)
{
	if (mcl_flags == 0 || mcl_flags == MCL_ONFAULT ||
	    (mcl_flags & ~(u32)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) != 0)
		return ERR_INVAL;
	u64 limit = atomic_u64_load(&array_at(mm->limit, MM_LIMIT_MEMLOCK));
	if (limit == 0 && !can_exceed)
		return ERR_PERM;
	if ((mcl_flags & MCL_CURRENT) != 0 && !can_exceed &&
	    vmspace_marked_pages(&mm->vmspace) > limit / PAGE_SIZE)
		return ERR_NOMEM;
	{
		GUARD(mm_map, &mm->lock);
		mm->lock_future = (mcl_flags & MCL_FUTURE) != 0 ? mcl_flags : 0;
		if ((mcl_flags & MCL_CURRENT) == 0)
			return OK;
		TRY(change_all(mm, MAPPING_LOCKED, 0));
	}
	if ((mcl_flags & MCL_ONFAULT) != 0)
		return OK;
	struct mm_area area CLEANUP(mm_area_fini) = {};
	for (u64 va = 0; mm_next_area(mm, va, &area); va = area.end)
		if (populate_locked(mm, area.start, area.end) != OK)
			continue; /* as far as it goes */
	return OK;
}

err_t mm_unlock_all(struct mm *mm)
{
	GUARD(mm_map, &mm->lock);
	mm->lock_future = 0;
	return change_all(mm, 0, MAPPING_LOCKED);
}

err_t mm_sync(struct mm *mm, u64 addr, u64 len, u32 flags)
{
	u64 end = 0;
	if ((flags & ~(u32)(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0 || addr % PAGE_SIZE != 0)
		return ERR_INVAL;
	if ((flags & MS_ASYNC) != 0 && (flags & MS_SYNC) != 0)
		return ERR_INVAL;
	if (len > UINT64_MAX - PAGE_SIZE || !ckd_add(addr, page_up(len), &end))
		return ERR_NOMEM;
	if (end == addr)
		return OK;
	if (addr < VMSPACE_LOW || end > VMSPACE_HIGH)
		return ERR_NOMEM;
	GUARD(mm_map, &mm->lock);
	SCOPED_CURSOR(c);
	TRY(vmspace_lock(&mm->vmspace, addr, end, &c));
	struct vm_entry e = {};
	u64 va = addr;
	bool had_gap = false;
	while (va < end && vm_next_mark(&c, va, &e)) {
		had_gap |= e.va > va;
		if ((flags & MS_INVALIDATE) != 0 &&
		    (mapping_of(e.region)->flags & MAPPING_LOCKED) != 0)
			return ERR_BUSY;
		va = e.va + e.len;
	}
	/* Memory objects have no other copy that would have to be written. */
	return had_gap || va < end ? ERR_NOMEM : OK;
}

static u8 is_present(struct mapping *m, u64 va)
{
	if (memobj_is_null(&m->object))
		return 0;
	struct memobj *o = memobj_get(&m->object);
	GUARD(memobj, &o->lock);
	return frame_map_find(&o->pages, mapping_offset(m, va) / PAGE_SIZE) != nullptr;
}

err_t mm_core(struct mm *mm, u64 addr, struct span out)
{
	u64 pages = span_len(out), end = 0;
	if (addr % PAGE_SIZE != 0)
		return ERR_INVAL;
	if (pages == 0)
		return OK;
	if (addr < VMSPACE_LOW || !mm_range_ok(addr, pages * PAGE_SIZE, &end))
		return ERR_NOMEM;
	SCOPED_CURSOR(c);
	TRY(vmspace_lock(&mm->vmspace, addr, end, &c));
	for (u64 i = 0; i < pages; i++) {
		struct vm_entry e = {};
		u64 va = addr + i * PAGE_SIZE;
		if (!vm_query(&c, va, &e))
			return ERR_NOMEM;
		span_set(out, i, e.is_mapped ? 1 : is_present(mapping_of(e.region), va));
	}
	return OK;
}
