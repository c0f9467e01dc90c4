// SPDX-License-Identifier: MPL-2.0
/* attack_test - allocators that lie, counts that run over, types that are not, pages of the wrong
 * kind. */
#include <osxtd/buf.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>

#include "core/sched.h"
#include "mm/frames.h"
#include "mm/pool.h"
#include "mm/test_space.h"

/* ---- pages ---- */

static struct uframe *shared page OWNER(ktest);

/* The list is broken in here only: the task that runs this needs pages itself. */
static void take_listed_page(void *)
{
	struct frame_cache *c = frame_cache_here();
	page->next = c->first;
	c->first = page;
	c->count++;
	page = frame_take(FRAME_META);
}

KTEST(frame_attack, a_list_that_returns_a_page_twice_is_caught)
{
	struct uframe *used = frame_take(FRAME_META);
	EXPECT(used != nullptr);
	if (used == nullptr)
		return;
	page = used;
	EXPECT_TRAP(take_listed_page, nullptr,
		    "a page in use was handed out, or freed as another kind or while counted");
	struct frame_cache *c = frame_cache_here();
	EXPECT(c->first != used);
	c->used[FRAME_META]--; /* what the refused one added */
	frame_give(used, FRAME_META);
}

static void give_page(void *)
{
	frame_give(page, FRAME_META);
}

static void give_as_untyped(void *)
{
	uframe_put_(page);
}

static void give_block(void *)
{
	frames_free(page, FRAME_META);
}

KTEST(frame_attack, a_page_is_freed_once_and_as_what_it_is)
{
	page = frame_take(FRAME_META);
	EXPECT(page != nullptr);
	if (page == nullptr)
		return;
	page->refs = 1;
	EXPECT_TRAP(give_page, nullptr,
		    "a page in use was handed out, or freed as another kind or while counted");
	EXPECT_TRAP(give_as_untyped, nullptr,
		    "a page in use was handed out, or freed as another kind or while counted");
	page->refs = 0;
	frame_give(page, FRAME_META);
	EXPECT_TRAP(give_page, nullptr, "a free page was used or freed again");
	page = frames_alloc(2, FRAME_META);
	EXPECT(page != nullptr);
	if (page == nullptr)
		return;
	frames_free(page, FRAME_META);
	EXPECT_TRAP(give_block, nullptr, "a free page was used or freed again");
}

static void ref_dead_page(void *)
{
	frame_ref(page);
}

static void read_over_the_end(void *)
{
	u8 bytes[8] = {};
	uframe_read(page, PAGE_SIZE - 7, span_of(bytes));
}

static void write_over_the_end(void *)
{
	u8 bytes[8] = {};
	uframe_write(page, ~(usize)0 - 3, cspan_of(bytes));
}

KTEST(frame_attack, untyped_pages_are_counted_and_bounded)
{
	SCOPED_UFRAME(f);
	REQUIRE_OK(uframe_alloc(&f));
	page = uframe_get(&f);
	EXPECT_TRAP(read_over_the_end, nullptr, "off <= PAGE_SIZE && len <= PAGE_SIZE - off");
	EXPECT_TRAP(write_over_the_end, nullptr, "off <= PAGE_SIZE && len <= PAGE_SIZE - off");
	uframe_drop(&f);
	EXPECT_TRAP(ref_dead_page, nullptr, "before != 0");
	page->refs = 0; /* the refused count */
}

/* ---- typed pages and user space ---- */

static struct vm_cursor shared cursor OWNER(ktest);
enum : u64 { AREA = 0x10000000 };

static struct vmspace *shared target OWNER(ktest);

static void map_at(u64 va)
{
	if (vmspace_lock(target, AREA, AREA + PAGE_SIZE, &cursor) == OK)
		(void)vm_map(&cursor, va, (struct uframe_ref){ page }, true);
}

static void map_typed(void *)
{
	map_at(AREA);
}

static void map_outside(void *)
{
	map_at(AREA + PAGE_SIZE);
}

/* The lock that the trapped body held. */
static void unlock(void)
{
	preempt_disable();
	vm_cursor_release(&cursor);
}

KTEST(frame_attack, only_untyped_pages_are_mapped_and_only_in_the_range)
{
	SCOPED_REF(test_space, s);
	SCOPED_REF(test_region, r);
	REQUIRE_OK(test_space_new(&s));
	REQUIRE_OK(test_region_new(REGION_COPY, &r));
	struct vmspace *space = &test_space_get(&s)->vmspace;
	target = space;
	{
		SCOPED_CURSOR(c);
		REQUIRE_OK(vmspace_lock(space, AREA, AREA + PAGE_SIZE, &c));
		REQUIRE_OK(vm_mark(&c, AREA, AREA + PAGE_SIZE,
				   region_clone(&test_region_get(&r)->region), VM_READ | VM_WRITE));
	}
	static const enum frame_kind typed[] = { FRAME_TABLE, FRAME_SLAB, FRAME_STACK, FRAME_META };
	for (u32 i = 0; i < array_len(typed); i++) {
		page = frame_take(array_at(typed, i));
		EXPECT(page != nullptr);
		if (page == nullptr)
			return;
		EXPECT_TRAP(map_typed, nullptr, "f->kind == FRAME_UNTYPED");
		unlock();
		frame_give(page, array_at(typed, i));
	}
	SCOPED_UFRAME(f);
	REQUIRE_OK(uframe_alloc(&f));
	page = uframe_get(&f);
	EXPECT_TRAP(map_outside, nullptr, "va - c->_start < c->_end - c->_start");
	unlock();
	EXPECT_EQ(vmspace_resident_pages(space), 0);
}

