// SPDX-License-Identifier: MPL-2.0
/* frames_test - the buddy allocator against a model, the state machine of pages, caches, frame_map,
 * buffers, stacks. */
#include <osxtd/buf.h>
#include <osxtd/frame_map.h>
#include <osxtd/ktest.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "mm/frames.h"
#include "mm/pool.h"
#include "mm/stack.h"
#include "mm/test_random.h"

/* ---- buddy ---- */

enum : u32 { MODEL_PAGES = 2048 };

struct buddy_model {
	struct buddy buddy;
	u8 owner[MODEL_PAGES]; /* 0: free */
	struct {
		u32 page, order;
	} block[64];
};

UNSAFE("1. the slots are the buffer's")
static struct buddy_model *model_new(struct buf *slots, struct buf *model)
{
	if (buf_alloc(sizeof(struct uframe) * MODEL_PAGES, slots) != OK ||
	    buf_alloc(sizeof(struct buddy_model), model) != OK)
		return nullptr;
	struct buddy_model *m = (struct buddy_model *)(void *)model->_ptr;
	m->buddy.base = (struct uframe *)(void *)slots->_ptr;
	return m;
}

/* Takes a block for slot k; false when it overlaps another owner's. */
static bool model_take(struct buddy_model *m, u32 k, u32 order)
{
	struct uframe *f = buddy_alloc(&m->buddy, order);
	if (f == nullptr)
		return true;
	UNSAFE("1. the buddy hands out slots of its own array only")
	u32 page = (u32)(f - m->buddy.base);
	f->state = FRAME_USED;
	array_at(m->block, k).page = page;
	array_at(m->block, k).order = order + 1;
	for (u32 i = page; i < page + (1u << order); i++) {
		if (array_at(m->owner, i) != 0)
			return false;
		array_at(m->owner, i) = 1;
	}
	return (page & ((1u << order) - 1)) == 0;
}

static void model_give(struct buddy_model *m, u32 k)
{
	u32 page = array_at(m->block, k).page, order = array_at(m->block, k).order - 1;
	array_at(m->block, k).order = 0;
	for (u32 i = page; i < page + (1u << order); i++)
		array_at(m->owner, i) = 0;
	UNSAFE("1. page was handed out by model_take, so it is below the number of slots")
	struct uframe *f = &m->buddy.base[page];
	f->state = FRAME_UNUSED;
	buddy_free(&m->buddy, f, order);
}

KTEST(mm, buddy_never_hands_out_a_page_twice)
{
	SCOPED_BUF(slots);
	SCOPED_BUF(model);
	struct buddy_model *m = model_new(&slots, &model);
	EXPECT(m != nullptr);
	if (m == nullptr)
		return;
	/* An odd start and end: blocks of every order. */
	buddy_add(&m->buddy, 3, MODEL_PAGES - 5);
	u64 all = m->buddy.free_pages;
	EXPECT_EQ(all, MODEL_PAGES - 8);
	struct test_random r = { 7 };
	for (u32 i = 0; i < 4000; i++) {
		u32 k = test_random_below(&r, 64);
		if (array_at(m->block, k).order != 0)
			model_give(m, k);
		else
			EXPECT(model_take(m, k, test_random_below(&r, 7)));
	}
	for (u32 k = 0; k < 64; k++) {
		if (array_at(m->block, k).order != 0)
			model_give(m, k);
	}
	EXPECT_EQ(m->buddy.free_pages, all);
	/* All merged again: pages 1024 to 2043 hold one block of 512, and so on down. */
	EXPECT(buddy_alloc(&m->buddy, 9) != nullptr);
	EXPECT(buddy_alloc(&m->buddy, 10) == nullptr);
}

/* ---- states ---- */

KTEST(mm, a_page_freed_or_handed_out_twice_is_seen)
{
	struct uframe *f = frame_take(FRAME_META);
	EXPECT(f != nullptr);
	if (f == nullptr)
		return;
	EXPECT(frame_is_freeable(f, FRAME_META));
	EXPECT(!frame_is_freeable(f, FRAME_TABLE)); /* another kind's */
	EXPECT(!frame_is_claimable(f));
	f->refs = 1;
	EXPECT(!frame_is_freeable(f, FRAME_META)); /* still counted */
	f->refs = 0;
	frame_give(f, FRAME_META);
	EXPECT(!frame_is_freeable(f, FRAME_META)); /* a second time */
	EXPECT(frame_is_claimable(f));
	f->refs = 1;
	EXPECT(!frame_is_claimable(f)); /* a stale reference took a count */
	f->refs = 0;
}

