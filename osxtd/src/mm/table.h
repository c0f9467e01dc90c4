/* SPDX-License-Identifier: MPL-2.0 */
/*
 * table - page-table pages of user spaces, with what stands beside their entries.
 *
 * Each table has a vm_info: a bitmap of the entries that are not zero and the *runs*, the marks of
 * the table in compressed form: entries first … end-1 belong to region with prot.  A run holds one
 * count on its region, however long it is.  In a leaf the entries of a run may hold frames; above
 * the leaf a run speaks for whole subranges, and an entry is either in a run or a link to a lower
 * table, never both.
 *
 *   M1: runs are sorted, not empty, do not overlap; neighbours that could be one are one.
 *   M2: held bit i is set iff entry i is not zero; in a leaf a held entry lies in a run.
 *   M3: a table in the cache of free tables has no entry, no held bit and no run, so it is never
 *       zeroed again.
 *
 *   Locking:  the table's lock (slot.lock), class vmspace_page; new tables are locked by the cursor
 *             that makes them.
 */
#pragma once
#include "mm/pte.h"
#include <osxtd/vmspace.h>

#include "mm/frames.h"

struct vm_run {
	u16 first, end;
	u32 prot;
	struct region *region;
};
struct vm_info {
	u64 held[PT_ENTRIES / 64];
	u16 run_count, run_room;
	u16 hint; /* run that was found last */
	u16 unused;
	struct vm_run run[];
};
enum : u32 {
	RUNS_SMALL = 7,	   /* room of the smallest vm_info */
	TABLE_RESERVE = 8, /* tables one operation may need: three on each side of two split points,
			      two to spare */
	TABLE_CACHE_MAX = 64,
};
static_assert(sizeof(struct vm_info) + RUNS_SMALL * sizeof(struct vm_run) <= 192);

struct table_cache {
	struct uframe *first; /* empty tables, each with an empty vm_info of RUNS_SMALL */
	u32 count;
	u32 root_count;
	struct uframe *roots; /* the same with the kernel's entries in place */
} __attribute__((aligned(64)));
extern struct table_cache shared table_caches[CPU_MAX];

ALWAYS_INLINE struct table_cache *table_cache_here(void)
{
	return &array_at(table_caches, cpu_id() % CPU_MAX);
}

/* Makes sure that this CPU's cache holds n tables, which stay there while preemption is off.  May
 * run the pressure hook. */
err_t table_reserve(u32 n);
/* An empty table, out of the reserve if it can; null when memory is out.  Not locked. */
struct uframe *table_take(u32 level, struct vmspace *owner);
/* Takes an empty, unlinked table back. */
void table_give(struct uframe *t);
/* A top table with the kernel's entries.  ERR_NOMEM. */
err_t table_take_root(struct vmspace *owner, struct uframe **out);
void table_give_root(struct uframe *t);
/* Frees the cached tables of this CPU.  Returns pages. */
u64 table_cache_shrink(void);

