// SPDX-License-Identifier: MPL-2.0
/*
 * vmspace_test - random operations on a space, compared page by page with a model that is an array.
 *
 * The window straddles a 1 GiB border and holds whole 2 MiB entries, so that marks stand on two levels, are pushed down,
 * split and joined.  At the end every count is back where it started (V5).
 */
#include <osxtd/buf.h>
#include <osxtd/ktest.h>

#include "mm/frames.h"
#include "mm/test_random.h"
#include "mm/test_space.h"
#include "mm/vm.h"

enum : u64 { WINDOW = (1ull << 30) - (3 << 20), PAGES = 2048, SECOND = 1ull << 36 };
enum : u32 { REGIONS = 4 };

struct model_page {
	u8 region;      /* 0: empty, else index + 1 */
	u8 prot;
	bool writable;
	u32 tag;        /* 0: no frame; else the number written into it */
};
struct model {
	struct model_page page[PAGES];
	struct test_region_ref region[REGIONS];
	struct test_random random;
	u32 next_tag;
};

static u64 va_of(u32 page)
{
	return WINDOW + (u64)page * PAGE_SIZE;
}

static bool model_is_empty(const struct model *m, u32 first, u32 end)
{
	for (u32 i = first; i < end; i++) {
		if (array_at(m->page, i).region != 0)
			return false;
	}
	return true;
}

static struct region_ref region_of(struct model *m, u32 which)
{
	return region_clone(&test_region_get(&array_at(m->region, which))->region);
}

/* ---- one operation on both ---- */

static void do_mark(struct ktest_ctx *t, struct vm_cursor *c, struct model *m, u32 first, u32 end)
{
	u32 which = test_random_below(&m->random, REGIONS), prot = test_random_below(&m->random, 8);
	bool empty = model_is_empty(m, first, end);
	err_t err = vm_mark(c, va_of(first), va_of(end), region_of(m, which), prot);
	EXPECT_EQ(err, empty ? OK : ERR_EXIST);
	for (u32 i = first; i < end && empty; i++)
		array_at(m->page, i) = (struct model_page){ (u8)(which + 1), (u8)prot, false, 0 };
}

static void do_map(struct ktest_ctx *t, struct vm_cursor *c, struct model *m, u32 first, u32 end)
{
	for (u32 i = first; i < end && i < first + 20; i++) {
		struct model_page *p = &array_at(m->page, i);
		if (p->region == 0)
			continue;
		struct uframe_ref f = {};
		bool writable = test_random_below(&m->random, 2) != 0;
		if (p->tag != 0 && test_random_below(&m->random, 3) == 0) {
			vm_make_writable(c, va_of(i));
			p->writable = p->writable || (p->prot & VM_WRITE) != 0;
			continue;
		}
		REQUIRE_OK(uframe_alloc(&f));
		u32 tag = ++m->next_tag;
		uframe_write(uframe_get(&f), 0, cspan_of(tag));
		if (p->tag == 0)
			EXPECT_OK(vm_map(c, va_of(i), uframe_move(&f), writable));
		else
			vm_replace(c, va_of(i), uframe_move(&f), writable);
		p->tag = tag;
		p->writable = writable && (p->prot & VM_WRITE) != 0;
	}
}

static void do_protect(struct ktest_ctx *t, struct vm_cursor *c, struct model *m, u32 first, u32 end)
{
	u32 prot = test_random_below(&m->random, 8);
	EXPECT_OK(vm_protect(c, va_of(first), va_of(end), prot));
	for (u32 i = first; i < end; i++) {
		struct model_page *p = &array_at(m->page, i);
		if (p->region == 0)
			continue;
		p->prot = (u8)prot;
		p->writable = p->writable && (prot & VM_WRITE) != 0;
	}
}

static void do_set_region(struct ktest_ctx *t, struct vm_cursor *c, struct model *m, u32 first, u32 end)
{
	u32 which = test_random_below(&m->random, REGIONS);
	EXPECT_OK(vm_set_region(c, va_of(first), va_of(end), region_of(m, which)));
	for (u32 i = first; i < end; i++) {
		if (array_at(m->page, i).region != 0)
			array_at(m->page, i).region = (u8)(which + 1);
	}
}

