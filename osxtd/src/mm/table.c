// SPDX-License-Identifier: MPL-2.0
/* table - the cache of empty tables, and the runs beside a table's entries.  See table.h. */
#include "mm/table.h"

#include <osxtd/buf.h>
#include <osxtd/fault_inject.h>

struct table_cache shared table_caches[CPU_MAX];

/* ---- vm_info ---- */

static struct vm_info *as_info(u8 *bytes)
{
	UNSAFE("1. the buffer is as large as info_new's length, and aligned; it is filled there")
	return (struct vm_info *)(void *)bytes;
}

static struct vm_info *info_new(u32 room)
{
	struct buf b = {};
	usize len = sizeof(struct vm_info) + room * sizeof(struct vm_run);
	if (buf_alloc_uninit(len, &b) != OK)
		return nullptr;
	struct vm_info *in = as_info(b._ptr);
	words_zero(in, sizeof(*in) / 8);
	in->run_room = (u16)room;
	return in;
}

static u8 *bytes_of(struct vm_info *in)
{
	UNSAFE("1. they go back as the buffer that info_new took, with the length that room gives")
	return (u8 *)in;
}

static void info_drop(struct vm_info *in)
{
	if (in == nullptr)
		return;
	usize len = sizeof(struct vm_info) + in->run_room * sizeof(struct vm_run);
	struct buf b = { bytes_of(in), len };
	buf_drop(&b);
}

err_t runs_grow(struct uframe *t, u32 need)
{
	struct vm_info *in = t->info;
	u32 room = RUNS_SMALL;
	while (room < need)
		room = room * 2 + 5;
	struct vm_info *bigger = info_new(room);
	if (bigger == nullptr)
		return ERR_NOMEM;
	memcpy(bigger->held, in->held, sizeof(in->held));
	memcpy(bigger->run, in->run, in->run_count * sizeof(struct vm_run));
	bigger->run_count = in->run_count;
	t->info = bigger;
	info_drop(in);
	return OK;
}

/* ---- the cache ---- */

static void table_free(struct uframe *t)
{
	info_drop(t->info);
	t->info = nullptr;
	t->owner = nullptr;
	frame_give(t, FRAME_TABLE);
}

static struct uframe *table_new(void)
{
	struct uframe *t = frame_take(FRAME_TABLE);
	if (t == nullptr)
		return nullptr;
	t->info = info_new(RUNS_SMALL);
	if (t->info == nullptr) {
		frame_give(t, FRAME_TABLE);
		return nullptr;
	}
	t->owner = nullptr;
	page_zero(frame_va(t));
	return t;
}

err_t table_reserve(u32 n)
{
	if (fault_inject(PAGE_SIZE))
		return ERR_NOMEM;
	while (table_cache_here()->count < n) {
		u32 before = table_cache_here()->count;
		struct uframe *t = table_new();
		if (t == nullptr)
			return ERR_NOMEM;
		struct table_cache *c = table_cache_here();
		t->next = c->first;
		c->first = t;
		c->count++;
		/* The page came out of this very cache: there is no more memory, and going on would
		 * never end. */
		if (c->count <= before)
			return ERR_NOMEM;
	}
	return OK;
}

struct uframe *table_take(u32 level, struct vmspace *owner)
{
	struct table_cache *c = table_cache_here();
	struct uframe *t = c->first;
	if (likely(t != nullptr)) {
		c->first = t->next;
		c->count--;
	} else {
		t = table_new();
		if (t == nullptr)
			return nullptr;
	}
	t->level = (u8)level;
	t->detached = 0;
	t->base = ~0ull; /* nobody remembers it as a leaf of what it was before */
	/* Not before the base is gone: vmspace_lock may look at both by now (test/model). */
	__atomic_store_n(&t->owner, owner, __ATOMIC_RELEASE);
	return t;
}

void table_give(struct uframe *t)
{
	DEBUG_ASSERT(table_is_empty(t->info));
	struct table_cache *c = table_cache_here();
	t->owner = nullptr;
	if (unlikely(t->info->run_room != RUNS_SMALL || c->count >= TABLE_CACHE_MAX ||
		     cpu_in_irq())) {
		table_free(t);
		return;
	}
	t->next = c->first;
	c->first = t;
	c->count++;
}

