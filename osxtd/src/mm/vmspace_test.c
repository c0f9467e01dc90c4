// SPDX-License-Identifier: MPL-2.0
/*
 * vmspace_test - random operations on a space, compared page by page with a model that is an array.
 *
 * The window straddles a 1 GiB border and holds whole 2 MiB entries, so that marks stand on two
 * levels, are pushed down, split and joined.  At the end every count is back where it started (V5).
 */
#include <osxtd/buf.h>
#include <osxtd/ktest.h>

#include "mm/test_random.h"
#include "mm/test_space.h"
#include "mm/vm.h"

enum : u64 { WINDOW = (1ull << 30) - (3 << 20), PAGES = 2048, SECOND = 1ull << 36 };
enum : u32 { REGIONS = 4 };

struct model_page {
	u8 region; /* 0: empty, else index + 1 */
	u8 prot;
	bool writable;
	u32 tag; /* 0: no frame; else the number written into it */
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

static void do_protect(struct ktest_ctx *t, struct vm_cursor *c, struct model *m, u32 first,
		       u32 end)
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

static void do_set_region(struct ktest_ctx *t, struct vm_cursor *c, struct model *m, u32 first,
			  u32 end)
{
	u32 which = test_random_below(&m->random, REGIONS);
	EXPECT_OK(vm_set_region(c, va_of(first), va_of(end), region_of(m, which)));
	for (u32 i = first; i < end; i++) {
		if (array_at(m->page, i).region != 0)
			array_at(m->page, i).region = (u8)(which + 1);
	}
}

static void do_empty(struct ktest_ctx *t, struct vm_cursor *c, struct model *m, u32 first, u32 end,
		     bool marks)
{
	EXPECT_OK(marks ? vm_take(c, va_of(first), va_of(end))
			: vm_drop_frames(c, va_of(first), va_of(end)));
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
	EXPECT_OK(vmspace_relocate(s, va_of(first), va_of(to), (u64)len * PAGE_SIZE,
				   region_of(m, which)));
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

static void compare_page(struct ktest_ctx *t, struct model *m, u32 i, bool found,
			 const struct vm_entry *e)
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
		const struct vm_run *run = run_see(in, i),
				    *before = run_see(in, i == 0 ? 0 : i - 1);
		EXPECT(run->first < run->end && run->first >= end && run->end <= PT_ENTRIES);
		EXPECT(i == 0 || run->first > end || run->region != before->region ||
		       run->prot != before->prot);
		end = run->end;
	}
	for (u32 i = 0; i < PT_ENTRIES; i++) {
		bool is_root = table->level == PT_LEVELS && i >= PT_USER_ROOT_ENTRIES;
		EXPECT(is_root || held_test(in, i) == (*table_entry(table, i) != 0));
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
			EXPECT(array_at(m->page, last + 1).region !=
				       array_at(m->page, last).region ||
			       array_at(m->page, last + 1).prot != array_at(m->page, last).prot);
	}
}

/* ---- the tests ---- */

static struct model *model_make(struct buf *room)
{
	if (buf_alloc(sizeof(struct model), room) != OK)
		return nullptr;
	UNSAFE("1. room is as large as the model, zeroed and aligned as pages are")
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
	static const enum region_fork rules[] = { REGION_COPY, REGION_SHARE, REGION_DROP,
						  REGION_WIPE };
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
		REQUIRE_OK(vm_mark(&c, va, va + PAGE_SIZE,
				   region_clone(&test_region_get(&r)->region), VM_READ | VM_WRITE));
		struct uframe_ref f = {};
		REQUIRE_OK(uframe_alloc(&f));
		REQUIRE_OK(vm_map(&c, va, uframe_move(&f), true));
	}
	REQUIRE_OK(vmspace_fork(&test_space_get(&s)->vmspace, &test_space_get(&child)->vmspace));
	EXPECT_EQ(vmspace_marked_pages(&test_space_get(&child)->vmspace), 3);
	EXPECT_EQ(vmspace_resident_pages(&test_space_get(&child)->vmspace), 2);
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	REQUIRE_OK(
		vmspace_lock(&test_space_get(&child)->vmspace, SECOND, SECOND + 4 * PAGE_SIZE, &c));
	EXPECT(vm_query(&c, SECOND, &e) && e.is_mapped && !e.is_writable);
	EXPECT(vm_query(&c, SECOND + PAGE_SIZE, &e) && e.is_mapped && e.is_writable);
	EXPECT(!vm_query(&c, SECOND + 2 * PAGE_SIZE, &e));
	EXPECT(vm_query(&c, SECOND + 3 * PAGE_SIZE, &e) && !e.is_mapped);
}
