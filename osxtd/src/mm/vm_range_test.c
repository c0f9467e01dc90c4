// SPDX-License-Identifier: MPL-2.0
/* vm_range_test - marks of every size, memory that runs out in the middle, free ranges. */
#include <osxtd/ktest.h>

#include "mm/frames.h"
#include "mm/pte.h"
#include "mm/test_random.h"
#include "mm/test_space.h"

enum : u64 { WINDOW = (1ull << 30) - (3 << 20), SECOND = 1ull << 36 };

static u64 untyped_pages(void)
{
	struct frame_stats s = {};
	frame_stats(&s);
	return s.untyped_pages;
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
		REQUIRE_OK(vm_mark(&c, start, end, region_clone(&test_region_get(&r)->region),
				   VM_READ | VM_WRITE));
	}
	/* Down to the one whose entries speak for 1 GiB. */
	u64 tables = PT_LEVELS - 2;
	EXPECT_EQ(atomic_u64_load(&space->_tables), tables);
	EXPECT_EQ(object_refs(&test_region_get(&r)->region.object), 2);
	u64 va = 6 * gib + 7 * PAGE_SIZE;
	{
		SCOPED_CURSOR(c);
		struct uframe_ref f = {};
		REQUIRE_OK(uframe_alloc(&f));
		REQUIRE_OK(vmspace_lock(space, va, va + PAGE_SIZE, &c));
		REQUIRE_OK(vm_map(&c, va, uframe_move(&f), true));
	}
	EXPECT_EQ(atomic_u64_load(&space->_tables), tables + 2);
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
	EXPECT_EQ(atomic_u64_load(&space->_tables),
		  tables); /* empty tables below the cursor's went */
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
		if (vm_protect(&c, start + (100 << 20) + PAGE_SIZE, start + (300 << 20), VM_READ) ==
		    OK)
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
		do_what_fits(&test_space_get(&s)->vmspace, &test_space_get(&child)->vmspace,
			     test_region_get(&r));
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
	u64 top = page_down(VMSPACE_HIGH) - (1ull << 32), len = 16 * PAGE_SIZE, a = 0, b = 0, c = 0;
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
	u64 below = page_down(VMSPACE_HIGH / 2) + 0x12345000;
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
		len = (1 + test_random_below(&r, test_random_below(&r, 8) == 0 ? 3000 : 30)) *
		      PAGE_SIZE;
		REQUIRE_OK(vmspace_find_free(space, len, 0, VMSPACE_LOW, below, &va));
		mark_range(t, space, va, va + len); /* refuses what is not empty */
		array_at(held, k).va = va;
		array_at(held, k).len = len;
	}
}