/* ---- slabs ---- */

struct thing {
	struct object object;
	u64 value, more;
};
REF_TYPE(thing);
static void thing_fini(struct thing *) {}
OBJECT_TYPE(thing, thing_fini);

static struct thing_ref shared again OWNER(ktest);

static void alloc_again(void *)
{
	(void)thing_alloc(&again);
}

UNSAFE("1. the lists of the pool are put back as they were")
static void pool_lies(struct ktest_ctx *t, struct thing *live)
{
	struct pool_cpu *c = &thing_type_._pool->_cpus[cpu_id()];
	struct pool_cpu before = *c;
	u64 value = live->value;
	c->_free = live;
	c->_count = before._count + 1;
	EXPECT_TRAP(alloc_again, nullptr, "a free object was written to");
	*c = before;
	EXPECT_EQ(live->value, value);
	EXPECT(thing_is_null(&again));
}

KTEST(object_attack, a_slab_that_gives_an_element_twice_is_caught)
{
	SCOPED_REF(thing, a);
	REQUIRE_OK(thing_alloc(&a));
	thing_get(&a)->value = 42;
	pool_lies(t, thing_get(&a));
	EXPECT_EQ(object_refs(&thing_get(&a)->object), 1);
}

/* ---- counts ---- */

static struct thing shared dead OWNER(ktest);

static void clone_dead(void *)
{
	again = thing_clone(&dead);
}

static void get_empty(void *)
{
	(void)thing_get(&again);
}

KTEST(object_attack, the_dead_are_not_referenced)
{
	dead.object._refs._v = 0;
	EXPECT_TRAP(clone_dead, nullptr, "before != 0");
	EXPECT_TRAP(get_empty, nullptr, "r->_p != nullptr");
}

KTEST(object_attack, a_count_that_runs_over_keeps_the_object_for_ever)
{
	KEEPS("counts of references are forged");
	SCOPED_REF(thing, a);
	REQUIRE_OK(thing_alloc(&a));
	struct object *o = &thing_get(&a)->object;
	o->_refs._v = OBJECT_SATURATED - 1;
	for (u32 i = 0; i < 5; i++)
		object_get_(o);
	EXPECT(object_refs(o) >= OBJECT_SATURATED);
	u32 generation = o->_generation;
	for (u32 i = 0; i < 20; i++) {
		struct thing_ref r = { thing_get(&a) };
		thing_drop(&r);
	}
	EXPECT(object_refs(o) >= OBJECT_SATURATED - 1);
	EXPECT_EQ(o->_generation, generation);
	o->_refs._v = 1;
}

/* ---- types ---- */

struct shape {
	struct object object;
	u64 corners;
};
REF_TYPE(shape);
static void shape_fini(struct shape *) {}
OBJECT_BASE(shape, shape_fini);
struct square {
	struct shape shape;
	u64 side;
};
SUBTYPE(square, shape);
static void square_fini(struct square *) {}
OBJECT_SUBTYPE(square, shape, square_fini);
struct circle {
	struct shape shape;
	u64 radius[100];
};
SUBTYPE(circle, shape);
static void circle_fini(struct circle *) {}
OBJECT_SUBTYPE(circle, shape, circle_fini);

static struct shape *shared shape OWNER(ktest);

static void use_as_circle(void *)
{
	circle_of(shape)->radius[99] = 1;
}

KTEST(object_attack, a_wrong_downcast_is_caught)
{
	SCOPED_REF(shape, a);
	SCOPED_REF(shape, b);
	REQUIRE_OK(square_alloc(&a));
	REQUIRE_OK(circle_alloc(&b));
	shape = shape_get(&a);
	EXPECT(square_is(shape) && !circle_is(shape));
	EXPECT_TRAP(use_as_circle, nullptr, "an object was used as another type than it is");
	EXPECT(circle_is(shape_get(&b)));
}

/* ---- stacks ---- */

UNSAFE("1. the page below a kernel stack is never mapped: the write cannot happen")
static void write_below_the_stack(void *)
{
	*(volatile u64 *)(task_current()->_stack_base - 8) = 1;
}

static void free_a_stack_twice(void *)
{
	u64 stack = 0;
	if (stack_alloc(&stack) != OK)
		return;
	stack_free(stack);
	stack_free(stack);
}

KTEST(stack_attack, the_guard_page_stops_an_overflow)
{
	EXPECT_TRAP(write_below_the_stack, nullptr, "page fault in kernel mode");
}

