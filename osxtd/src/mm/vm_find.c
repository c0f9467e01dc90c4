// SPDX-License-Identifier: MPL-2.0
/*
 * vm_find - free address ranges, and moving entries to one.
 *
 * A space remembers one empty range: the gap that was found last, or what was emptied above it
 * since.  mmap and munmap in turn are served from it without a walk; otherwise the tables are
 * searched from the top, a run at a time.
 */
#include "mm/vm.h"

/* The last stretch that is not empty and begins below top; false when there is none in the cursor's
 * range. */
static bool used_below(const struct vm_cursor *c, u64 top, u64 *start, u64 *end)
{
	for (u64 va = top - 1; va >= c->_start;) {
		struct uframe *t = vm_table_for(c, va);
		u32 level = t->level, i = pt_index(va, level);
		u64 base = vm_table_start(va, level);
		struct vm_info *in = t->info;
		i32 run = (i32)runs_lower(in, i);
		if ((u32)run >= in->run_count || run_at(in, (u32)run)->first > i)
			run--;
		i32 link = level > 1 ? held_last(in, i + 1) : -1;
		if (run >= 0 && (i32)run_at(in, (u32)run)->first > link) {
			*start = base + ((u64)run_at(in, (u32)run)->first << pt_shift(level));
			*end = min_of(top,
				      base + ((u64)run_at(in, (u32)run)->end << pt_shift(level)));
			return *end > c->_start;
		}
		if (link >= 0)
			va = base + ((u64)(link + 1) << pt_shift(level)) - 1;
		else if (base == 0)
			return false;
		else
			va = base - 1;
	}
	return false;
}

static NOINLINE err_t find_by_walk(struct vmspace *s, u64 len, u64 align, u64 above, u64 below,
				   u64 *va)
{
	SCOPED_CURSOR(c);
	TRY(vmspace_lock(s, above, below, &c));
	u64 top = below;
	while (top > above && top - above >= len) {
		u64 start = above, end = above;
		if (!used_below(&c, top, &start, &end)) {
			start = above;
			end = above;
		}
		u64 lowest = max_of(end, above);
		u64 at = (top - len) & ~(align - 1);
		if (top >= len && at >= lowest) {
			s->_gap_start = lowest;
			s->_gap_end = top;
			s->_gap_below = below;
			*va = at;
			return OK;
		}
		top = start;
	}
	return ERR_NOMEM;
}

err_t vmspace_find_free(struct vmspace *s, u64 len, u64 align, u64 above, u64 below, u64 *va)
{
	ASSERT(len != 0 && (len & (PAGE_SIZE - 1)) == 0 && (align & (align - 1)) == 0);
	align = max_of(align, (u64)PAGE_SIZE);
	u64 top = s->_gap_end;
	if (likely(below == s->_gap_below && len <= top - s->_gap_start)) {
		u64 at = (top - len) & ~(align - 1);
		if (likely(at >= s->_gap_start && at >= above)) {
			*va = at;
			return OK;
		}
	}
	above = page_up(above);
	below = min_of(page_down(below), (u64)VMSPACE_HIGH);
	if (above >= below)
		return ERR_NOMEM;
	return find_by_walk(s, len, align, above, below, va);
}

/* ---- relocate ---- */

/* Marks at `to` what is marked at `from`, for region, and makes a leaf there for each leaf here. */
static err_t relocate_prepare(struct vm_cursor *c, u64 from, u64 to, u64 len, struct region *region)
{
	TRY(vm_make_borders(c, from, from + len));
	struct vm_entry run = {};
	for (u64 va = from; va < from + len && vm_next_mark(c, va, &run); va = run.va + run.len) {
		if (run.va >= from + len)
			break;
		run.len = min_of(run.len, from + len - run.va);
		u64 at = to + (run.va - from);
		TRY(vm_mark(c, at, at + run.len, region_clone(region), run.prot));
	}
	struct vm_piece p = {};
	for (u64 va = from; va < from + len; va = p.next) {
		p = vm_piece_at(c, va, from + len);
		if (p.t->level != 1)
			continue;
		for (u32 k = held_next(p.t->info, p.i, p.j); k < p.j;
		     k = held_next(p.t->info, k + 1, p.j)) {
			u64 at = to + (va - from) + (u64)(k - p.i) * PAGE_SIZE;
			struct uframe *t = vm_table_for(c, at);
			while (t->level > 1)
				TRY(vm_push_down(c, t, at, &t));
		}
	}
	return OK;
}

/* Moves the frames; every leaf that is needed exists.
 * V1: an entry moves with its count. */
static void relocate_frames(struct vm_cursor *c, u64 from, u64 to, u64 len)
{
	struct vm_piece p = {};
	for (u64 va = from; va < from + len; va = p.next) {
		p = vm_piece_at(c, va, from + len);
		if (p.t->level != 1)
			continue;
		struct vm_info *in = p.t->info;
		for (u32 k = held_next(in, p.i, p.j); k < p.j; k = held_next(in, k + 1, p.j)) {
			u64 off = (va - from) + (u64)(k - p.i) * PAGE_SIZE;
			struct uframe *t = vm_table_for(c, to + off);
			u32 i = pt_index(to + off, 1);
			u64 pte = *table_entry(p.t, k);
			*table_entry(p.t, k) = 0;
			held_clear(in, k);
			*table_entry(t, i) = pte;
			held_set(t->info, i);
			vm_forget(c, from + off);
		}
	}
}

/* region's count is given back; each mark has its own. */
err_t vmspace_relocate(struct vmspace *s, u64 from, u64 to, u64 len, struct region_ref region)
{
	struct region *r = region_get(&region);
	err_t err = table_reserve((u32)min_of(len >> pt_shift(2), (u64)1 << 18) +
				  2 * TABLE_RESERVE);
	if (err == OK) {
		SCOPED_CURSOR(c);
		ASSERT(from + len <= to || to + len <= from);
		err = vmspace_lock(s, min_of(from, to), max_of(from, to) + len, &c);
		if (err == OK) {
			err = relocate_prepare(&c, from, to, len, r);
			if (err == OK)
				relocate_frames(&c, from, to, len);
			/* What is marked on the side that loses is taken.  The source's borders are
			 * there, so this cannot fail; on the way back a mark that joined another
			 * may stay for want of memory. */
			err_t taken = vm_take(&c, err == OK ? from : to,
					      (err == OK ? from : to) + len);
			ASSERT(taken == OK || err != OK);
		}
	}
	object_put_(&r->object);
	return err;
}
