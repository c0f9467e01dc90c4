// SPDX-License-Identifier: MPL-2.0
/* vm_query - looking at an address space under a cursor. */
#include "mm/vm.h"

ALWAYS_INLINE void entry_mapped(struct vm_entry *out, u64 pte)
{
	out->is_mapped = true;
	out->is_writable = pte_is_writable(pte);
	out->is_dirty = pte_is_dirty(pte);
	out->is_accessed = pte_is_accessed(pte);
	out->frame = frame_of(pte_paddr(pte));
}

ALWAYS_INLINE void entry_marked(struct vm_entry *out, u64 va, u64 len, const struct vm_run *run)
{
	out->va = va;
	out->len = len;
	out->region = run->region;
	out->prot = run->prot;
	out->is_mapped = false;
	out->is_writable = false;
	out->is_dirty = false;
	out->is_accessed = false;
	out->frame = nullptr;
}

ALWAYS_INLINE void entry_of_leaf(struct vm_entry *out, struct uframe *t, u64 va, u32 i,
				 const struct vm_run *run)
{
	entry_marked(out, page_down(va), PAGE_SIZE, run);
	u64 pte = *table_entry(t, i);
	if (pte != 0)
		entry_mapped(out, pte);
}

static NOINLINE bool query_slow(struct vm_cursor *c, u64 va, struct vm_entry *out)
{
	vm_check(c, va);
	struct uframe *t = vm_table_for(c, va);
	u32 i = pt_index(va, t->level);
	struct vm_run *run = run_of(t->info, i);
	if (run == nullptr)
		return false;
	if (t->level == 1)
		entry_of_leaf(out, t, va, i, run);
	else
		entry_marked(out, page_down(va), PAGE_SIZE, run);
	return true;
}

/* The first lines are the fault path: one leaf, and the run that was found last. */
bool vm_query(struct vm_cursor *c, u64 va, struct vm_entry *out)
{
	if (unlikely(c->_level != 1 || va - c->_start >= c->_end - c->_start))
		return query_slow(c, va, out);
	struct uframe *t = c->_table;
	u32 i = pt_index(va, 1);
	struct vm_run *run = run_hint(t->info, i);
	if (unlikely(run == nullptr))
		return query_slow(c, va, out);
	entry_of_leaf(out, t, va, i, run);
	return true;
}

/* The first entry of table t at or behind entry i that is not empty; *next: where to go on when
 * there is none, or the link that stands there. */
static bool next_in_table(struct uframe *t, u64 va, u64 end, struct vm_entry *out, u64 *next)
{
	u32 level = t->level, i = pt_index(va, level);
	u64 base = vm_table_start(va, level);
	struct vm_info *in = t->info;
	u32 at = runs_lower(in, i);
	u32 held = held_next(in, i, PT_ENTRIES);
	u32 first = at < in->run_count ? max_of((u32)run_at(in, at)->first, i) : (u32)PT_ENTRIES;
	if (level > 1 && held < first) {
		*next = max_of(va, base + ((u64)held << pt_shift(level)));
		return false;
	}
	if (first == PT_ENTRIES) {
		*next = base + (vm_span(level) << 9);
		return false;
	}
	u64 start = max_of(va, base + ((u64)first << pt_shift(level)));
	if (start >= end) {
		*next = end;
		return false;
	}
	in->hint = (u16)at;
	const struct vm_run *run = run_at(in, at);
	if (level == 1 && held_test(in, first)) {
		entry_marked(out, start, PAGE_SIZE, run);
		entry_mapped(out, *table_entry(t, first));
		return true;
	}
	u32 stop = level == 1 ? held_next(in, first, run->end) : run->end;
	u64 past = min_of(end, base + ((u64)stop << pt_shift(level)));
	entry_marked(out, start, past - start, run);
	return true;
}

bool vm_next(struct vm_cursor *c, u64 va, struct vm_entry *out)
{
	if (va >= c->_end)
		return false;
	va = max_of(page_down(va), c->_start);
	while (va < c->_end) {
		struct uframe *t = vm_table_for(c, va);
		u64 next = 0;
		if (next_in_table(t, va, c->_end, out, &next))
			return true;
		va = next;
	}
	return false;
}

void vm_test_and_clear(struct vm_cursor *c, u64 va, bool *was_accessed, bool *was_dirty)
{
	vm_check(c, va);
	struct uframe *t = vm_table_for(c, va);
	u64 *entry = table_entry(t, pt_index(va, t->level));
	u64 pte = t->level == 1 ? *entry : 0;
	*was_accessed = pte != 0 && pte_is_accessed(pte);
	*was_dirty = pte != 0 && pte_is_dirty(pte);
	if (!*was_accessed && !*was_dirty)
		return;
	/* The CPU may set the bits at any time: take what is there. */
	u64 seen = pte;
	while (!pte_exchange(entry, &seen, pte_clear_used(seen)))
		continue;
	*was_accessed = pte_is_accessed(seen);
	*was_dirty = pte_is_dirty(seen);
	vm_forget(c, page_down(va));
}

/* The run of t that holds va or is the first behind it, with or without frames; false: go on at
 * *next. */
static bool run_in_table(struct uframe *t, u64 va, u64 end, struct vm_entry *out, u64 *next)
{
	u32 level = t->level, i = pt_index(va, level);
	u64 base = vm_table_start(va, level);
	struct vm_info *in = t->info;
	u32 at = runs_lower(in, i);
	u32 held = level > 1 ? held_next(in, i, PT_ENTRIES) : (u32)PT_ENTRIES;
	u32 first = at < in->run_count ? max_of((u32)run_at(in, at)->first, i) : (u32)PT_ENTRIES;
	if (held < first || first == PT_ENTRIES) {
		*next = max_of(va, base + ((u64)min_of(held, first) << pt_shift(level)));
		return false;
	}
	u64 start = max_of(va, base + ((u64)first << pt_shift(level)));
	if (start >= end) {
		*next = end;
		return false;
	}
	in->hint = (u16)at;
	u64 past = min_of(end, base + ((u64)run_at(in, at)->end << pt_shift(level)));
	entry_marked(out, start, past - start, run_at(in, at));
	return true;
}

static bool next_run(struct vm_cursor *c, u64 va, struct vm_entry *out)
{
	while (va < c->_end) {
		u64 next = 0;
		if (run_in_table(vm_table_for(c, va), va, c->_end, out, &next))
			return true;
		va = next;
	}
	return false;
}

bool vm_next_mark(struct vm_cursor *c, u64 va, struct vm_entry *out)
{
	if (va >= c->_end || !next_run(c, max_of(page_down(va), c->_start), out))
		return false;
	/* A run ends with its table; what goes on behind it is the same run to the caller. */
	struct vm_entry more = {};
	while (out->va + out->len < c->_end && next_run(c, out->va + out->len, &more) &&
	       more.va == out->va + out->len && more.region == out->region &&
	       more.prot == out->prot)
		out->len += more.len;
	return true;
}