static void do_empty(struct ktest_ctx *t, struct vm_cursor *c, struct model *m, u32 first, u32 end, bool marks)
{
	EXPECT_OK(marks ? vm_take(c, va_of(first), va_of(end)) : vm_drop_frames(c, va_of(first), va_of(end)));
	for (u32 i = first; i < end; i++) {
		if (marks)
			array_at(m->page, i) = (struct model_page){};
		array_at(m->page, i).tag = 0;
		array_at(m->page, i).writable = false;
	}
}

static void do_relocate(struct ktest_ctx *t, struct vmspace *s, struct model *m, u32 first, u32 end)
{
	u32 len = end - first, to = test_random_below(&m->random, PAGES - len + 1);
	if ((to < end && first < to + len) || !model_is_empty(m, to, to + len))
		return;
	u32 which = test_random_below(&m->random, REGIONS);
	EXPECT_OK(vmspace_relocate(s, va_of(first), va_of(to), (u64)len * PAGE_SIZE, region_of(m, which)));
	for (u32 i = 0; i < len; i++) {
		struct model_page *p = &array_at(m->page, first + i);
		if (p->region != 0)
			p->region = (u8)(which + 1);
		array_at(m->page, to + i) = *p;
		*p = (struct model_page){};
	}
}

static void step(struct ktest_ctx *t, struct vmspace *s, struct model *m)
{
	struct test_random *r = &m->random;
	u32 op = test_random_below(r, 16);
	u32 most = test_random_below(r, 3) == 0 ? PAGES : 40;
	u32 first = test_random_below(r, PAGES), len = 1 + test_random_below(r, most);
	if (test_random_below(r, 4) == 0)
		first = first / 512 * 512 + 256 * (test_random_below(r, 3) & 1);
	u32 end = min_of(first + len, (u32)PAGES);
	if (op == 15) {
		do_relocate(t, s, m, first, end);
		return;
	}
	SCOPED_CURSOR(c);
	REQUIRE_OK(vmspace_lock(s, va_of(first), va_of(end), &c));
	if (op < 5)
		do_mark(t, &c, m, first, end);
	else if (op < 9)
		do_map(t, &c, m, first, end);
	else if (op < 11)
		do_protect(t, &c, m, first, end);
	else if (op == 11)
		do_set_region(t, &c, m, first, end);
	else
		do_empty(t, &c, m, first, end, op != 12);
}

/* ---- comparison ---- */

static u32 tag_in(const struct vm_entry *e)
{
	u32 tag = 0;
	if (e->is_mapped)
		uframe_read(e->frame, 0, span_of(tag));
	return tag;
}

static void compare_page(struct ktest_ctx *t, struct model *m, u32 i, bool found, const struct vm_entry *e)
{
	const struct model_page *p = &array_at(m->page, i);
	EXPECT_EQ(found, p->region != 0);
	if (!found || p->region == 0)
		return;
	EXPECT(e->region == &test_region_get(&array_at(m->region, p->region - 1))->region);
	EXPECT_EQ(e->prot, p->prot);
	EXPECT_EQ(tag_in(e), p->tag);
	EXPECT_EQ(e->is_mapped && e->is_writable, p->writable);
}

/* M1, M2 of one table; a link stands in no run. */
static void check_table(struct ktest_ctx *t, const struct uframe *table)
{
	const struct vm_info *in = table->info;
	u32 end = 0;
	for (u32 i = 0; i < in->run_count; i++) {
		const struct vm_run *run = &in->run[i], *before = &in->run[i == 0 ? 0 : i - 1];
		EXPECT(run->first < run->end && run->first >= end && run->end <= PT_ENTRIES);
		EXPECT(i == 0 || run->first > end || run->region != before->region || run->prot != before->prot);
		end = run->end;
	}
	for (u32 i = 0; i < PT_ENTRIES; i++) {
		bool is_root = table->level == PT_LEVELS && i >= PT_USER_ROOT_ENTRIES;
		EXPECT(is_root || held_test(in, i) == (table_entries(table)[i] != 0));
		EXPECT(!held_test(in, i) || runs_are_clear(in, i, i + 1) == (table->level > 1));
	}
}

static void check_tables(struct ktest_ctx *t, const struct vm_cursor *c)
{
	struct vm_walk w = vm_walk_begin(c->_table, c->_start, c->_end);
	check_table(t, c->_table);
	for (struct uframe *table = vm_walk_next(&w); table != nullptr; table = vm_walk_next(&w))
		check_table(t, table);
}

