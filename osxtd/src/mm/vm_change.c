// SPDX-License-Identifier: MPL-2.0
/*
 * vm_change - marking, taking and protecting ranges under a cursor.
 *
 * Each operation first makes the range's ends borders between runs, the only step that allocates;
 * behind it nothing fails.
 */
#include "mm/vm.h"

/* ---- pieces of one table ---- */

/* Empties the leaf entries i … j-1 of their frames; va belongs to entry i.
 * V1: each count is dropped as its entry goes, after the flush if it was the last. */
static void leaf_drop(struct vm_cursor *c, struct uframe *t, u32 i, u32 j, u64 va)
{
	struct vm_info *in = t->info;
	u64 dropped = 0;
	u32 first = PT_ENTRIES, last = 0;
	for (u32 w = i / 64; w * 64 < j; w++) {
		u64 word = held_word(in, w, i, j);
		if (word == 0)
			continue;
		array_at(in->held, w % 8) &= ~word;
		for (; word != 0; word &= word - 1) {
			u32 k = w * 64 + (u32)__builtin_ctzll(word);
			u64 *entry = table_entry(t, k);
			u64 pte = *entry;
			*entry = 0;
			vm_drop_frame(c, frame_of(pte_paddr(pte)));
			dropped++;
			last = k;
			first = min_of(first, k);
		}
	}
	if (dropped == 0)
		return;
	atomic_u64_sub(&c->_s->_mapped, dropped);
	vm_forget(c, va + (u64)(first - i) * PAGE_SIZE);
	vm_forget(c, va + (u64)(last - i) * PAGE_SIZE);
}

/* Removes the marks of entries i … j-1.  There is room for one more run if one must be split. */
static void runs_take(struct vm_cursor *c, struct uframe *t, u32 i, u32 j)
{
	struct vm_info *in = t->info;
	u32 at = runs_lower(in, i), gone = 0;
	u64 entries = 0;
	if (at < in->run_count && run_at(in, at)->first < i) {
		struct vm_run *run = run_at(in, at);
		u32 end = run->end;
		run->end = (u16)i;
		if (end > j) {
			object_get_(&run->region->object);
			run_insert(in, at + 1,
				   (struct vm_run){ (u16)j, (u16)end, run->prot, run->region });
		}
		entries = min_of(end, j) - i;
		at++;
	}
	for (; at + gone < in->run_count && run_at(in, at + gone)->end <= j; gone++) {
		const struct vm_run *run = run_at(in, at + gone);
		entries += (u64)run->end - run->first;
		vm_drop_region(c, run->region);
	}
	if (at + gone < in->run_count && run_at(in, at + gone)->first < j) {
		struct vm_run *run = run_at(in, at + gone);
		entries += (u64)j - run->first;
		run->first = (u16)j;
	}
	if (gone != 0)
		runs_remove(in, at, gone);
	if (entries != 0)
		atomic_u64_sub(&c->_s->_marked, vm_pages(entries, t->level));
}

/* ---- take, drop ---- */

err_t vm_take(struct vm_cursor *c, u64 start, u64 end)
{
	vm_check_range(c, start, end);
	if (likely(c->_level == 1 &&
		   c->_table->info->run_count + 2u <= c->_table->info->run_room)) {
		/* One leaf, by far the most frequent case; the leaf itself stays for the next
		 * mapping. */
		u32 i = pt_index(start, 1), j = i + (u32)((end - start) / PAGE_SIZE);
		leaf_drop(c, c->_table, i, j, start);
		runs_take(c, c->_table, i, j);
	} else {
		TRY(vm_make_borders(c, start, end));
		struct vm_piece p = {};
		for (u64 va = start; va < end; va = p.next) {
			p = vm_piece_at(c, va, end);
			if (p.t->level == 1)
				leaf_drop(c, p.t, p.i, p.j, p.va);
			runs_take(c, p.t, p.i, p.j);
			vm_prune(c, va);
		}
	}
	vm_gap_grow(c->_s, start, end);
	return OK;
}

