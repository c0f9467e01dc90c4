/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fault - making a page fit for an access.
 *
 * One pass under one cursor: find the mark, check it, take the page from where the mapping says,
 * map it.  The page that a write may need is allocated before the cursor is taken.  Only what must
 * sleep (a page that the memory object has yet to make, a stack that has to grow, a victim of
 * memory shortage) is done without the cursor, and then the pass is repeated.
 *
 * Reads of a file bring its neighbours with them: pages of the object that are present and marked
 * in the aligned window of AROUND_PAGES around the address are mapped too.
 */
#include <osxtd/task.h>

#include "vm/layout.h"
#include "vm/oom.h"

enum : u64 {
	AROUND_PAGES = 16,
	AROUND_BYTES = AROUND_PAGES * PAGE_SIZE,
	STACK_STEP = 16 * PAGE_SIZE
};

enum outcome : u32 { DONE, NOTHING_THERE, NOT_ALLOWED, PAST_END, NO_MEMORY, PAGE_ABSENT };

struct ON_STACK fault {
	u64 page; /* address, page aligned */
	u32 access;
	u64 start, end;		  /* what the cursor holds */
	struct uframe_ref fresh;  /* a page for a private copy; may be empty when memory is short */
	struct memobj_ref object; /* PAGE_ABSENT: whose page has to be made */
	u64 index;
};
static void fault_fini(struct fault *f)
{
	uframe_drop(&f->fresh);
	memobj_drop(&f->object);
}

static bool is_write(const struct fault *f)
{
	return (f->access & VM_ACCESS_WRITE) != 0;
}

/* What a mark must allow.  A page that can be written or executed can be read. */
static bool is_allowed(u32 prot, u32 access)
{
	if ((access & VM_ACCESS_WRITE) != 0)
		return (prot & VM_WRITE) != 0;
	if ((access & VM_ACCESS_EXEC) != 0)
		return (prot & VM_EXEC) != 0;
	return prot != VM_NONE;
}

static enum outcome outcome_of(err_t e)
{
	return e == OK ? DONE : NO_MEMORY;
}

/* ---- private anonymous memory ---- */

static enum outcome map_anonymous(struct vm_cursor *c, struct fault *f)
{
	if (!is_write(f))
		return outcome_of(vm_map(c, f->page, uframe_clone(mm_zero_page()), false));
	if (uframe_is_null(&f->fresh))
		return NO_MEMORY;
	uframe_fill(uframe_get(&f->fresh), 0, PAGE_SIZE, 0);
	return outcome_of(vm_map(c, f->page, uframe_move(&f->fresh), true));
}

/* A page is there and the access does not fit: the first write to it. */
static enum outcome write_mapped(struct vm_cursor *c, struct fault *f, const struct vm_entry *e,
				 u32 flags)
{
	if (!is_write(f) || e->is_writable)
		return DONE; /* another CPU was faster */
	if ((flags & MAPPING_SHARED) != 0 || uframe_is_sole(e->frame)) {
		vm_make_writable(c, f->page);
		return DONE;
	}
	if (uframe_is_null(&f->fresh))
		return NO_MEMORY;
	struct uframe *fresh = uframe_get(&f->fresh);
	if (e->frame == mm_zero_page())
		uframe_fill(fresh, 0, PAGE_SIZE, 0);
	else
		uframe_copy(fresh, e->frame);
	vm_replace(c, f->page, uframe_move(&f->fresh), true);
	return DONE;
}

/* ---- memory objects ---- */

/* Maps the present pages of m's object into the marked, empty places of the cursor's range. */
static void map_around(struct vm_cursor *c, struct fault *f, struct mapping *m, bool writable)
{
	struct memobj *o = memobj_get(&m->object);
	GUARD(memobj, &o->lock);
	struct vm_entry e = {};
	for (u64 va = f->start; vm_next(c, va, &e); va = e.va + e.len) {
		if (e.is_mapped || e.region != &m->region)
			continue;
		for (u64 at = e.va; at < e.va + e.len; at += PAGE_SIZE) {
			u64 index = mapping_offset(m, at) / PAGE_SIZE;
			struct uframe *page = frame_map_find(&o->pages, index);
			if (page == nullptr || index * PAGE_SIZE >= memobj_size(o))
				continue;
			if (vm_map(c, at, uframe_clone(page), writable) != OK)
				return; /* it was only a favour */
		}
	}
}