static void compare(struct ktest_ctx *t, struct vmspace *s, struct model *m)
{
	SCOPED_CURSOR(c);
	REQUIRE_OK(vmspace_lock(s, va_of(0), va_of(PAGES), &c));
	struct vm_entry e = {};
	u64 marked = 0, mapped = 0, next = va_of(0), run_end = va_of(0);
	check_tables(t, &c);
	for (u32 i = 0; i < PAGES && t->failures < 3; i++) {
		compare_page(t, m, i, vm_query(&c, va_of(i), &e), &e);
		marked += array_at(m->page, i).region != 0;
		mapped += array_at(m->page, i).tag != 0;
	}
	EXPECT_EQ(vmspace_marked_pages(s), marked);
	EXPECT_EQ(vmspace_resident_pages(s), mapped);
	/* The same by vm_next: each entry speaks for all of its pages. */
	for (u32 i = 0; i < PAGES; i++) {
		if (va_of(i) >= next) {
			bool any = vm_next(&c, va_of(i), &e);
			next = any ? e.va + e.len : va_of(PAGES);
		}
		bool inside = va_of(i) >= e.va && va_of(i) < next && e.va + e.len == next;
		compare_page(t, m, i, inside, &e);
	}
	for (u32 i = 0; i < PAGES; i++) {
		if (va_of(i) < run_end)
			continue;
		if (!vm_next_mark(&c, va_of(i), &e))
			break;
		EXPECT(e.va == va_of(i) || array_at(m->page, i).region == 0);
		run_end = e.va + e.len;
		u32 last = (u32)((run_end - WINDOW) / PAGE_SIZE) - 1;
		EXPECT_EQ(array_at(m->page, last).prot, e.prot);
		if (last + 1 < PAGES)
			EXPECT(array_at(m->page, last + 1).region != array_at(m->page, last).region ||
			       array_at(m->page, last + 1).prot != array_at(m->page, last).prot);
	}
}

/* ---- the tests ---- */

static struct model *model_make(struct buf *room)
{
	if (buf_alloc(sizeof(struct model), room) != OK)
		return nullptr;
	struct model *m = (struct model *)(void *)room->_ptr;
	for (u32 i = 0; i < REGIONS; i++) {
		if (test_region_new(REGION_COPY, &array_at(m->region, i)) != OK)
			return nullptr;
	}
	return m;
}

static void model_end(struct ktest_ctx *t, struct model *m)
{
	for (u32 i = 0; i < REGIONS; i++) {
		EXPECT_EQ(object_refs(&test_region_get(&array_at(m->region, i))->region.object), 1);
		test_region_drop(&array_at(m->region, i));
	}
}

static u64 untyped_pages(void)
{
	struct frame_stats s = {};
	frame_stats(&s);
	return s.untyped_pages;
}

static void random_test(struct ktest_ctx *t, u64 seed, u32 steps)
{
	SCOPED_BUF(room);
	struct model *m = model_make(&room);
	EXPECT(m != nullptr);
	if (m == nullptr)
		return;
	m->random.state = seed;
	u64 before = untyped_pages();
	SCOPED_REF(test_space, s);
	REQUIRE_OK(test_space_new(&s));
	struct vmspace *space = &test_space_get(&s)->vmspace;
	for (u32 i = 0; i < steps && t->failures == 0; i++) {
		step(t, space, m);
		if (i % 16 == 0)
			compare(t, space, m);
	}
	compare(t, space, m);
	if (seed % 2 == 0) {
		SCOPED_CURSOR(c);
		REQUIRE_OK(vmspace_lock(space, va_of(0), va_of(PAGES), &c));
		EXPECT_OK(vm_take(&c, va_of(0), va_of(PAGES)));
		EXPECT_EQ(vmspace_marked_pages(space), 0);
		EXPECT_EQ(vmspace_resident_pages(space), 0);
	}
	test_space_drop(&s);
	EXPECT_EQ(untyped_pages(), before);
	model_end(t, m);
}

KTEST(mm, random_operations_agree_with_the_model)
{
	for (u64 seed = 1; seed <= 8 && t->failures == 0; seed++)
		random_test(t, seed * 0x9e3779b97f4a7c15, 400);
}