KTEST(mm, counts_of_pages_saturate)
{
	SCOPED_UFRAME(f);
	REQUIRE_OK(uframe_alloc(&f));
	struct uframe *p = uframe_get(&f);
	p->refs = OBJECT_SATURATED - 1;
	frame_ref(p);
	frame_ref(p);
	frame_ref(p);
	EXPECT(p->refs >= OBJECT_SATURATED);
	EXPECT(!frame_unref(p));
	EXPECT(p->refs >= OBJECT_SATURATED - 1);
	p->refs = 1;
}

static u64 free_pages(void)
{
	struct frame_stats s = {};
	frame_stats(&s);
	return s.free_pages;
}

KTEST(mm, pages_and_blocks_come_back)
{
	u64 before = free_pages();
	struct uframe *f[40] = {};
	for (u32 i = 0; i < array_len(f); i++) {
		array_at(f, i) = frames_alloc(i % 4, FRAME_META);
		EXPECT(array_at(f, i) != nullptr);
	}
	EXPECT_EQ(before - free_pages(), 10 * (1 + 2 + 4 + 8));
	for (u32 i = 0; i < array_len(f); i++)
		frames_free(array_at(f, i), FRAME_META);
	EXPECT_EQ(free_pages(), before);
	for (u32 i = 0; i < 600; i++) {
		struct uframe_ref r = {};
		EXPECT_OK(uframe_alloc_uninit(&r));
		struct uframe *p = uframe_get(&r);
		p->next = i == 0 ? nullptr : array_at(f, 0);
		array_at(f, 0) = p;
	}
	for (struct uframe *p = array_at(f, 0), *next = nullptr; p != nullptr; p = next) {
		next = p->next;
		uframe_put_(p);
	}
	EXPECT_EQ(free_pages(), before);
}

KTEST(mm, new_pages_are_zero_and_copies_stay_inside)
{
	SCOPED_UFRAME(a);
	SCOPED_UFRAME(b);
	u8 in[] = { 1, 2, 3, 4, 5 }, out[8] = {};
	REQUIRE_OK(uframe_alloc(&a));
	uframe_fill(uframe_get(&a), 0, PAGE_SIZE, 0xaa);
	uframe_drop(&a);
	REQUIRE_OK(uframe_alloc(&a));
	REQUIRE_OK(uframe_alloc_uninit(&b));
	for (usize off = 0; off < PAGE_SIZE; off += 8) {
		u64 word = 1;
		uframe_read(uframe_get(&a), off, span_of(word));
		EXPECT_EQ(word, 0);
	}
	uframe_write(uframe_get(&a), PAGE_SIZE - 5, cspan_sub(cspan_of(in), 0, 5));
	uframe_copy(uframe_get(&b), uframe_get(&a));
	uframe_read(uframe_get(&b), PAGE_SIZE - 8, span_sub(span_of(out), 0, 8));
	EXPECT_EQ(array_at(out, 2), 0);
	EXPECT_EQ(array_at(out, 3), 1);
	EXPECT_EQ(array_at(out, 7), 5);
	EXPECT(uframe_is_sole(uframe_get(&a)));
	SCOPED_UFRAME(again);
	again = uframe_clone(uframe_get(&a));
	EXPECT(!uframe_is_sole(uframe_get(&a)));
}

/* ---- frame_map ---- */