/* ---- entries ---- */
/* Entry i of t. */
ALWAYS_INLINE u64 *table_entry(const struct uframe *t, u32 i)
{
	UNSAFE("1. a page-table page is mapped in the physmap and holds PT_ENTRIES entries; 2. i "
	       "is cut to them")
	return &((u64 *)(void *)frame_va(t))[i % PT_ENTRIES];
}
ALWAYS_INLINE struct uframe *table_child(u64 pte)
{
	return frame_of(pte_paddr(pte));
}
ALWAYS_INLINE void held_set(struct vm_info *in, u32 i)
{
	array_at(in->held, i / 64 % 8) |= 1ull << (i % 64);
}
ALWAYS_INLINE void held_clear(struct vm_info *in, u32 i)
{
	array_at(in->held, i / 64 % 8) &= ~(1ull << (i % 64));
}
ALWAYS_INLINE bool held_test(const struct vm_info *in, u32 i)
{
	return (array_at(in->held, i / 64 % 8) >> (i % 64) & 1) != 0;
}
/* The first held entry in from … end-1; end when there is none. */
ALWAYS_INLINE u32 held_next(const struct vm_info *in, u32 from, u32 end)
{
	if (from >= end)
		return end;
	u32 w = from / 64 % 8;
	u64 word = array_at(in->held, w) >> (from % 64) << (from % 64);
	while (word == 0) {
		if (w == 7)
			return end;
		word = array_at(in->held, ++w % 8);
	}
	from = w * 64 + (u32)__builtin_ctzll(word);
	return from < end ? from : end;
}
/* The held bits of word w that stand for entries first … end-1. */
ALWAYS_INLINE u64 held_word(const struct vm_info *in, u32 w, u32 first, u32 end)
{
	u64 word = array_at(in->held, w % 8);
	if (first > w * 64)
		word = word >> (first % 64) << (first % 64);
	if (end < w * 64 + 64)
		word &= (1ull << (end % 64)) - 1;
	return word;
}
/* The last held entry below end; -1 when there is none. */
i32 held_last(const struct vm_info *in, u32 end);
bool table_is_empty(const struct vm_info *in);

/* ---- runs ---- */
/* Run i, to be looked at; to be changed, which may also be the place behind the last one. */
ALWAYS_INLINE const struct vm_run *run_see(const struct vm_info *in, u32 i)
{
	ASSERT(i < in->run_room);
	UNSAFE("1. an info has room for run_room runs behind its header; 2. i is checked against "
	       "it")
	return &in->run[i];
}
ALWAYS_INLINE struct vm_run *run_at(struct vm_info *in, u32 i)
{
	ASSERT(i < in->run_room);
	UNSAFE("1. as run_see: i is checked against the room that info_new made")
	return &in->run[i];
}
/* As run_at for an i that was compared with run_count: there is room for as many (M1). */
ALWAYS_INLINE struct vm_run *run_below(struct vm_info *in, u32 i)
{
	UNSAFE("1. i is below run_count, which is at most run_room")
	return &in->run[i];
}
u32 runs_lower_slow(const struct vm_info *in, u32 i) NOINLINE;
struct vm_run *run_of_slow(struct vm_info *in, u32 i) NOINLINE;
/* The run that was found last if it holds entry i, else null: then ask run_of. */
ALWAYS_INLINE struct vm_run *run_hint(struct vm_info *in, u32 i)
{
	u32 h = in->hint;
	if (unlikely(h >= in->run_count))
		return nullptr;
	struct vm_run *run = run_below(in, h);
	return likely(run->first <= i && i < run->end) ? run : nullptr;
}
/* Index of the first run that ends behind entry i; run_count when there is none. */
ALWAYS_INLINE u32 runs_lower(struct vm_info *in, u32 i)
{
	return run_hint(in, i) != nullptr ? in->hint : runs_lower_slow(in, i);
}
/* The run that holds entry i, or null. */
ALWAYS_INLINE struct vm_run *run_of(struct vm_info *in, u32 i)
{
	struct vm_run *run = run_hint(in, i);
	return likely(run != nullptr) ? run : run_of_slow(in, i);
}
err_t runs_grow(struct uframe *t, u32 need) COLD;
/* Room for more further runs in t's vm_info, which may move.  ERR_NOMEM. */
ALWAYS_INLINE err_t runs_room(struct uframe *t, u32 more)
{
	u32 need = t->info->run_count + more;
	return likely(need <= t->info->run_room) ? OK : runs_grow(t, need);
}
/* Makes entry i (0 … 512) a border between runs; the room for one more run is there. */
void runs_split(struct vm_info *in, u32 i);
/* Joins equal neighbours among the runs that touch first … end.  Counts that become superfluous are
 * returned to their region. */
void runs_join(struct vm_info *in, u32 first, u32 end);
void run_insert(struct vm_info *in, u32 at, struct vm_run run);
void runs_remove(struct vm_info *in, u32 at, u32 n);
/* False when one of first … end-1 is marked. */
bool runs_are_clear(const struct vm_info *in, u32 first, u32 end);