static enum outcome map_copy(struct vm_cursor *c, struct fault *f, const struct uframe *page)
{
	if (uframe_is_null(&f->fresh))
		return NO_MEMORY;
	uframe_copy(uframe_get(&f->fresh), page);
	return outcome_of(vm_map(c, f->page, uframe_move(&f->fresh), true));
}

/* The object's page for the fault: mapped, or copied for a private write. */
static enum outcome map_object_page(struct vm_cursor *c, struct fault *f, struct mapping *m,
				    bool writable)
{
	struct memobj *o = memobj_get(&m->object);
	u64 offset = mapping_offset(m, f->page);
	GUARD(memobj, &o->lock);
	if (offset >= memobj_size(o))
		return PAST_END;
	struct uframe *page = frame_map_find(&o->pages, offset / PAGE_SIZE);
	if (page == nullptr) {
		f->object = memobj_clone(o);
		f->index = offset / PAGE_SIZE;
		return PAGE_ABSENT;
	}
	if (is_write(f) && !writable)
		return map_copy(c, f, page);
	return outcome_of(vm_map(c, f->page, uframe_clone(page), writable));
}

static enum outcome map_object(struct vm_cursor *c, struct fault *f, struct mapping *m, u32 prot)
{
	bool writable = (m->flags & MAPPING_SHARED) != 0 && (prot & VM_WRITE) != 0;
	enum outcome o = map_object_page(c, f, m, writable);
	if (o == DONE && f->end - f->start > PAGE_SIZE)
		map_around(c, f, m, writable);
	return o;
}

/* ---- the pass ---- */

static enum outcome try_fault(struct mm *mm, struct fault *f)
{
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	if (vmspace_lock(&mm->vmspace, f->start, f->end, &c) != OK)
		return NO_MEMORY;
	if (!vm_query(&c, f->page, &e))
		return NOTHING_THERE;
	if (!is_allowed(e.prot, f->access))
		return NOT_ALLOWED;
	struct mapping *m = mapping_of(e.region);
	if (e.is_mapped)
		return write_mapped(&c, f, &e, m->flags);
	if (m->kind == MAPPING_ANON)
		return map_anonymous(&c, f);
	return map_object(&c, f, m, e.prot);
}

/* ---- stacks ---- */

/* Where a stack whose lowest mark is `mark` may begin so that it holds page; false when it may not
 * grow so far. */
static bool grown_start(struct mm *mm, struct vm_cursor *c, const struct vm_entry *mark, u64 page,
			u64 low, u64 *start)
{
	u64 top = mapping_of(mark->region)->va;
	u64 limit = atomic_u64_load(&array_at(mm->limit, MM_LIMIT_STACK));
	if (page >= top || top - page > limit)
		return false;
	u64 floor = low; /* the gap's end above what stands below */
	struct vm_entry e = {};
	for (u64 va = low; vm_next_mark(c, va, &e) && e.va < page; va = e.va + e.len)
		if (e.prot != VM_NONE && (mapping_of(e.region)->flags & MAPPING_GROWSDOWN) == 0)
			floor = e.va + e.len + MM_STACK_GAP;
	if (page < floor)
		return false;
	u64 step = max_of(page & ~(STACK_STEP - 1), floor);
	*start = top - step <= limit ? step : page;
	return true;
}

/* Nothing is at page: is there a stack above it that may grow to it? */
static enum outcome grow_stack(struct mm *mm, u64 page)
{
	GUARD(mm_map, &mm->lock);
	u64 reach = min_of(atomic_u64_load(&array_at(mm->limit, MM_LIMIT_STACK)), 1ull << 30);
	u64 low = page > MM_LOW + MM_STACK_GAP + STACK_STEP ? page - MM_STACK_GAP - STACK_STEP
							    : MM_LOW;
	u64 high = min_of(page_up(page + reach) + PAGE_SIZE, (u64)VMSPACE_HIGH);
	if (page < low || page >= high)
		return NOTHING_THERE;
	SCOPED_CURSOR(c);
	if (vmspace_lock(&mm->vmspace, low, high, &c) != OK)
		return NO_MEMORY;
	struct vm_entry above = {};
	if (!vm_next_mark(&c, page, &above))
		return NOTHING_THERE;
	if (above.va <= page)
		return DONE; /* another thread grew it */
	u64 start = 0;
	if ((mapping_of(above.region)->flags & MAPPING_GROWSDOWN) == 0 ||
	    !grown_start(mm, &c, &above, page, low, &start))
		return NOTHING_THERE;
	/* Not counted against RLIMIT_AS by more than a step: the stack has its own limit. */
	u64 as_limit = atomic_u64_load(&array_at(mm->limit, MM_LIMIT_AS)) / PAGE_SIZE;
	if (vmspace_marked_pages(&mm->vmspace) + (above.va - start) / PAGE_SIZE > as_limit)
		return NOTHING_THERE;
	return outcome_of(vm_mark(&c, start, above.va, region_clone(above.region), above.prot));
}