KTEST(mm, frame_map_finds_what_was_put_in)
{
	static const u64 indices[] = { 0,	  1, 63, 64, 65, 4095, 4096, 1 << 20, (1 << 20) + 1,
				       1ull << 51 };
	u64 before = free_pages();
	struct frame_map m = {};
	for (u32 i = array_len(indices); i-- > 0;) {
		struct uframe_ref f = {};
		REQUIRE_OK(uframe_alloc(&f));
		u64 index = array_at(indices, i);
		uframe_write(uframe_get(&f), 0, cspan_of(index));
		REQUIRE_OK(frame_map_insert(&m, index, uframe_move(&f)));
	}
	EXPECT_EQ(frame_map_count(&m), array_len(indices));
	u64 at = 0;
	for (u32 i = 0; i < array_len(indices); i++) {
		u64 got = ~0ull;
		EXPECT(frame_map_next(&m, at, &got));
		EXPECT_EQ(got, array_at(indices, i));
		struct uframe *f = frame_map_find(&m, got);
		EXPECT(f != nullptr);
		if (f != nullptr)
			uframe_read(f, 0, span_of(got));
		EXPECT_EQ(got, array_at(indices, i));
		at = got + 1;
	}
	EXPECT(!frame_map_next(&m, at, &at));
	EXPECT(frame_map_find(&m, 2) == nullptr);
	EXPECT(frame_map_find(&m, ~0ull) == nullptr);
	struct uframe_ref f = {};
	EXPECT(!frame_map_remove(&m, 2, &f));
	EXPECT(frame_map_remove(&m, 64, &f));
	uframe_drop(&f);
	frame_map_truncate(&m, 65);
	EXPECT_EQ(frame_map_count(&m), 3);
	frame_map_truncate(&m, 0);
	EXPECT_EQ(frame_map_count(&m), 0);
	EXPECT(m._root == nullptr);
	EXPECT(before - free_pages() <= 8); /* slabs of the nodes */
}

/* ---- buffers ---- */

KTEST(mm, buffers_of_every_size)
{
	static const usize sizes[] = { 0,    1,	   31,	 32,   33,   64,   100,	 1344, 1345,
				       1360, 1632, 1633, 2048, 2049, 4096, 4097, 70000 };
	for (u32 i = 0; i < array_len(sizes); i++) {
		SCOPED_BUF(b);
		REQUIRE_OK(buf_alloc_uninit(array_at(sizes, i), &b));
		span_fill(buf_span(&b), 0x5a);
		buf_drop(&b);
		REQUIRE_OK(buf_alloc(array_at(sizes, i), &b));
		EXPECT_EQ(buf_len(&b), array_at(sizes, i));
		for (usize at = 0; at < buf_len(&b); at++) {
			if (span_get(buf_span(&b), at) != 0)
				EXPECT_EQ(at, ~0ull);
		}
	}
	struct buf b = {};
	EXPECT_EQ(buf_alloc(BUF_MAX + 1, &b), ERR_NOMEM);
	EXPECT_EQ(buf_alloc(~(usize)0, &b), ERR_NOMEM);
}

VEC_TYPE(test_vec, u64);

KTEST(mm, vectors_grow_zeroed)
{
	struct test_vec v = {};
	for (u64 i = 0; i < 3000; i++) {
		u64 *e = nullptr;
		REQUIRE_OK(test_vec_push(&v, &e));
		EXPECT_EQ(*e, 0);
		*e = i;
	}
	for (u64 i = 0; i < 3000; i++)
		EXPECT_EQ(*test_vec_at(&v, i), i);
	EXPECT_OK(test_vec_resize(&v, 10));
	EXPECT_OK(test_vec_resize(&v, 12));
	EXPECT_EQ(*test_vec_at(&v, 9), 9);
	EXPECT_EQ(*test_vec_at(&v, 11), 0);
	EXPECT_EQ(test_vec_resize(&v, ~(usize)0 / 4), ERR_NOMEM);
	test_vec_drop(&v);
}

/* ---- stacks ---- */

KTEST(mm, stacks_are_distinct_and_come_back)
{
	u64 base[40] = {};
	(void)stack_cache_shrink();
	u64 before = free_pages();
	for (u32 i = 0; i < array_len(base); i++) {
		REQUIRE_OK(stack_alloc(&array_at(base, i)));
		UNSAFE("1. the stack was just handed out: its STACK_SIZE bytes are the test's")
		{
			u8 *low = (u8 *)array_at(base, i);
			low[32] = 1;
			low[STACK_SIZE - 1] = 1;
		}
		for (u32 k = 0; k < i; k++)
			EXPECT(array_at(base, k) + 2 * STACK_SIZE <= array_at(base, i) ||
			       array_at(base, i) + 2 * STACK_SIZE <= array_at(base, k));
	}
	for (u32 i = 0; i < array_len(base); i++)
		stack_free(array_at(base, i));
	(void)stack_cache_shrink();
	EXPECT(before - free_pages() <= 2); /* tables of the area stay */
}

