/* SPDX-License-Identifier: MPL-2.0 */
/* protect - mprotect(2) and brk(2). */
#include "vm/layout.h"

/* How far from start on the marks allow prot; *e says why it is not all.  *more_data: pages that
 * become data. */
static u64 allowed_until(struct vm_cursor *c, u64 start, u64 end, u32 prot, u64 *more_data,
			 err_t *e)
{
	struct vm_entry mark = {};
	u64 va = start;
	while (va < end) {
		if (!vm_next_mark(c, va, &mark) || mark.va > va) {
			*e = ERR_NOMEM;
			return va;
		}
		struct mapping *m = mapping_of(mark.region);
		if ((prot & ~m->max_prot) != 0) {
			*e = ERR_ACCES;
			return va;
		}
		if (mapping_is_data(m, prot) && !mapping_is_data(m, mark.prot))
			*more_data += mark.len;
		va = mark.va + mark.len;
	}
	*e = OK;
	return end;
}

/* RLIMIT_DATA is looked at only where it is set: the answer costs a walk. */
static err_t check_data_limit(struct mm *mm, u64 start, u64 end, u32 prot) HOLDS(mm_map)
{
	if (likely(atomic_u64_load(&array_at(mm->limit, MM_LIMIT_DATA)) == UINT64_MAX) ||
	    (prot & VM_WRITE) == 0)
		return OK;
	u64 more = 0;
	{
		SCOPED_CURSOR(c);
		err_t partial = OK;
		TRY(vmspace_lock(&mm->vmspace, start, end, &c));
		(void)allowed_until(&c, start, end, prot, &more, &partial);
		(void)partial;
	}
	return more == 0 ? OK : mm_may_grow(mm, more, true);
}

err_t mm_protect(struct mm *mm, u64 addr, u64 len, u32 prot)
{
	u64 end = 0;
	if (addr % PAGE_SIZE != 0)
		return ERR_INVAL;
	if (len == 0)
		return OK;
	if (!mm_range_ok(addr, len, &end) || addr < VMSPACE_LOW)
		return ERR_NOMEM;
	GUARD(mm_map, &mm->lock);
	TRY(check_data_limit(mm, addr, end, prot));
	SCOPED_CURSOR(c);
	TRY(vmspace_lock(&mm->vmspace, addr, end, &c));
	u64 more = 0;
	err_t why = OK;
	/* As on Linux, what stands before a hole is changed. */
	u64 until = allowed_until(&c, addr, end, prot, &more, &why);
	if (until > addr)
		TRY(vm_protect(&c, addr, until, prot));
	return why;
}

static err_t grow_break(struct mm *mm, u64 from, u64 to) HOLDS(mm_map)
{
	u64 end = 0;
	bool is_free = false;
	if (!mm_range_ok(from, to - from + MM_BRK_GAP, &end))
		return ERR_NOMEM;
	u64 limit = atomic_u64_load(&array_at(mm->limit, MM_LIMIT_DATA));
	u64 data = mm->layout.end_data - mm->layout.start_data;
	if (limit != UINT64_MAX && to - mm->layout.start_brk + data > limit)
		return ERR_NOMEM;
	TRY(mm_is_free(mm, from, end, &is_free));
	if (!is_free)
		return ERR_NOMEM;
	TRY(mm_may_grow(mm, to - from, true));
	return mm_mark(mm, from, to, mm_anon_region(mm), VM_READ | VM_WRITE);
}

u64 mm_brk(struct mm *mm, u64 brk)
{
	GUARD(mm_map, &mm->lock);
	u64 now = mm->layout.brk;
	if (brk < mm->layout.start_brk || brk >= VMSPACE_HIGH - PAGE_SIZE || now == 0)
		return now;
	u64 old_end = page_up(now), new_end = page_up(brk);
	if (new_end > old_end && grow_break(mm, old_end, new_end) != OK)
		return now;
	if (new_end < old_end && mm_clear_range(mm, new_end, old_end) != OK)
		return now;
	mm->layout.brk = brk;
	return brk;
}