err_t vm_drop_frames(struct vm_cursor *c, u64 start, u64 end)
{
	vm_check_range(c, start, end);
	struct vm_piece p = {};
	for (u64 va = start; va < end; va = p.next) {
		p = vm_piece_at(c, va, end);
		if (p.t->level == 1)
			leaf_drop(c, p.t, p.i, p.j, va);
	}
	return OK;
}

/* ---- mark ---- */

static bool run_is_like(const struct vm_run *run, const struct vm_run *like)
{
	return run->region == like->region && run->prot == like->prot;
}

/* Adds a run to t; *taken tells that it took over the caller's count on the region.  ERR_NOMEM,
 * ERR_EXIST. */
static err_t run_add(struct uframe *t, u32 i, u32 j, const struct vm_run *like, bool *taken)
{
	struct vm_info *in = t->info;
	u32 at = runs_lower_slow(in, i);
	if (unlikely(at < in->run_count && run_at(in, at)->first < j))
		return ERR_EXIST;
	TRY(runs_room(t, 1));
	in = t->info;
	struct vm_run *before = at > 0 ? run_at(in, at - 1) : nullptr;
	if (before != nullptr && before->end == i && run_is_like(before, like)) {
		before->end = (u16)j;
		runs_join(in, j, j);
		return OK;
	}
	struct vm_run *behind = at < in->run_count ? run_at(in, at) : nullptr;
	if (behind != nullptr && behind->first == j && run_is_like(behind, like)) {
		behind->first = (u16)i;
		return OK;
	}
	if (*taken)
		object_get_(&like->region->object);
	*taken = true;
	run_insert(in, at, (struct vm_run){ (u16)i, (u16)j, like->prot, like->region });
	in->hint = (u16)at;
	return OK;
}

/* Marks what one table can mark from va on; makes tables where va or end is not a border of the
 * entry. */
static err_t mark_piece(struct vm_cursor *c, u64 va, u64 end, const struct vm_run *like,
			bool *taken, u64 *next)
{
	struct vm_piece p = vm_piece_at(c, va, end);
	while (p.t->level > 1) {
		u64 span = vm_span(p.t->level);
		u32 whole = p.i;
		if ((va & (span - 1)) == 0) {
			/* The entries from i on that lie in the range as a whole. */
			whole = p.next == end && (end & (span - 1)) != 0 ? p.j - 1 : p.j;
		}
		if (whole > p.i) {
			*next = va + (u64)(whole - p.i) * span;
			TRY(run_add(p.t, p.i, whole, like, taken));
			atomic_u64_add(&c->_s->_marked, vm_pages(whole - p.i, p.t->level));
			return OK;
		}
		if (run_of(p.t->info, p.i) != nullptr)
			return ERR_EXIST;
		struct uframe *child = nullptr;
		TRY(vm_push_down(c, p.t, va, &child));
		p = vm_piece_at(c, va, end);
	}
	*next = p.next;
	TRY(run_add(p.t, p.i, p.j, like, taken));
	atomic_u64_add(&c->_s->_marked, p.j - p.i);
	return OK;
}

/* Marks a range that needs more than the cursor's own table. */
static NOINLINE err_t mark_pieces(struct vm_cursor *c, u64 start, u64 end,
				  const struct vm_run *like, bool *taken)
{
	err_t err = OK;
	u64 va = start;
	while (va < end) {
		u64 next = end;
		err = mark_piece(c, va, end, like, taken, &next);
		if (unlikely(err != OK))
			break;
		va = next;
	}
	if (unlikely(err != OK && va > start)) {
		/* Keeps the region even if its first mark is taken back. */
		if (*taken)
			object_get_(&like->region->object);
		*taken = false;
		/* What was marked is whole runs, or joined others whose room is still there as a
		 * rule: nothing is allocated.  Where it is, and fails, addresses stay marked;
		 * nothing worse. */
		(void)vm_take(c, start, va);
	}
	return err;
}