err_t table_take_root(struct vmspace *owner, struct uframe **out)
{
	struct table_cache *c = table_cache_here();
	struct uframe *t = c->roots;
	if (likely(t != nullptr)) {
		c->roots = t->next;
		c->root_count--;
	} else {
		TRY(table_reserve(1));
		t = table_take(PT_LEVELS, owner);
		paging_fill_root(frame_paddr(t));
	}
	t->level = (u8)PT_LEVELS;
	t->detached = 0;
	t->owner = owner;
	*out = t;
	return OK;
}

void table_give_root(struct uframe *t)
{
	DEBUG_ASSERT(table_is_empty(t->info));
	struct table_cache *c = table_cache_here();
	t->owner = nullptr;
	if (unlikely(t->info->run_room != RUNS_SMALL || c->root_count >= TABLE_CACHE_MAX ||
		     cpu_in_irq())) {
		table_free(t);
		return;
	}
	t->next = c->roots;
	c->roots = t;
	c->root_count++;
}

u64 table_cache_shrink(void)
{
	struct table_cache *c = table_cache_here();
	u64 pages = 0;
	if (cpu_in_irq())
		return 0;
	while (c->count > TABLE_RESERVE) {
		struct uframe *t = c->first;
		c->first = t->next;
		c->count--;
		table_free(t);
		pages++;
	}
	while (c->roots != nullptr) {
		struct uframe *t = c->roots;
		c->roots = t->next;
		c->root_count--;
		table_free(t);
		pages++;
	}
	return pages;
}

/* ---- bitmap ---- */

i32 held_last(const struct vm_info *in, u32 end)
{
	while (end > 0) {
		u32 word_at = (end - 1) / 64;
		u64 word = array_at(in->held, word_at % 8);
		if (end % 64 != 0)
			word &= (1ull << (end % 64)) - 1;
		if (word != 0)
			return (i32)(word_at * 64 + 63 - (u32)__builtin_clzll(word));
		end = word_at * 64;
	}
	return -1;
}

bool table_is_empty(const struct vm_info *in)
{
	u64 any = in->run_count;
	for (u32 i = 0; i < array_len(in->held); i++)
		any |= array_at(in->held, i);
	return any == 0;
}

/* ---- runs ---- */

u32 runs_lower_slow(const struct vm_info *in, u32 i)
{
	u32 low = 0, high = in->run_count;
	while (low < high) {
		u32 mid = (low + high) / 2;
		if (run_see(in, mid)->end <= i)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct vm_run *run_of_slow(struct vm_info *in, u32 i)
{
	u32 h = runs_lower_slow(in, i);
	if (h >= in->run_count || run_at(in, h)->first > i)
		return nullptr;
	in->hint = (u16)h;
	return run_at(in, h);
}

void run_insert(struct vm_info *in, u32 at, struct vm_run run)
{
	ASSERT(in->run_count < in->run_room && at <= in->run_count);
	for (u32 i = in->run_count; i > at; i--)
		*run_at(in, i) = *run_at(in, i - 1);
	*run_at(in, at) = run;
	in->run_count++;
}

void runs_remove(struct vm_info *in, u32 at, u32 n)
{
	ASSERT(at + n <= in->run_count);
	in->run_count = (u16)(in->run_count - n);
	for (u32 i = at; i < in->run_count; i++)
		*run_at(in, i) = *run_at(in, i + n);
}

void runs_split(struct vm_info *in, u32 i)
{
	u32 at = runs_lower(in, i);
	if (at >= in->run_count || run_at(in, at)->first >= i)
		return;
	struct vm_run tail = *run_at(in, at);
	tail.first = (u16)i;
	object_get_(&tail.region->object);
	run_insert(in, at + 1, tail);
	run_at(in, at)->end = (u16)i;
}

void runs_join(struct vm_info *in, u32 first, u32 end)
{
	u32 at = runs_lower_slow(in, first == 0 ? 0 : first - 1);
	while (at + 1 < in->run_count && run_at(in, at)->first <= end) {
		struct vm_run *a = run_at(in, at), *b = run_at(in, at + 1);
		if (a->end != b->first || a->region != b->region || a->prot != b->prot) {
			at++;
			continue;
		}
		a->end = b->end;
		/* Never the last count: a holds one too. */
		object_put_(&b->region->object);
		runs_remove(in, at + 1, 1);
	}
}

bool runs_are_clear(const struct vm_info *in, u32 first, u32 end)
{
	u32 at = runs_lower_slow(in, first);
	return at >= in->run_count || run_see(in, at)->first >= end;
}