KTEST(stack_attack, a_stack_is_freed_once)
{
	EXPECT_TRAP(free_a_stack_twice, nullptr, "a kernel stack was freed twice or overflowed");
}

/* ---- user copies ---- */

/* Every way to touch user memory, n bytes (words: their own size) at va, is refused. */
static void expect_refused(struct ktest_ctx *t, u64 va)
{
	struct uaddr a = uaddr_of(va);
	u8 bytes[64] = {};
	u32 w = 0;
	u64 q = 0;
	usize done = 1, len = 0;
	SCOPED_UFRAME(f);
	REQUIRE_OK(uframe_alloc(&f));
	EXPECT_EQ(user_read(a, span_of(bytes)), ERR_FAULT);
	EXPECT_EQ(user_write(a, cspan_of(bytes)), ERR_FAULT);
	EXPECT_EQ(user_read_some(a, span_of(bytes), &done), ERR_FAULT);
	EXPECT_EQ(done, 0);
	EXPECT_EQ(user_write_some(a, cspan_of(bytes), &done), ERR_FAULT);
	EXPECT_EQ(done, 0);
	EXPECT_EQ(user_fill_zero(a, 64), ERR_FAULT);
	EXPECT_EQ(user_read_u32(a, &w), ERR_FAULT);
	EXPECT_EQ(user_read_u64(a, &q), ERR_FAULT);
	EXPECT_EQ(user_write_u32(a, 1), ERR_FAULT);
	EXPECT_EQ(user_write_u64(a, 1), ERR_FAULT);
	EXPECT_EQ(user_cmpxchg_u32(uaddr_of(va & ~3ull), 0, 1, &w), ERR_FAULT);
	EXPECT_EQ(user_read_str(a, span_of(bytes), &len), ERR_FAULT);
	EXPECT_EQ(user_read_frame(a, uframe_get(&f), 0, 64, &done), ERR_FAULT);
	EXPECT_EQ(done, 0);
	EXPECT_EQ(user_write_frame(a, uframe_get(&f), 0, 64, &done), ERR_FAULT);
	EXPECT_EQ(done, 0);
	struct uio u = {};
	EXPECT_EQ(uio_user(a, 64, &u), ERR_FAULT);
	EXPECT_EQ(uio_user(a, ~(u64)0, &u), ERR_FAULT);
}

KTEST(user_attack, no_copy_reaches_the_kernel)
{
	const u64 kernel_places[] = {
		PHYSMAP_BASE,	      FRAME_BASE,   KIMAGE_BASE + 0x200000,
		KSTACK_BASE + 0x4000, VMSPACE_HIGH, 1ull << 47,
		0xffff800000000000,   1ull << 63,   ~(u64)0 - PAGE_SIZE,
		~(u64)0 - 4095,	      ~(u64)0 - 7,  ~(u64)0,
	};
	u64 secret = 0x5ec12e7;
	SCOPED_REF(test_space, s);
	REQUIRE_OK(test_space_new(&s));
	SCOPED_REF(vmspace, before);
	before = vmspace_clone_or_null(vmspace_get_or_null(&task_current()->space));
	task_set_space(vmspace_clone(&test_space_get(&s)->vmspace));
	for (u32 i = 0; i < array_len(kernel_places); i++)
		expect_refused(t, array_at(kernel_places, i));
	expect_refused(t, address_of_(&secret));
	EXPECT_EQ(secret, 0x5ec12e7);
	task_set_space(vmspace_move(&before));
}

KTEST(user_attack, ranges_neither_wrap_nor_cross_into_the_kernel)
{
	u8 byte[1] = {};
	EXPECT(user_range_ok(uaddr_of(0), VMSPACE_HIGH));
	EXPECT(user_range_ok(uaddr_of(VMSPACE_HIGH), 0));
	EXPECT(user_range_ok(uaddr_of(VMSPACE_HIGH - 1), 1));
	EXPECT(!user_range_ok(uaddr_of(VMSPACE_HIGH - 1), 2));
	EXPECT(!user_range_ok(uaddr_of(VMSPACE_HIGH), 1));
	EXPECT(!user_range_ok(uaddr_of(1), VMSPACE_HIGH));
	EXPECT(!user_range_ok(uaddr_of(0x1000), ~(u64)0 - 0xfff));
	EXPECT(!user_range_ok(uaddr_of(~(u64)0), 2));
	EXPECT(!user_range_ok(uaddr_of(1ull << 63), 1ull << 63));
	/* Nothing is touched by nothing; kernel addresses are refused even so. */
	EXPECT_OK(user_read(uaddr_of(0), span_sub(span_of(byte), 0, 0)));
	EXPECT_OK(user_write(uaddr_of(VMSPACE_HIGH), (struct cspan){}));
	EXPECT_EQ(user_write(uaddr_of(PHYSMAP_BASE), (struct cspan){}), ERR_FAULT);
	EXPECT_EQ(user_read(uaddr_of(~(u64)0), (struct span){}), ERR_FAULT);
}
