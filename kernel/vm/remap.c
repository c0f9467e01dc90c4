/* SPDX-License-Identifier: MPL-2.0 */
/* remap - mremap(2). */
#include "abi/mman.h"
#include "vm/layout.h"

struct ON_STACK remap {
	u64 old, old_len;
	u64 new_len;
	u32 flags;
	u64 new_addr;
	bool can_exceed; /* the caller has CAP_IPC_LOCK */
	/* What stands at old. */
	struct region_ref region;
	u32 prot;
};
static void remap_fini(struct remap *r)
{
	region_drop(&r->region);
}

static err_t check_request(struct remap *r)
{
	if ((r->flags & ~(u32)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0)
		return ERR_INVAL;
	if ((r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0 && (r->flags & MREMAP_MAYMOVE) == 0)
		return ERR_INVAL;
	if (r->old % PAGE_SIZE != 0 || r->old_len > VMSPACE_HIGH || r->new_len > VMSPACE_HIGH)
		return ERR_INVAL;
	r->old_len = page_up(r->old_len);
	r->new_len = page_up(r->new_len);
	if (r->new_len == 0)
		return ERR_INVAL;
	if ((r->flags & MREMAP_DONTUNMAP) != 0 && r->old_len != r->new_len)
		return ERR_INVAL;
	if (r->old < VMSPACE_LOW || r->old >= VMSPACE_HIGH || r->old_len > VMSPACE_HIGH - r->old)
		return ERR_FAULT;
	if ((r->flags & MREMAP_FIXED) == 0)
		return OK;
	if (r->new_addr % PAGE_SIZE != 0 || r->new_addr > VMSPACE_HIGH - r->new_len)
		return ERR_INVAL;
	if (r->new_addr < MM_LOW)
		return ERR_PERM;
	bool apart = r->old + r->old_len <= r->new_addr || r->new_addr + r->new_len <= r->old;
	return apart ? OK : ERR_INVAL;
}

/* Finds what is to be remapped: one mapping with one protection. */
static err_t find_source(struct mm *mm, struct remap *r) HOLDS(mm_map)
{
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	u64 len = max_of(r->old_len, (u64)PAGE_SIZE);
	if (len > VMSPACE_HIGH - r->old)
		return ERR_FAULT;
	TRY(vmspace_lock(&mm->vmspace, r->old, r->old + len, &c));
	if (!vm_next_mark(&c, r->old, &e) || e.va > r->old)
		return ERR_FAULT;
	struct mapping *m = mapping_of(e.region);
	if (r->old_len == 0 && (m->flags & MAPPING_SHARED) == 0)
		return ERR_INVAL;
	if (m->kind == MAPPING_VDSO || m->kind == MAPPING_VVAR)
		return r->new_len == r->old_len && (r->flags & MREMAP_DONTUNMAP) == 0 ? OK
										      : ERR_FAULT;
	/* What goes beyond is cut off first when the mapping shrinks. */
	if (min_of(r->old_len, r->new_len) > e.va + e.len - r->old)
		return ERR_FAULT;
	if (r->new_len > r->old_len && r->old_len > e.va + e.len - r->old)
		return ERR_FAULT;
	r->region = region_clone(e.region);
	r->prot = e.prot;
	return OK;
}

static err_t check_growth(struct mm *mm, const struct remap *r) HOLDS(mm_map)
{
	if (r->new_len <= r->old_len && (r->flags & MREMAP_DONTUNMAP) == 0)
		return OK;
	u64 more = (r->flags & MREMAP_DONTUNMAP) != 0 ? r->new_len : r->new_len - r->old_len;
	struct mapping *m = mapping_of(region_get(&r->region));
	if ((m->flags & MAPPING_LOCKED) != 0) {
		u64 limit = atomic_u64_load(&array_at(mm->limit, MM_LIMIT_MEMLOCK)) / PAGE_SIZE;
		if (mm->locked_pages + more / PAGE_SIZE > limit && !r->can_exceed)
			return ERR_AGAIN;
	}
	return mm_may_grow(mm, more, mapping_is_data(m, r->prot));
}

static void note_locked(struct mm *mm, const struct remap *r, u64 more) HOLDS(mm_map)
{
	if ((mapping_of(region_get(&r->region))->flags & MAPPING_LOCKED) != 0)
		mm->locked_pages += more / PAGE_SIZE;
}

/* Grows where it stands when what follows is free. */
static bool grow_in_place(struct mm *mm, struct remap *r) HOLDS(mm_map)
{
	u64 from = r->old + r->old_len, to = r->old + r->new_len;
	bool is_free = false;
	if (r->old_len == 0 || r->new_len > VMSPACE_HIGH - r->old)
		return false;
	if (mm_is_free(mm, from, to, &is_free) != OK || !is_free)
		return false;
	if (mm_mark(mm, from, to, region_clone(region_get(&r->region)), r->prot) != OK)
		return false;
	note_locked(mm, r, to - from);
	return true;
}

/* The descriptor for the new place: its own where it names an object or an end. */
static err_t moved_region(struct mm *mm, struct remap *r, u64 to, struct region_ref *out)
{
	struct mapping *m = mapping_of(region_get(&r->region));
	if (m->kind != MAPPING_ANON || (m->flags & MAPPING_GROWSDOWN) != 0)
		return mapping_copy(mm, m, m->flags, to - r->old, out);
	*out = region_clone(&m->region);
	return OK;
}

static err_t move_to(struct mm *mm, struct remap *r, u64 to) HOLDS(mm_map)
{
	SCOPED_REF(region, region);
	TRY(moved_region(mm, r, to, &region));
	u64 keep = min_of(r->old_len, r->new_len);
	/* The new end first: when that fails nothing has moved. */
	if (r->new_len > keep)
		TRY(mm_mark(mm, to + keep, to + r->new_len, region_clone(region_get(&region)),
			    r->prot));
	if (keep != 0) {
		err_t e = vmspace_relocate(&mm->vmspace, r->old, to, keep, region_move(&region));
		if (e != OK) {
			if (r->new_len > keep)
				(void)(mm_clear_range(mm, to + keep, to + r->new_len) == OK);
			return e;
		}
	}
	note_locked(mm, r, r->new_len - keep);
	if ((r->flags & MREMAP_DONTUNMAP) != 0) {
		note_locked(mm, r, keep);
		return mm_mark(mm, r->old, r->old + keep, region_move(&r->region), r->prot);
	}
	return OK;
}

static err_t remap_fixed(struct mm *mm, struct remap *r) HOLDS(mm_map)
{
	TRY(check_growth(mm, r));
	TRY(mm_clear_range(mm, r->new_addr, r->new_addr + r->new_len));
	if (r->old_len > r->new_len)
		TRY(mm_clear_range(mm, r->old + r->new_len, r->old + r->old_len));
	return move_to(mm, r, r->new_addr);
}

err_t mm_remap(struct mm *mm, u64 old, u64 old_len, u64 new_len, u32 flags, u64 new_addr,
	       bool can_exceed, u64 *va)
{
	struct remap r CLEANUP(remap_fini) = { .old = old,
					       .old_len = old_len,
					       .new_len = new_len,
					       .flags = flags,
					       .new_addr = new_addr,
					       .can_exceed = can_exceed };
	TRY(check_request(&r));
	GUARD(mm_map, &mm->lock);
	mm_note_peaks(mm);
	TRY(find_source(mm, &r));
	if (region_is_null(&r.region)) {
		*va = old; /* the vDSO, where it is */
		return (flags & MREMAP_FIXED) != 0 ? ERR_INVAL : OK;
	}
	if ((flags & MREMAP_FIXED) != 0) {
		*va = new_addr;
		return remap_fixed(mm, &r);
	}
	*va = old;
	if ((flags & MREMAP_DONTUNMAP) == 0 && r.old_len >= r.new_len) {
		if (r.old_len == r.new_len)
			return OK;
		return mm_clear_range(mm, old + r.new_len, old + r.old_len);
	}
	TRY(check_growth(mm, &r));
	if ((flags & MREMAP_DONTUNMAP) == 0 && grow_in_place(mm, &r))
		return OK;
	if ((flags & MREMAP_MAYMOVE) == 0)
		return ERR_NOMEM;
	TRY(mm_find_free(mm, r.new_len, va));
	return move_to(mm, &r, *va);
}