/* ---- entry ---- */

/* What the outcome of a pass asks for without the cursor; DONE: try again. */
static enum outcome resolve(struct mm *mm, struct fault *f, enum outcome o)
{
	if (o == NOTHING_THERE)
		return grow_stack(mm, f->page);
	if (o == NO_MEMORY)
		return oom_handle() == OOM_RETRY ? DONE : NO_MEMORY;
	if (o != PAGE_ABSENT)
		return o;
	SCOPED_UFRAME(page);
	err_t e = memobj_page(memobj_get(&f->object), f->index, &page);
	if (e == ERR_NOMEM)
		return oom_handle() == OOM_RETRY ? DONE : NO_MEMORY;
	return e == OK ? DONE : PAST_END;
}

static enum outcome one_pass(struct mm *mm, u64 page, u32 access)
{
	struct fault f CLEANUP(fault_fini) = {
		.page = page, .access = access, .start = page, .end = page + PAGE_SIZE
	};
	if (is_write(&f)) {
		if (uframe_alloc_uninit(&f.fresh) != OK)
			f.fresh = (struct uframe_ref){};
	} else {
		f.start = max_of(page & ~(AROUND_BYTES - 1), (u64)VMSPACE_LOW);
		f.end = min_of((page & ~(AROUND_BYTES - 1)) + AROUND_BYTES, (u64)VMSPACE_HIGH);
	}
	enum outcome o = try_fault(mm, &f);
	if (likely(o == DONE))
		return DONE;
	o = resolve(mm, &f, o);
	return o == DONE ? PAGE_ABSENT : o;
}

enum mm_fault mm_handle_fault(struct mm *mm, u64 va, u32 access)
{
	u64 page = page_down(va);
	if (page < VMSPACE_LOW || page >= VMSPACE_HIGH)
		return MM_FAULT_MAPERR;
	enum outcome o = one_pass(mm, page, access);
	while (unlikely(o == PAGE_ABSENT))
		o = one_pass(mm, page, access);
	switch (o) {
	case DONE:
		return MM_FAULT_OK;
	case NOT_ALLOWED:
		return MM_FAULT_ACCERR;
	case PAST_END:
		return MM_FAULT_BUS;
	case NO_MEMORY:
		return MM_FAULT_KILLED;
	case NOTHING_THERE:
	case PAGE_ABSENT:
	default:
		return MM_FAULT_MAPERR;
	}
}

err_t mm_fault_op(struct vmspace *s, u64 va, u32 access)
{
	switch (mm_handle_fault(mm_of(s), va, access)) {
	case MM_FAULT_OK:
		return OK;
	case MM_FAULT_BUS:
		return ERR_IO;
	case MM_FAULT_KILLED:
		return ERR_NOMEM;
	case MM_FAULT_MAPERR:
	case MM_FAULT_ACCERR:
	default:
		return ERR_FAULT;
	}
}

err_t mm_populate(struct mm *mm, u64 addr, u64 len, u32 access)
{
	for (u64 va = page_down(addr); va < addr + len && !task_pause(TASK_INTR_KILL);
	     va += PAGE_SIZE)
		switch (mm_handle_fault(mm, va, access)) {
		case MM_FAULT_OK:
			break;
		case MM_FAULT_BUS:
			return ERR_IO;
		case MM_FAULT_KILLED:
			return ERR_NOMEM;
		case MM_FAULT_MAPERR:
		case MM_FAULT_ACCERR:
		default:
			return ERR_FAULT;
		}
	return OK;
}
