// SPDX-License-Identifier: MPL-2.0
/*
 * vm_cursor - locking a range of an address space, and what happens when it is let go.
 *
 * V2, V3: the walk down reads links without locks; the table it ends at is locked, and if it was
 * detached meanwhile the walk starts again.  Tables below are then locked top-down, in order of
 * address: two cursors meet in that order.
 */
#include <osxtd/fault_inject.h>

#include "core/smp.h"
#include "mm/vm.h"

LOCK_CLASS_RAW(page_table, spin);

/* The space whose tables this CPU looks through without a lock. */
struct vm_walker {
	struct vmspace *space;
};
PER_CPU(struct vm_walker, walkers);

/* ---- walking tables ---- */

struct vm_walk vm_walk_begin(struct uframe *top, u64 start, u64 end)
{
	struct vm_walk w = {
		.top = top, .va = start, .start = start, .end = end, .level = top->level
	};
	array_at(w.path, top->level) = top;
	return w;
}

struct uframe *vm_walk_next(struct vm_walk *w)
{
	while (w->va < w->end) {
		struct uframe *t = array_at(w->path, w->level);
		u64 base = vm_table_start(w->va, w->level);
		u64 past = base + (vm_span(w->level) << 9);
		if (w->level > 1) {
			u32 i = held_next(t->info, pt_index(w->va, w->level), PT_ENTRIES);
			u64 at = base + ((u64)i << pt_shift(w->level));
			if (i < PT_ENTRIES && at < w->end) {
				struct uframe *child = table_child(*table_entry(t, i));
				w->va = max_of(w->va, at);
				w->level--;
				array_at(w->path, w->level) = child;
				return child;
			}
		}
		/* Nothing more below t: go on behind it, in the table above. */
		if (t == w->top)
			return nullptr;
		w->va = past;
		w->level++;
		/* Behind the last entry of the tables above, too? */
		while (w->level < w->top->level && (past & ((vm_span(w->level) << 9) - 1)) == 0)
			w->level++;
		if (w->level == w->top->level && (past & ((vm_span(w->level) << 9) - 1)) == 0)
			return nullptr;
	}
	return nullptr;
}

/* ---- lock ---- */

static void lock_one(struct vm_cursor *c, struct uframe *t)
{
	spin_raw_lock_nested(&t->lock, &page_table_held);
	t->next = c->_locked;
	c->_locked = t;
}

static NOINLINE void lock_below(struct vm_cursor *c)
{
	struct vm_walk w = vm_walk_begin(c->_table, c->_start, c->_end);
	for (struct uframe *t = vm_walk_next(&w); t != nullptr; t = vm_walk_next(&w))
		lock_one(c, t);
}

/* Those that were taken out of the space go on to be freed. */
static NOINLINE void unlock_below(struct vm_cursor *c)
{
	while (c->_locked != nullptr) {
		struct uframe *t = c->_locked;
		c->_locked = t->next;
		bool is_out = t->detached != 0;
		spin_raw_unlock(&t->lock);
		if (!is_out)
			continue;
		t->next = c->_tables;
		c->_tables = t;
	}
}

ALWAYS_INLINE void cursor_begin(struct vm_cursor *c, struct vmspace *s, u64 start, u64 end,
				struct uframe *t)
{
	c->_s = s;
	c->_start = start;
	c->_end = end;
	c->_flush_start = ~0ull;
	c->_flush_end = 0;
	c->_free = nullptr;
	c->_tables = nullptr;
	c->_locked = nullptr;
	c->_regions = nullptr;
	c->_table = t;
	c->_kept_count = 0;
}

/* Between the two no table of s that was detached is used for anything else. */
static void walk_enter(struct vmspace *s)
{
	if (vm_is_shared())
		__atomic_store_n(&this_cpu(walkers)->space, s, __ATOMIC_SEQ_CST);
}
static void walk_leave(void)
{
	if (vm_is_shared())
		__atomic_store_n(&this_cpu(walkers)->space, nullptr, __ATOMIC_RELEASE);
}
/*
 * Returns when no CPU is on a walk of s that began before its tables were detached.
 *
 * No case for RCU: a walk is a few loads long, so whoever unmaps waits for one far less than for a
 * grace period, which ends only when every CPU, in this space or not, has chosen a task.  Tables
 * given back by rcu_call would not be waited for, but each unmapping would wake OSXTD's task, and
 * the tables of all that was unmapped in the last milliseconds would be missed meanwhile.
 */
static void walks_wait(const struct vmspace *s)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	u32 rounds = 0;
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		while (__atomic_load_n(&per_cpu(walkers, cpu)->space, __ATOMIC_ACQUIRE) == s)
			cpu_wait(&rounds);
	}
}

/* The lowest table of s that covers start … end-1, not locked. */
static struct uframe *find_lowest(const struct vmspace *s, u64 start, u64 end, u32 *level)
{
	u64 differ = start ^ (end - 1);
	struct uframe *t = frame_of(s->_root);
	*level = PT_LEVELS;
	while (*level > 1 && differ >> pt_shift(*level) == 0) {
		u64 pte = __atomic_load_n(table_entry(t, pt_index(start, *level)),
					  __ATOMIC_ACQUIRE);
		if (pte == 0)
			break;
		t = table_child(pte);
		(*level)--;
	}
	return t;
}

