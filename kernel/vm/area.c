/* SPDX-License-Identifier: MPL-2.0 */
/* area - the space as a list of areas, for procfs; and the walks that truncation makes. */
#include "vm/layout.h"
#include "vm/registry.h"

void mm_area_fini(struct mm_area *a)
{
	map_source_drop(&a->source);
}

enum : u32 { ROUNDS = 8 };

/* True when b goes on where a mapping a ends, as one line of /proc/PID/maps. */
static bool goes_on(const struct mapping *a, u32 a_prot, u64 a_end, const struct vm_entry *b)
{
	struct mapping *next = mapping_of(b->region);
	if (b->va != a_end || b->prot != a_prot || next->kind != a->kind)
		return false;
	if (next == a)
		return true;
	if (((next->flags ^ a->flags) & ~(u32)MAPPING_GROWSDOWN) != 0)
		return false;
	if (memobj_get_or_null(&next->object) != memobj_get_or_null(&a->object))
		return false;
	return a->kind == MAPPING_ANON || mapping_offset(next, b->va) == mapping_offset(a, b->va);
}

static void count_frames(struct vm_cursor *c, struct mm_area *a)
{
	struct vm_entry e = {};
	for (u64 va = a->start; va < a->end && vm_next(c, va, &e); va = e.va + e.len) {
		if (e.va >= a->end)
			return;
		a->resident += e.is_mapped ? 1 : 0;
		a->dirty += e.is_mapped && e.is_dirty ? 1 : 0;
	}
}

static bool area_at(struct mm *mm, u64 from, struct mm_area *out) HOLDS(mm_map)
{
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	if (vmspace_lock(&mm->vmspace, from, VMSPACE_HIGH, &c) != OK)
		return false;
	if (!vm_next_mark(&c, from, &e))
		return false;
	struct mapping *m = mapping_of(e.region);
	out->start = e.va;
	out->end = e.va + e.len;
	out->prot = e.prot;
	out->flags = m->flags;
	out->kind = m->kind;
	out->offset = m->kind == MAPPING_OBJECT ? mapping_offset(m, e.va) : 0;
	out->source = map_source_clone_or_null(map_source_get_or_null(&m->source));
	while (out->end < VMSPACE_HIGH && vm_next_mark(&c, out->end, &e) &&
	       goes_on(m, out->prot, out->end, &e)) {
		m = mapping_of(e.region);
		out->end = e.va + e.len;
	}
	count_frames(&c, out);
	const struct mm_layout *l = &mm->layout;
	out->is_heap = m->kind == MAPPING_ANON && out->start < l->brk && out->end > l->start_brk;
	out->is_stack = out->start <= l->start_stack && l->start_stack < out->end;
	return true;
}

bool mm_next_area(struct mm *mm, u64 from, struct mm_area *out)
{
	mm_area_fini(out);
	*out = (struct mm_area){};
	from = max_of(from, (u64)VMSPACE_LOW);
	if (from >= VMSPACE_HIGH)
		return false;
	GUARD(mm_map, &mm->lock);
	return area_at(mm, from, out);
}

void mm_stats_quick(struct mm *mm, struct mm_stats *out)
{
	mm_note_peaks(mm);
	out->size = vmspace_marked_pages(&mm->vmspace);
	out->resident = vmspace_resident_pages(&mm->vmspace);
	out->peak_size = max_of(atomic_u64_load(&mm->peak_pages), out->size);
	out->peak_resident = max_of(atomic_u64_load(&mm->peak_resident), out->resident);
	out->tables = vmspace_table_pages(&mm->vmspace);
}

void mm_stats(struct mm *mm, struct mm_stats *out)
{
	*out = (struct mm_stats){};
	mm_stats_quick(mm, out);
	struct mm_layout l = {};
	mm_get_layout(mm, &l);
	out->code = (page_up(l.end_code) - page_down(l.start_code)) / PAGE_SIZE;
	struct mm_area a CLEANUP(mm_area_fini) = {};
	for (u64 va = 0; mm_next_area(mm, va, &a); va = a.end) {
		u64 pages = (a.end - a.start) / PAGE_SIZE;
		bool is_private_data = (a.flags & MAPPING_SHARED) == 0 && (a.prot & VM_WRITE) != 0;
		if (a.is_stack)
			out->stack += pages;
		else if (is_private_data)
			out->data += pages;
		if ((a.prot & VM_EXEC) != 0 && (a.prot & VM_WRITE) == 0 && a.kind == MAPPING_OBJECT)
			out->exe_lib += pages;
		if ((a.flags & MAPPING_LOCKED) != 0)
			out->locked += pages;
		if (a.kind != MAPPING_ANON)
			out->shared_pages += a.resident;
	}
	out->exe_lib -= min_of(out->exe_lib, out->code);
}

/* ---- truncation ---- */

/* Drops the mapped pages of o's bytes from … to-1; true when there were some. */
static bool drop_object_pages(struct mm *mm, struct memobj *o, u64 from, u64 to)
{
	bool dropped = false;
	GUARD(mm_map, &mm->lock); /* no fork copies pages meanwhile */
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	if (vmspace_lock(&mm->vmspace, VMSPACE_LOW, VMSPACE_HIGH, &c) != OK)
		return false;
	for (u64 va = VMSPACE_LOW; vm_next_mark(&c, va, &e); va = e.va + e.len) {
		struct mapping *m = mapping_of(e.region);
		if (memobj_get_or_null(&m->object) != o)
			continue;
		u64 first = mapping_offset(m, e.va), last = first + e.len;
		if (first >= to || last <= from)
			continue;
		u64 start = e.va + (max_of(first, from) - first);
		u64 end = e.va + (min_of(last, to) - first);
		u64 before = vmspace_resident_pages(&mm->vmspace);
		/* The marks stay, so no table is split for pages; a mark above the leaf level has
		 * no pages to drop. */
		if (vm_drop_frames(&c, start, end) == OK)
			dropped |= vmspace_resident_pages(&mm->vmspace) != before;
	}
	return dropped;
}

static bool unmap_everywhere(struct memobj *o, u64 from, u64 to)
{
	struct mm_ticket at = {};
	bool dropped = false;
	for (;;) {
		SCOPED_REF(vmspace, space);
		if (!mm_registry_next(&at, &space))
			return dropped;
		struct mm *mm = mm_of(vmspace_get(&space));
		if ((atomic_u64_load(&mm->filter) & o->filter) != 0)
			dropped |= drop_object_pages(mm, o, from, to);
	}
}

void mm_unmap_object(struct memobj *m, u64 from, u64 to)
{
	/* A child that was forked while its parent was still to be visited may stand where the walk
	 * has been: look again, but not for ever: pages of a punched hole may come back while we
	 * look. */
	for (u32 round = 0; round < ROUNDS && unmap_everywhere(m, from, to); round++)
		continue;
}
