/* SPDX-License-Identifier: MPL-2.0 */
/*
 * advise - madvise(2): what a program says about its memory.
 *
 * Nothing is paged out here, so advice about the future costs nothing and changes nothing; what
 * drops pages and what fork shall do is carried out.
 */
#include <osxtd/task.h>

#include "abi/mman.h"
#include "vm/flags.h"
#include "vm/layout.h"

enum action : u8 { NO_SUCH_ADVICE, NOTHING, DROP, DROP_ANON, DROP_LOCKED, REMOVE, FLAGS, POPULATE };

struct advice {
	enum action action;
	u32 set, clear; /* FLAGS */
	u32 access;	/* POPULATE */
};

static struct advice advice_of(i32 number)
{
	switch (number) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_MERGEABLE:
	case MADV_UNMERGEABLE:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return (struct advice){ .action = NOTHING };
	case MADV_DONTNEED:
		return (struct advice){ .action = DROP };
	case MADV_DONTNEED_LOCKED:
		return (struct advice){ .action = DROP_LOCKED };
	case MADV_FREE:
		return (struct advice){ .action = DROP_ANON };
	case MADV_REMOVE:
		return (struct advice){ .action = REMOVE };
	case MADV_DONTFORK:
		return (struct advice){ .action = FLAGS, .set = MAPPING_DONTFORK };
	case MADV_DOFORK:
		return (struct advice){ .action = FLAGS, .clear = MAPPING_DONTFORK };
	case MADV_WIPEONFORK:
		return (struct advice){ .action = FLAGS, .set = MAPPING_WIPEONFORK };
	case MADV_KEEPONFORK:
		return (struct advice){ .action = FLAGS, .clear = MAPPING_WIPEONFORK };
	case MADV_POPULATE_READ:
		return (struct advice){ .action = POPULATE, .access = VM_ACCESS_READ };
	case MADV_POPULATE_WRITE:
		return (struct advice){ .action = POPULATE, .access = VM_ACCESS_WRITE };
	default:
		return (struct advice){};
	}
}

/* Whether the advice may be given for memory of this kind. */
static err_t check_kind(const struct advice *a, const struct mapping *m, u32 prot)
{
	switch (a->action) {
	case DROP:
		return (m->flags & MAPPING_LOCKED) != 0 ? ERR_INVAL : OK;
	case DROP_ANON:
		return m->kind != MAPPING_ANON || (m->flags & MAPPING_LOCKED) != 0 ? ERR_INVAL : OK;
	case REMOVE:
		if (m->kind != MAPPING_OBJECT || (m->flags & MAPPING_LOCKED) != 0)
			return ERR_INVAL;
		return (m->flags & MAPPING_SHARED) == 0 || (prot & VM_WRITE) == 0 ? ERR_ACCES : OK;
	case FLAGS:
		return a->set == MAPPING_WIPEONFORK && m->kind != MAPPING_ANON ? ERR_INVAL : OK;
	case NO_SUCH_ADVICE:
	case NOTHING:
	case DROP_LOCKED:
	case POPULATE:
	default:
		return OK;
	}
}

/* A range of an object to be punched out once cursor and mm_map are released: punching takes both.
 */
struct ON_STACK hole {
	struct memobj_ref object;
	u64 from, to;
};
static void hole_fini(struct hole *h)
{
	memobj_drop(&h->object);
}

struct advising {
	struct advice advice;
	u64 va, end;
	bool had_gap;
};

/* Carries the advice out for the first run of marks at or after w->va, and goes behind it. */
static err_t advise_run(struct mm *mm, struct advising *w, struct hole *hole) HOLDS(mm_map)
{
	const struct advice *a = &w->advice;
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	TRY(vmspace_lock(&mm->vmspace, w->va, w->end, &c));
	if (!vm_next_mark(&c, w->va, &e)) {
		w->va = w->end;
		w->had_gap = true;
		return OK;
	}
	w->had_gap |= e.va > w->va;
	w->va = e.va + e.len;
	struct mapping *m = mapping_of(e.region);
	TRY(check_kind(a, m, e.prot));
	if (a->action == DROP || a->action == DROP_ANON || a->action == DROP_LOCKED)
		return vm_drop_frames(&c, e.va, e.va + e.len);
	if (a->action == FLAGS)
		return mm_change_flags(mm, &c, &e, a->set, a->clear);
	if (a->action == REMOVE) {
		hole->object = memobj_clone(memobj_get(&m->object));
		hole->from = mapping_offset(m, e.va);
		hole->to = hole->from + e.len;
	}
	return OK;
}

/* The rest of the range, or up to the first hole. */
static err_t advise_some(struct mm *mm, struct advising *w, struct hole *hole)
{
	GUARD(mm_map, &mm->lock);
	mm_note_peaks(mm);
	while (w->va < w->end && memobj_is_null(&hole->object))
		TRY(advise_run(mm, w, hole));
	return OK;
}

static err_t advise(struct mm *mm, struct advising *w)
{
	while (w->va < w->end) {
		struct hole hole CLEANUP(hole_fini) = {};
		TRY(advise_some(mm, w, &hole));
		if (!memobj_is_null(&hole.object))
			memobj_punch(memobj_get(&hole.object), hole.from, hole.to);
	}
	return w->had_gap ? ERR_NOMEM : OK;
}

static err_t populate(struct mm *mm, u64 addr, u64 end, u32 access)
{
	for (u64 va = addr; va < end && !task_pause(TASK_INTR_KILL); va += PAGE_SIZE)
		switch (mm_handle_fault(mm, va, access)) {
		case MM_FAULT_OK:
			break;
		case MM_FAULT_ACCERR:
			return ERR_INVAL;
		case MM_FAULT_BUS:
			return ERR_FAULT;
		case MM_FAULT_MAPERR:
		case MM_FAULT_KILLED:
		default:
			return ERR_NOMEM;
		}
	return OK;
}

err_t mm_advise(struct mm *mm, u64 addr, u64 len, i32 advice)
{
	struct advice a = advice_of(advice);
	u64 end = 0;
	if (a.action == NO_SUCH_ADVICE || addr % PAGE_SIZE != 0)
		return ERR_INVAL;
	if (len == 0)
		return OK;
	if (len > UINT64_MAX - PAGE_SIZE || !ckd_add(addr, page_up(len), &end))
		return ERR_INVAL;
	if (addr < VMSPACE_LOW || end > VMSPACE_HIGH)
		return ERR_NOMEM;
	if (a.action == POPULATE)
		return populate(mm, addr, end, a.access);
	struct advising w = { .advice = a, .va = addr, .end = end };
	return advise(mm, &w);
}
