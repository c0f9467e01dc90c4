/* SPDX-License-Identifier: MPL-2.0 */
/* vm - what the parts of the address-space code share; the design is in table.h and
 * <osxtd/vmspace.h>. */
#pragma once
#include "boot_info.h"
#include "mm/table.h"

/* The lowest table under the cursor that speaks for va.  Its entry for va is empty, marked or, in a
 * leaf, mapped. */
ALWAYS_INLINE struct uframe *vm_table_for(const struct vm_cursor *c, u64 va)
{
	struct uframe *t = c->_table;
	if (likely(c->_level == 1))
		return t;
	for (u32 level = c->_level; level > 1; level--) {
		u64 pte = *table_entry(t, pt_index(va, level));
		if (pte == 0)
			break;
		t = table_child(pte);
	}
	return t;
}
/* The cursor locks va. */
ALWAYS_INLINE void vm_check(const struct vm_cursor *c, u64 va)
{
	ASSERT(va - c->_start < c->_end - c->_start);
}
ALWAYS_INLINE void vm_check_range(const struct vm_cursor *c, u64 start, u64 end)
{
	ASSERT(c->_start <= start && start < end && end <= c->_end &&
	       ((start | end) & (PAGE_SIZE - 1)) == 0);
}
ALWAYS_INLINE u64 vm_span(u32 level)
{
	return 1ull << pt_shift(level);
}
/* Start of what the whole table that holds va at level speaks for. */
ALWAYS_INLINE u64 vm_table_start(u64 va, u32 level)
{
	return va >> (pt_shift(level) + 9) << (pt_shift(level) + 9);
}
/* Pages that n entries at level stand for. */
ALWAYS_INLINE u64 vm_pages(u64 n, u32 level)
{
	return n << (9 * (level - 1));
}

/*
 * Whether several CPUs may work on one space.  With one CPU the lock of a cursor's own table does
 * all, and those below it need none: whoever holds it is not preempted, and interrupts touch no
 * user space.
 */
ALWAYS_INLINE bool vm_is_shared(void)
{
	return boot_info.cpu_count > 1;
}
/* The CPUs but this one that may remember translations of s.  One that loads it later finds the
 * entries as they are by now. */
ALWAYS_INLINE u64 vm_other_cpus(const struct vmspace *s)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return atomic_u64_load(&s->_cpus) & ~(1ull << (cpu_id() % CPU_MAX));
}
/* The leaf of s for va may be remembered, so that the next cursor there needs no walk. */
ALWAYS_INLINE struct uframe **vm_leaf_slot(struct vmspace *s, u64 va)
{
	return &array_at(s->_leaf, (va >> pt_shift(2)) % VM_LEAVES);
}

void vm_sync_others(struct vmspace *s) NOINLINE;
/* Before a page of s becomes executable: no CPU runs what it remembers of other content there. */
ALWAYS_INLINE void vm_sync_code(struct vmspace *s)
{
	cpu_sync_code();
	if (CPU_REMEMBERS_CODE && vm_is_shared())
		vm_sync_others(s);
}
/* The translation of va must be forgotten before the cursor is released. */
ALWAYS_INLINE void vm_forget(struct vm_cursor *c, u64 va)
{
	c->_flush_start = min_of(c->_flush_start, va);
	c->_flush_end = max_of(c->_flush_end, va + PAGE_SIZE);
}
/* Keeps the count of f, which others count too, until the flush: they may free it any time. */
void vm_keep_frame(struct vm_cursor *c, struct uframe *f) NOINLINE;
/* Drops the count of a mapping whose entry is gone; the last one waits for the flush, and each does
 * while another CPU may still reach the frame by it. */
ALWAYS_INLINE void vm_drop_frame(struct vm_cursor *c, struct uframe *f)
{
	if (__atomic_load_n(&f->refs, __ATOMIC_ACQUIRE) != 1) {
		if (vm_is_shared() && vm_other_cpus(c->_s) != 0) {
			vm_keep_frame(c, f);
			return;
		}
		if (!frame_unref(f))
			return;
	}
	f->refs = 1;
	f->next = c->_free;
	c->_free = f;
}
/* Drops a run's count on its region; a last one waits for the release, for the region's end may
 * take locks. */
void vm_drop_region(struct vm_cursor *c, struct region *r);

/* A piece of start … end-1 that one table speaks for: entries i … j-1 of t, from va on. */
struct vm_piece {
	struct uframe *t;
	u64 va, next; /* next: address behind the piece */
	u32 i, j;
};
/* The piece at va.  Above the leaf it ends before the next entry that is a link. */
ALWAYS_INLINE struct vm_piece vm_piece_at(const struct vm_cursor *c, u64 va, u64 end)
{
	struct uframe *t = vm_table_for(c, va);
	u32 level = t->level;
	u32 i = pt_index(va, level);
	bool ends_here = ((va ^ (end - 1)) >> (pt_shift(level) + 9)) == 0;
	u32 j = ends_here ? pt_index(end - 1, level) + 1 : (u32)PT_ENTRIES;
	if (level > 1)
		j = max_of(i + 1, held_next(t->info, i + 1, j));
	u64 next = vm_table_start(va, level) + ((u64)j << pt_shift(level));
	return (struct vm_piece){ t, va, min_of(next, end), i, j };
}

/* Puts a table under entry i of t (va lies in it), and moves the mark that stood there into it.
 * ERR_NOMEM: as before. */
err_t vm_push_down(struct vm_cursor *c, struct uframe *t, u64 va, struct uframe **child);
/* Makes start and end borders: marks above the leaf that straddle them are pushed down, room for
 * splits is made. */
err_t vm_make_borders(struct vm_cursor *c, u64 start, u64 end);
/* Frees the empty tables on the way to va, below the cursor's own. */
void vm_prune(struct vm_cursor *c, u64 va);

/* Walks the tables below top that speak for parts of start … end-1, parents first. */
struct vm_walk {
	struct uframe *top;
	struct uframe *path[PT_LEVELS_MAX + 1]; /* by level */
	u64 va, start, end;
	u32 level;
};
struct vm_walk vm_walk_begin(struct uframe *top, u64 start, u64 end);
/* The next table below top; null at the end. */
struct uframe *vm_walk_next(struct vm_walk *w);

/* Remembers that start … end-1 became empty or marked, for vmspace_find_free. */
ALWAYS_INLINE void vm_gap_grow(struct vmspace *s, u64 start, u64 end)
{
	if (start == s->_gap_end) {
		s->_gap_end = end;
	} else if (end == s->_gap_start) {
		s->_gap_start = start;
	} else if (start > s->_gap_end && end <= s->_gap_below) {
		s->_gap_start = start;
		s->_gap_end = end;
	}
}
ALWAYS_INLINE void vm_gap_shrink(struct vmspace *s, u64 start, u64 end)
{
	if (end <= s->_gap_start || s->_gap_end <= start)
		return;
	if (end >= s->_gap_end)
		s->_gap_end = max_of(start, s->_gap_start);
	else
		s->_gap_start = end;
}