KTEST(mm, fork_shares_private_pages_write_protected)
{
	SCOPED_BUF(room);
	struct model *m = model_make(&room);
	EXPECT(m != nullptr);
	if (m == nullptr)
		return;
	m->random.state = 99;
	u64 before = untyped_pages();
	SCOPED_REF(test_space, s);
	REQUIRE_OK(test_space_new(&s));
	struct vmspace *space = &test_space_get(&s)->vmspace;
	for (u32 i = 0; i < 200 && t->failures == 0; i++) {
		step(t, space, m);
		if (i % 20 != 0)
			continue;
		SCOPED_REF(test_space, child);
		REQUIRE_OK(test_space_new(&child));
		u64 pages = untyped_pages();
		REQUIRE_OK(vmspace_fork(space, &test_space_get(&child)->vmspace));
		EXPECT_EQ(untyped_pages(), pages);
		for (u32 k = 0; k < PAGES; k++)
			array_at(m->page, k).writable = false;
		compare(t, space, m);
		compare(t, &test_space_get(&child)->vmspace, m);
		test_space_drop(&child);
		compare(t, space, m);
	}
	test_space_drop(&s);
	EXPECT_EQ(untyped_pages(), before);
	model_end(t, m);
}

KTEST(mm, fork_follows_the_rule_of_each_region)
{
	static const enum region_fork rules[] = { REGION_COPY, REGION_SHARE, REGION_DROP, REGION_WIPE };
	SCOPED_REF(test_space, s);
	SCOPED_REF(test_space, child);
	REQUIRE_OK(test_space_new(&s));
	REQUIRE_OK(test_space_new(&child));
	for (u32 i = 0; i < 4; i++) {
		SCOPED_REF(test_region, r);
		REQUIRE_OK(test_region_new(array_at(rules, i), &r));
		SCOPED_CURSOR(c);
		u64 va = SECOND + i * PAGE_SIZE;
		REQUIRE_OK(vmspace_lock(&test_space_get(&s)->vmspace, va, va + PAGE_SIZE, &c));
		REQUIRE_OK(vm_mark(&c, va, va + PAGE_SIZE, region_clone(&test_region_get(&r)->region),
				   VM_READ | VM_WRITE));
		struct uframe_ref f = {};
		REQUIRE_OK(uframe_alloc(&f));
		REQUIRE_OK(vm_map(&c, va, uframe_move(&f), true));
	}
	REQUIRE_OK(vmspace_fork(&test_space_get(&s)->vmspace, &test_space_get(&child)->vmspace));
	EXPECT_EQ(vmspace_marked_pages(&test_space_get(&child)->vmspace), 3);
	EXPECT_EQ(vmspace_resident_pages(&test_space_get(&child)->vmspace), 2);
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	REQUIRE_OK(vmspace_lock(&test_space_get(&child)->vmspace, SECOND, SECOND + 4 * PAGE_SIZE, &c));
	EXPECT(vm_query(&c, SECOND, &e) && e.is_mapped && !e.is_writable);
	EXPECT(vm_query(&c, SECOND + PAGE_SIZE, &e) && e.is_mapped && e.is_writable);
	EXPECT(!vm_query(&c, SECOND + 2 * PAGE_SIZE, &e));
	EXPECT(vm_query(&c, SECOND + 3 * PAGE_SIZE, &e) && !e.is_mapped);
}