/* The highest of many stacks that are taken and given back at once. */
static u64 highest_of_many(u32 n, struct span room)
{
	u64 highest = 0;
	u32 taken = 0;
	for (; taken < n; taken++) {
		u64 base = 0;
		if (stack_alloc(&base) != OK)
			break;
		span_copy(span_from(room, taken * sizeof(base)), cspan_of(base));
		highest = max_of(highest, base);
	}
	while (taken-- > 0) {
		u64 base = 0;
		if (cspan_read(span_const(room), taken * sizeof(base), &base))
			stack_free(base);
	}
	(void)stack_cache_shrink();
	return highest;
}

KTEST(mm, places_of_many_stacks_come_back)
{
	enum : u32 { MANY = 1200 };
	SCOPED_BUF(room);
	REQUIRE_OK(buf_alloc(MANY * sizeof(u64), &room));
	u64 first = highest_of_many(MANY, buf_span(&room));
	EXPECT(first != 0);
	EXPECT_EQ(highest_of_many(MANY, buf_span(&room)), first);
}

/* ---- objects ---- */

struct test_thing {
	struct object object;
	u64 value;
	u32 *ended;
};
REF_TYPE(test_thing);
static void test_thing_fini(struct test_thing *t)
{
	if (t->ended != nullptr)
		(*t->ended)++;
}
OBJECT_TYPE(test_thing, test_thing_fini);

KTEST(mm, weak_references_do_not_outlive_their_object)
{
	SCOPED_REF(test_thing, a);
	SCOPED_REF(test_thing, b);
	u32 ended = 0;
	REQUIRE_OK(test_thing_alloc(&a));
	UNSAFE("1. all things of this test end before ended does")
	u32 *out = &ended;
	test_thing_get(&a)->ended = out;
	struct test_thing_weak w = test_thing_weaken(test_thing_get(&a));
	EXPECT(test_thing_upgrade(w, &b));
	EXPECT_EQ(object_refs(&test_thing_get(&a)->object), 2);
	test_thing_drop(&a);
	EXPECT_EQ(ended, 0);
	test_thing_drop(&b);
	EXPECT_EQ(ended, 1);
	EXPECT(!test_thing_upgrade(w, &b));
	/* The same memory lives again as another object of the type: the old weak reference does
	 * not take it. */
	pool_flush_quarantine();
	REQUIRE_OK(test_thing_alloc(&a));
	EXPECT(test_thing_get(&a) == w._p);
	EXPECT_EQ(test_thing_get(&a)->value, 0);
	EXPECT(!test_thing_upgrade(w, &b));
	EXPECT_EQ(object_refs(&test_thing_get(&a)->object), 1);
}

UNSAFE("1. room has as many elements as the loops count")
KTEST(mm, pools_keep_their_memory_and_lose_nothing)
{
	struct test_thing_ref *things = nullptr;
	SCOPED_BUF(room);
	REQUIRE_OK(buf_alloc(500 * sizeof(*things), &room));
	things = (struct test_thing_ref *)(void *)room._ptr;
	u64 live = pool_live(test_thing_type_._pool);
	for (u32 round = 0; round < 3; round++) {
		for (u32 i = 0; i < 500; i++) {
			REQUIRE_OK(test_thing_alloc(&things[i]));
			EXPECT_EQ(test_thing_get(&things[i])->value, 0);
			test_thing_get(&things[i])->value = i;
		}
		EXPECT_EQ(pool_live(test_thing_type_._pool), live + 500);
		for (u32 i = 0; i < 500; i++) {
			EXPECT_EQ(test_thing_get(&things[i])->value, i);
			test_thing_drop(&things[i]);
		}
		EXPECT_EQ(pool_live(test_thing_type_._pool), live);
	}
}

/* What other CPUs keep at hand is of no use to one whose own is used up: they give it back. */
KTEST(frames, other_cpus_give_back_what_they_keep)
{
	u64 self = (u64)1 << (cpu_id() % CPU_MAX);
	(void)frame_relieve(1);
	u64 end = clock_monotonic_ns() + 1000000000;
	while (atomic_u64_load(&frame_caches_wanted.cpus) != 0 && clock_monotonic_ns() < end)
		(void)task_sleep_until(clock_monotonic_ns() + 1000000, WAIT_UNINTERRUPTIBLE);
	EXPECT_EQ(atomic_u64_load(&frame_caches_wanted.cpus), 0);
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		if (((u64)1 << cpu) != self)
			EXPECT(array_at(frame_caches, cpu).c.count < FRAME_CACHE_MAX / 2);
	}
}