/* The caller's count goes to the first run that is made, or is given back. */
err_t vm_mark(struct vm_cursor *c, u64 start, u64 end, struct region_ref region, u32 prot)
{
	vm_check_range(c, start, end);
	struct vm_run like = { .prot = prot, .region = region_get(&region) };
	bool taken = false;
	err_t err = OK;
	if (likely(c->_level == 1)) {
		u32 i = pt_index(start, 1);
		u64 pages = (end - start) / PAGE_SIZE;
		err = run_add(c->_table, i, i + (u32)pages, &like, &taken);
		if (likely(err == OK))
			atomic_u64_add(&c->_s->_marked, pages);
	} else {
		err = mark_pieces(c, start, end, &like, &taken);
	}
	if (likely(err == OK))
		vm_gap_shrink(c->_s, start, end);
	if (!taken)
		vm_drop_region(c, like.region);
	return err;
}

/* ---- protect, set_region ---- */

/* Gives the held entries i … j-1 of a leaf a new protection.
 * V1: the frames stay; hardware permission only follows the mark. */
static void leaf_protect(struct vm_cursor *c, struct uframe *t, u32 i, u32 j, u64 va, u32 prot)
{
	struct vm_info *in = t->info;
	u32 first = PT_ENTRIES, last = 0;
	if ((prot & VM_EXEC) != 0)
		vm_sync_code(c->_s);
	for (u32 w = i / 64; w * 64 < j; w++) {
		for (u64 word = held_word(in, w, i, j); word != 0; word &= word - 1) {
			u32 k = w * 64 + (u32)__builtin_ctzll(word);
			u64 pte = *table_entry(t, k);
			u64 changed = pte_reprotect(pte, prot);
			if (changed == pte)
				continue;
			*table_entry(t, k) = changed;
			last = k;
			first = min_of(first, k);
		}
	}
	if (first > last)
		return;
	vm_forget(c, va + (u64)(first - i) * PAGE_SIZE);
	vm_forget(c, va + (u64)(last - i) * PAGE_SIZE);
}

/* Borders at both ends, for which there is room, then the protection of what lies between. */
static void piece_protect(struct vm_cursor *c, const struct vm_piece *p, u32 prot)
{
	struct vm_info *in = p->t->info;
	u32 at = runs_lower(in, p->i);
	if (at < in->run_count && run_at(in, at)->first < p->i) {
		runs_split(in, p->i);
		at++;
	}
	u32 first = at;
	for (; at < in->run_count && run_at(in, at)->first < p->j; at++) {
		if (run_at(in, at)->end > p->j)
			runs_split(in, p->j);
		run_at(in, at)->prot = prot;
	}
	if (at == first)
		return;
	if (p->t->level == 1)
		leaf_protect(c, p->t, p->i, p->j, p->va, prot);
	runs_join(in, p->i, p->j);
}

err_t vm_protect(struct vm_cursor *c, u64 start, u64 end, u32 prot)
{
	vm_check_range(c, start, end);
	if (likely(c->_level == 1 &&
		   c->_table->info->run_count + 2u <= c->_table->info->run_room)) {
		u32 i = pt_index(start, 1), j = i + (u32)((end - start) / PAGE_SIZE);
		piece_protect(c, &(struct vm_piece){ c->_table, start, end, i, j }, prot);
		return OK;
	}
	TRY(vm_make_borders(c, start, end));
	struct vm_piece p = {};
	for (u64 va = start; va < end; va = p.next) {
		p = vm_piece_at(c, va, end);
		piece_protect(c, &p, prot);
	}
	return OK;
}

/* Each run takes its own count on the new region before it gives back that on the old one. */
err_t vm_set_region(struct vm_cursor *c, u64 start, u64 end, struct region_ref region)
{
	vm_check_range(c, start, end);
	struct region *r = region_get(&region);
	err_t err = vm_make_borders(c, start, end);
	struct vm_piece p = {};
	for (u64 va = start; va < end && err == OK; va = p.next) {
		p = vm_piece_at(c, va, end);
		struct vm_info *in = p.t->info;
		runs_split(in, p.i);
		runs_split(in, p.j);
		for (u32 at = runs_lower(in, p.i);
		     at < in->run_count && run_at(in, at)->first < p.j; at++) {
			object_get_(&r->object);
			vm_drop_region(c, run_at(in, at)->region);
			run_at(in, at)->region = r;
		}
		runs_join(in, p.i, p.j);
	}
	vm_drop_region(c, r);
	return err;
}