/* Tables stay what they are while a walk looks at them (walks_wait); the detached flag is checked
 * under the lock (V2).  Nobody waits for a lock within a walk. */
static NOINLINE void lock_by_walk(struct vmspace *s, u64 start, u64 end, struct vm_cursor *out)
{
	struct uframe *t = nullptr;
	u32 level = 0, rounds = 0;
	for (;;) {
		walk_enter(s);
		t = find_lowest(s, start, end, &level);
		bool is_locked = spin_raw_try_lock(&t->lock, &page_table_held);
		bool is_good = is_locked && t->detached == 0;
		walk_leave();
		if (likely(is_good))
			break;
		if (is_locked)
			spin_raw_unlock(&t->lock);
		/* Whatever it is by now: it is looked at again when its lock is free. */
		while (!is_locked && __atomic_load_n(&t->lock._word, __ATOMIC_RELAXED) != 0)
			cpu_wait(&rounds);
	}
	cursor_begin(out, s, start, end, t);
	out->_level = level;
	if (level == 1) {
		t->base = vm_table_start(start, 1);
		*vm_leaf_slot(s, start) = t;
	} else if (vm_is_shared()) {
		lock_below(out);
	}
}

static NOINLINE err_t lock_slow(struct vmspace *s, u64 start, u64 end, struct vm_cursor *out)
{
	ASSERT(start < end && end <= VMSPACE_HIGH && ((start | end) & (PAGE_SIZE - 1)) == 0);
	if (table_cache_here()->count < TABLE_RESERVE || fault_is_armed())
		TRY(table_reserve(TABLE_RESERVE));
	lock_by_walk(s, start, end, out);
	return OK;
}

/* The fault path calls nothing: a leaf that is remembered, and whose lock is free.
 * A remembered leaf is used only if it is still this space's leaf for the range, checked under its
 * lock; slots of pages never go away. */
err_t vmspace_lock(struct vmspace *s, u64 start, u64 end, struct vm_cursor *out)
{
	struct uframe *t = *vm_leaf_slot(s, start);
	if (unlikely(t == nullptr || start >= end || ((start | end) & (PAGE_SIZE - 1)) != 0 ||
		     table_cache_here()->count < TABLE_RESERVE))
		return lock_slow(s, start, end, out);
	u64 base = t->base;
	if (unlikely(start < base || end - base > vm_span(2) || t->owner != s))
		return lock_slow(s, start, end, out);
	if (unlikely(!spin_raw_try_lock(&t->lock, &page_table_held)))
		return lock_slow(s, start, end, out);
	/* The owner first: a table that is taken anew gets it last (table_take). */
	if (unlikely(__atomic_load_n(&t->owner, __ATOMIC_ACQUIRE) != s || t->base != base)) {
		spin_raw_unlock(&t->lock);
		return lock_slow(s, start, end, out);
	}
	cursor_begin(out, s, start, end, t);
	out->_level = 1;
	return OK;
}

/* ---- release ---- */

static NOINLINE void flush(const struct vm_cursor *c)
{
	u64 root = c->_s->_root;
	tlb_forget_range(root, c->_flush_start, c->_flush_end);
	if (!vm_is_shared())
		return;
	u64 others = vm_other_cpus(c->_s);
	if (others != 0)
		arch_tlb_forget_others(others, root, c->_flush_start, c->_flush_end);
}

/* After the flush: the counts that waited for it. */
static void drop_kept(struct vm_cursor *c)
{
	for (u32 i = 0; i < c->_kept_count; i++) {
		struct uframe *f = array_at(c->_kept, i);
		if (frame_unref(f))
			frame_give(f, FRAME_UNTYPED);
	}
	c->_kept_count = 0;
}

void vm_keep_frame(struct vm_cursor *c, struct uframe *f)
{
	if (c->_kept_count == VM_KEPT_MAX) {
		/* Where they were is not known yet. */
		c->_flush_start = 0;
		c->_flush_end = VMSPACE_HIGH;
		flush(c);
		drop_kept(c);
	}
	array_at(c->_kept, c->_kept_count++) = f;
}

/* The frames' and tables' last counts are the cursor's, and no translation leads to them any more.
 */
static NOINLINE void free_gathered(struct vm_cursor *c, const struct vmspace *s)
{
	drop_kept(c);
	while (c->_free != nullptr) {
		struct uframe *f = c->_free;
		c->_free = f->next;
		f->refs = 0;
		frame_give(f, FRAME_UNTYPED);
	}
	if (c->_tables != nullptr && vm_is_shared())
		walks_wait(s);
	while (c->_tables != nullptr) {
		struct uframe *t = c->_tables;
		c->_tables = t->next;
		table_give(t);
	}
	while (c->_regions != nullptr) {
		struct region *r = c->_regions;
		c->_regions = r->_next;
		r->_next = nullptr;
		object_put_(&r->object);
	}
}