KTEST(mm, large_marks_take_one_entry_and_split)
{
	u64 gib = 1ull << 30, start = 5 * gib, end = 9 * gib;
	SCOPED_REF(test_space, s);
	SCOPED_REF(test_region, r);
	REQUIRE_OK(test_space_new(&s));
	REQUIRE_OK(test_region_new(REGION_COPY, &r));
	struct vmspace *space = &test_space_get(&s)->vmspace;
	{
		SCOPED_CURSOR(c);
		REQUIRE_OK(vmspace_lock(space, start, end, &c));
		REQUIRE_OK(vm_mark(&c, start, end, region_clone(&test_region_get(&r)->region), VM_READ | VM_WRITE));
	}
	EXPECT_EQ(atomic_u64_load(&space->_tables), 2);   /* the root and one below it */
	EXPECT_EQ(object_refs(&test_region_get(&r)->region.object), 2);
	u64 va = 6 * gib + 7 * PAGE_SIZE;
	{
		SCOPED_CURSOR(c);
		struct uframe_ref f = {};
		REQUIRE_OK(uframe_alloc(&f));
		REQUIRE_OK(vmspace_lock(space, va, va + PAGE_SIZE, &c));
		REQUIRE_OK(vm_map(&c, va, uframe_move(&f), true));
	}
	EXPECT_EQ(atomic_u64_load(&space->_tables), 4);
	EXPECT_EQ(vmspace_marked_pages(space), 4 * gib / PAGE_SIZE);
	{
		SCOPED_CURSOR(c);
		struct vm_entry e = {};
		REQUIRE_OK(vmspace_lock(space, start, end, &c));
		EXPECT(vm_next_mark(&c, start, &e));
		EXPECT_EQ(e.va, start);
		EXPECT_EQ(e.len, 4 * gib);
		REQUIRE_OK(vm_take(&c, start + PAGE_SIZE, end - PAGE_SIZE));
	}
	EXPECT_EQ(vmspace_marked_pages(space), 2);
	EXPECT_EQ(vmspace_resident_pages(space), 0);
	{
		SCOPED_CURSOR(c);
		REQUIRE_OK(vmspace_lock(space, start, end, &c));
		REQUIRE_OK(vm_take(&c, start, end));
	}
	EXPECT_EQ(object_refs(&test_region_get(&r)->region.object), 1);
	EXPECT_EQ(atomic_u64_load(&space->_tables), 2);   /* empty tables below the cursor's went */
}

/* ---- memory runs out ---- */

/* Takes every page there is, in front of `all`, linked by their slots. */
static struct uframe *take_all_pages(struct uframe *all)
{
	(void)frame_caches_shrink();
	for (;;) {
		struct uframe_ref f = {};
		if (uframe_alloc_uninit(&f) != OK)
			return all;
		struct uframe *p = uframe_get(&f);
		p->next = all;
		all = p;
	}
}

static struct uframe *give_pages(struct uframe *all, u64 n)
{
	for (; n > 0 && all != nullptr; n--) {
		struct uframe *next = all->next;
		uframe_put_(all);
		all = next;
	}
	return all;
}

/* Ranges with borders on every level, frames, a fork and a move; any step may be refused. */
static void do_what_fits(struct vmspace *s, struct vmspace *child, struct test_region *r)
{
	u64 start = WINDOW + PAGE_SIZE, end = WINDOW + (700ull << 20) + 5 * PAGE_SIZE;
	{
		SCOPED_CURSOR(c);
		if (vmspace_lock(s, start, end, &c) != OK)
			return;
		if (vm_mark(&c, start, end, region_clone(&r->region), VM_READ | VM_WRITE) != OK)
			return;
		for (u64 va = start; va < end; va += 31 * (2 << 20) + 9 * PAGE_SIZE) {
			struct uframe_ref f = {};
			if (uframe_alloc(&f) == OK && vm_map(&c, va, uframe_move(&f), true) != OK)
				break;
		}
		if (vm_protect(&c, start + (100 << 20) + PAGE_SIZE, start + (300 << 20), VM_READ) == OK)
			(void)vm_take(&c, start + (200 << 20) + 3 * PAGE_SIZE, start + (250 << 20));
	}
	(void)vmspace_fork(s, child);
	(void)vmspace_relocate(s, start, SECOND, 40 << 20, region_clone(&r->region));
	SCOPED_CURSOR(c);
	if (vmspace_lock(s, start, end, &c) == OK)
		(void)vm_take(&c, start, end);
}

KTEST(mm, running_out_of_memory_leaves_everything_whole)
{
	SCOPED_REF(test_region, r);
	REQUIRE_OK(test_region_new(REGION_COPY, &r));
	u64 before = untyped_pages();
	bool done = false;
	struct uframe *all = nullptr;
	for (u64 n = 0; n < 400 && !done && t->failures == 0; n += n < 40 ? 1 : 7) {
		SCOPED_REF(test_space, s);
		SCOPED_REF(test_space, child);
		REQUIRE_OK(test_space_new(&s));
		REQUIRE_OK(test_space_new(&child));
		all = take_all_pages(all);
		u64 taken = untyped_pages();
		all = give_pages(all, n);
		do_what_fits(&test_space_get(&s)->vmspace, &test_space_get(&child)->vmspace, test_region_get(&r));
		struct uframe_ref left = {};
		done = uframe_alloc(&left) == OK;
		uframe_drop(&left);
		test_space_drop(&s);
		test_space_drop(&child);
		EXPECT_EQ(object_refs(&test_region_get(&r)->region.object), 1);
		EXPECT_EQ(untyped_pages(), taken - n);
	}
	all = give_pages(all, ~0ull);
	EXPECT_EQ(untyped_pages(), before);
	EXPECT(done);
}

