/* SPDX-License-Identifier: MPL-2.0 */
/* map - mmap(2) and munmap(2). */
#include "abi/mman.h"
#include "vm/layout.h"

void map_request_fini(struct map_request *r)
{
	memobj_drop(&r->object);
	map_source_drop(&r->source);
}

static bool is_shared(const struct map_request *r)
{
	u32 type = r->flags & MAP_TYPE;
	return type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
}

static bool is_fixed(const struct map_request *r)
{
	return (r->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0;
}

/* What does not depend on the space. */
static err_t check_request(u64 addr, struct map_request *r)
{
	u64 end = 0;
	u32 type = r->flags & MAP_TYPE;
	if (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE)
		return ERR_INVAL;
	if (r->len == 0)
		return ERR_INVAL;
	if (r->len > VMSPACE_HIGH)
		return ERR_NOMEM;
	r->len = page_up(r->len);
	if (!ckd_add(r->offset, r->len, &end) || end > (u64)INT64_MAX)
		return ERR_OVERFLOW;
	if ((r->flags & MAP_GROWSDOWN) != 0 && (is_shared(r) || !memobj_is_null(&r->object)))
		return ERR_INVAL;
	if ((r->prot & ~r->max_prot) != 0)
		return ERR_ACCES;
	if (!is_fixed(r))
		return OK;
	if (addr > VMSPACE_HIGH || r->len > VMSPACE_HIGH - addr)
		return ERR_NOMEM;
	if (addr % PAGE_SIZE != 0)
		return ERR_INVAL;
	return addr < MM_LOW ? ERR_PERM : OK;
}

static err_t choose_address(struct mm *mm, u64 addr, struct map_request *r, u64 *va) HOLDS(mm_map)
{
	bool is_free = false;
	if (is_fixed(r)) {
		*va = addr;
		if ((r->flags & MAP_FIXED_NOREPLACE) == 0)
			return OK;
		TRY(mm_is_free(mm, addr, addr + r->len, &is_free));
		return is_free ? OK : ERR_EXIST;
	}
	if (addr != 0 && addr <= VMSPACE_HIGH - PAGE_SIZE) {
		u64 hint = max_of(page_up(addr), (u64)MM_LOW);
		if (r->len <= VMSPACE_HIGH - hint) {
			TRY(mm_is_free(mm, hint, hint + r->len, &is_free));
			*va = hint;
			if (is_free)
				return OK;
		}
	}
	if ((r->flags & MAP_GROWSDOWN) == 0)
		return mm_find_free(mm, r->len, va);
	TRY(mm_find_free(mm, r->len + MM_STACK_GAP, va)); /* room to grow in */
	*va += MM_STACK_GAP;
	return OK;
}

/* The descriptor of the new mapping; takes what r refers to. */
static err_t make_region(struct mm *mm, struct map_request *r, u64 va, struct region_ref *out)
	HOLDS(mm_map)
{
	u32 flags = is_shared(r) ? MAPPING_SHARED : 0;
	if ((r->flags & MAP_GROWSDOWN) != 0)
		flags |= MAPPING_GROWSDOWN;
	if ((r->flags & MAP_LOCKED) != 0 || mm->lock_future != 0)
		flags |= MAPPING_LOCKED;
	struct mapping_spec spec = {
		.kind = MAPPING_ANON, .flags = flags, .max_prot = r->max_prot, .va = va
	};
	if (!is_shared(r) && memobj_is_null(&r->object)) {
		if (likely(flags == 0)) {
			*out = mm_anon_region(mm);
			return OK;
		}
		if ((flags & MAPPING_GROWSDOWN) != 0)
			spec.va = va + r->len; /* the end that stays */
		return mapping_new(map_account_get(&mm->account), &spec, out);
	}
	if (memobj_is_null(&r->object)) {
		TRY(memobj_new(r->len, nullptr, &spec.object));
		r->offset = 0;
	} else {
		spec.object = memobj_move(&r->object);
		spec.source = map_source_move(&r->source);
	}
	spec.kind = r->kind == MAPPING_ANON ? MAPPING_OBJECT : r->kind;
	spec.offset = r->offset;
	(void)atomic_u64_or(&mm->filter, memobj_get(&spec.object)->filter);
	return mapping_new(map_account_get(&mm->account), &spec, out);
}

static err_t check_locked(struct mm *mm, const struct map_request *r) HOLDS(mm_map)
{
	if (likely((r->flags & MAP_LOCKED) == 0 && mm->lock_future == 0))
		return OK;
	u64 limit = atomic_u64_load(&array_at(mm->limit, MM_LIMIT_MEMLOCK)) / PAGE_SIZE;
	if ((r->flags & MAP_LOCKED) != 0 && limit == 0 && !r->can_exceed)
		return ERR_PERM;
	return mm->locked_pages + r->len / PAGE_SIZE > limit && !r->can_exceed ? ERR_AGAIN : OK;
}

/* Marks the place, emptied first if it is to be replaced. */
static err_t mark_place(struct mm *mm, const struct map_request *r, u64 va,
			struct region_ref region) HOLDS(mm_map)
{
	SCOPED_REF(region, mine);
	SCOPED_CURSOR(c);
	mine = region_move(&region);
	u64 end = va + r->len;
	bool replaces = (r->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) == MAP_FIXED;
	TRY(vmspace_lock(&mm->vmspace, va, end, &c));
	if (replaces && r->is_fresh) {
		err_t e = vm_mark(&c, va, end, region_clone(region_get(&mine)), r->prot);
		if (likely(e != ERR_EXIST))
			return e;
	}
	if (replaces)
		TRY(vm_take(&c, va, end));
	return vm_mark(&c, va, end, region_move(&mine), r->prot);
}

static err_t map_locked(struct mm *mm, u64 addr, struct map_request *r, u64 *va) HOLDS(mm_map)
{
	TRY(choose_address(mm, addr, r, va));
	TRY(check_locked(mm, r));
	bool is_data = !is_shared(r) && (r->prot & VM_WRITE) != 0 &&
		       (r->flags & MAP_GROWSDOWN) == 0;
	if ((r->flags & MAP_NORESERVE) == 0 || !is_data)
		TRY(mm_may_grow(mm, r->len, is_data));
	SCOPED_REF(region, region);
	TRY(make_region(mm, r, *va, &region));
	bool is_locked = (mapping_of(region_get(&region))->flags & MAPPING_LOCKED) != 0;
	if (unlikely(mm->locked_pages != 0) && is_fixed(r))
		mm->locked_pages -= min_of(mm->locked_pages,
					   mm_count_locked(mm, *va, *va + r->len));
	TRY(mark_place(mm, r, *va, region_move(&region)));
	if (is_locked)
		mm->locked_pages += r->len / PAGE_SIZE;
	return OK;
}

err_t mm_map(struct mm *mm, u64 addr, struct map_request *r, u64 *va)
{
	TRY(check_request(addr, r));
	bool populate = (r->flags & (MAP_POPULATE | MAP_LOCKED)) != 0 &&
			(r->flags & MAP_NONBLOCK) == 0;
	{
		GUARD(mm_map, &mm->lock);
		TRY(map_locked(mm, addr, r, va));
		populate |= (mm->lock_future & MCL_FUTURE) != 0 &&
			    (mm->lock_future & MCL_ONFAULT) == 0;
	}
	if (unlikely(populate) && r->prot != VM_NONE) {
		/* What cannot be had now comes with its fault. */
		u32 access = (r->prot & VM_WRITE) != 0 ? VM_ACCESS_WRITE : VM_ACCESS_READ;
		err_t ignored = mm_populate(mm, *va, r->len, access);
		(void)ignored;
	}
	return OK;
}

err_t mm_map_anonymous(struct mm *mm, u64 addr, u64 len, u32 prot, u32 flags, u64 *va)
{
	struct map_request r CLEANUP(map_request_fini) = {
		.len = len,
		.prot = prot,
		.flags = flags | MAP_ANONYMOUS,
		.max_prot = VM_READ | VM_WRITE | VM_EXEC,
	};
	return mm_map(mm, addr, &r, va);
}

err_t mm_unmap(struct mm *mm, u64 addr, u64 len)
{
	u64 end = 0;
	if (addr % PAGE_SIZE != 0 || !mm_range_ok(addr, len, &end))
		return ERR_INVAL;
	addr = max_of(addr, (u64)VMSPACE_LOW);
	if (addr >= end)
		return OK;
	GUARD(mm_map, &mm->lock);
	mm_note_peaks(mm);
	return mm_clear_range(mm, addr, end);
}