void vm_cursor_release(struct vm_cursor *c)
{
	const struct vmspace *s = c->_s;
	if (s == nullptr)
		return;
	if (c->_flush_end != 0)
		flush(c);
	if (unlikely(c->_locked != nullptr))
		unlock_below(c);
	spin_raw_unlock(&c->_table->lock);
	c->_s = nullptr;
	if (c->_free != nullptr || c->_tables != nullptr || c->_regions != nullptr ||
	    c->_kept_count != 0)
		free_gathered(c, s);
}

void vm_drop_region(struct vm_cursor *c, struct region *r)
{
	if (object_refs(&r->object) != 1) {
		object_count_(&r->object, -1);
		u32 before = __atomic_fetch_sub(&r->object._refs._v, 1, __ATOMIC_ACQ_REL);
		if (before != 1) {
			if (unlikely(before - 1 >= OBJECT_SATURATED - 1))
				__atomic_store_n(&r->object._refs._v, OBJECT_SATURATED,
						 __ATOMIC_RELAXED);
			return;
		}
		__atomic_store_n(&r->object._refs._v, 1, __ATOMIC_RELAXED);
		object_count_(&r->object, 1);
	}
	r->_next = c->_regions;
	c->_regions = r;
}

/* ---- tables ---- */

/* The mark's count moves with it: M1, M2 hold for both tables before the link is visible. */
err_t vm_push_down(struct vm_cursor *c, struct uframe *t, u64 va, struct uframe **out)
{
	u32 level = t->level, i = pt_index(va, level);
	TRY(runs_room(t, 2));
	struct uframe *child = table_take(level - 1, c->_s);
	if (child == nullptr)
		return ERR_NOMEM;
	if (vm_is_shared())
		lock_one(c, child);
	struct vm_info *in = t->info;
	if (run_of(in, i) != nullptr) {
		runs_split(in, i);
		runs_split(in, i + 1);
		u32 at = runs_lower(in, i);
		struct vm_run mark = *run_at(in, at);
		runs_remove(in, at, 1);
		mark.first = 0;
		mark.end = PT_ENTRIES;
		run_insert(child->info, 0, mark);
	}
	held_set(in, i);
	__atomic_store_n(table_entry(t, i), pte_link(frame_paddr(child)), __ATOMIC_RELEASE);
	atomic_u64_add(&c->_s->_tables, 1);
	*out = child;
	return OK;
}

/* The table in which va becomes a border: marks above the leaf that straddle it are pushed down.
 * `inside` is the page of the range next to it. */
static err_t border_down(struct vm_cursor *c, u64 va, u64 inside, struct uframe **out)
{
	struct uframe *t = vm_table_for(c, inside);
	while (t->level > 1 && (va & (vm_span(t->level) - 1)) != 0 &&
	       run_of(t->info, pt_index(inside, t->level)) != nullptr)
		TRY(vm_push_down(c, t, inside, &t));
	*out = t;
	return OK;
}

/* 1 if a run of t must be split at entry i. */
static u32 split_needed(struct vm_info *in, u32 i)
{
	u32 at = runs_lower(in, i);
	return at < in->run_count && run_at(in, at)->first < i ? 1 : 0;
}

err_t vm_make_borders(struct vm_cursor *c, u64 start, u64 end)
{
	struct uframe *first = nullptr, *last = nullptr;
	TRY(border_down(c, start, start, &first));
	TRY(border_down(c, end, end - PAGE_SIZE, &last));
	/* Pushing down for the end may have taken the start's mark with it. */
	first = vm_table_for(c, start);
	u32 at_start = split_needed(first->info, pt_index(start, first->level));
	u32 at_end = split_needed(last->info, pt_index(end - PAGE_SIZE, last->level) + 1);
	if (first == last)
		return runs_room(first, at_start + at_end);
	TRY(runs_room(first, at_start));
	return runs_room(last, at_end);
}

/* V2: an empty table is marked detached under its lock before its link goes; it is reused after the
 * flush only. */
void vm_prune(struct vm_cursor *c, u64 va)
{
	struct uframe *path[PT_LEVELS_MAX + 1] = {};
	struct uframe *t = c->_table;
	u32 level = c->_level;
	array_at(path, level) = t;
	while (level > 1) {
		u64 pte = *table_entry(t, pt_index(va, level));
		if (pte == 0)
			break;
		t = table_child(pte);
		level--;
		array_at(path, level) = t;
	}
	for (; level < c->_level && table_is_empty(array_at(path, level)->info); level++) {
		struct uframe *parent = array_at(path, level + 1);
		u32 i = pt_index(va, level + 1);
		t = array_at(path, level);
		t->detached = 1;
		*table_entry(parent, i) = 0;
		held_clear(parent->info, i);
		t->owner = nullptr;
		if (!vm_is_shared()) { /* else unlock_below does it */
			t->next = c->_tables;
			c->_tables = t;
		}
		atomic_u64_sub(&c->_s->_tables, 1);
		/* Forgets what the CPU remembers of the link, too. */
		vm_forget(c, page_down(va));
	}
}