/* ---- free ranges ---- */

static void mark_range(struct ktest_ctx *t, struct vmspace *s, u64 start, u64 end)
{
	SCOPED_REF(test_region, r);
	REQUIRE_OK(test_region_new(REGION_COPY, &r));
	SCOPED_CURSOR(c);
	REQUIRE_OK(vmspace_lock(s, start, end, &c));
	EXPECT_OK(vm_mark(&c, start, end, region_clone(&test_region_get(&r)->region), VM_READ));
}

static void take_range(struct ktest_ctx *t, struct vmspace *s, u64 start, u64 end)
{
	SCOPED_CURSOR(c);
	REQUIRE_OK(vmspace_lock(s, start, end, &c));
	EXPECT_OK(vm_take(&c, start, end));
}

KTEST(mm, free_ranges_are_found_from_the_top)
{
	u64 top = 0x7fff00000000, len = 16 * PAGE_SIZE, a = 0, b = 0, c = 0;
	SCOPED_REF(test_space, s);
	REQUIRE_OK(test_space_new(&s));
	struct vmspace *space = &test_space_get(&s)->vmspace;
	EXPECT_OK(vmspace_find_free(space, len, 0, VMSPACE_LOW, top, &a));
	EXPECT_EQ(a, top - len);
	mark_range(t, space, a, a + len);
	EXPECT_OK(vmspace_find_free(space, len, 0, VMSPACE_LOW, top, &b));
	EXPECT_EQ(b, a - len);
	mark_range(t, space, b, b + len);
	take_range(t, space, b, b + len);
	EXPECT_OK(vmspace_find_free(space, len, 0, VMSPACE_LOW, top, &c));
	EXPECT_EQ(c, b);
	mark_range(t, space, b, b + len);
	/* A hole above is used again. */
	take_range(t, space, a, a + len);
	EXPECT_OK(vmspace_find_free(space, len, 0, VMSPACE_LOW, top, &c));
	EXPECT_EQ(c, a);
	/* Too small for this one: below everything, aligned. */
	EXPECT_OK(vmspace_find_free(space, 512 * PAGE_SIZE, 2 << 20, VMSPACE_LOW, top, &c));
	EXPECT_EQ(c, (b - 512 * PAGE_SIZE) & ~((2ull << 20) - 1));
	/* Another limit, another answer; a range that is full. */
	EXPECT_OK(vmspace_find_free(space, len, 0, VMSPACE_LOW, 1 << 20, &c));
	EXPECT_EQ(c, (1 << 20) - len);
	mark_range(t, space, 1 << 20, 2 << 20);
	EXPECT_EQ(vmspace_find_free(space, len, 0, 1 << 20, 2 << 20, &c), ERR_NOMEM);
	EXPECT_EQ(vmspace_find_free(space, 1ull << 47, 0, VMSPACE_LOW, top, &c), ERR_NOMEM);
}

KTEST(mm, free_ranges_never_overlap)
{
	SCOPED_REF(test_space, s);
	REQUIRE_OK(test_space_new(&s));
	struct vmspace *space = &test_space_get(&s)->vmspace;
	struct test_random r = { 12345 };
	struct {
		u64 va, len;
	} held[48] = {};
	for (u32 i = 0; i < 600; i++) {
		u32 k = test_random_below(&r, array_len(held));
		u64 va = array_at(held, k).va, len = array_at(held, k).len;
		if (va != 0) {
			take_range(t, space, va, va + len);
			array_at(held, k).va = 0;
			continue;
		}
		len = (1 + test_random_below(&r, test_random_below(&r, 8) == 0 ? 3000 : 30)) * PAGE_SIZE;
		REQUIRE_OK(vmspace_find_free(space, len, 0, VMSPACE_LOW, 0x7f0012345000, &va));
		mark_range(t, space, va, va + len);   /* refuses what is not empty */
		array_at(held, k).va = va;
		array_at(held, k).len = len;
	}
}
