// SPDX-License-Identifier: MPL-2.0
/* kasan_test - each kind of bad access is reported, and good ones are not. */
#include <osxtd/buf.h>
#include <osxtd/ktest.h>
#include <osxtd/list.h>

#include "debug/kasan.h"
#include "debug/report.h"
#include "mm/frames.h"
#include "mm/pool.h"

/* The compiler must not see through to what a pointer points at. */
UNSAFE("1. gives back the pointer it was given")
static NOINLINE u8 *hidden(const void *p)
{
	u64 v = (u64)p;
	__asm__ volatile("" : "+r"(v)::"memory");
	return (u8 *)v;
}

UNSAFE("1. the reports are expected; 2. a read harms nobody: all shadowed memory is mapped")
static NOINLINE u8 touch(const u8 *p, isize at)
{
	return *(const volatile u8 *)(p + at);
}

#define EXPECT_REPORTS(n, want)                                                                    \
	do {                                                                                       \
		struct str kind_ = {};                                                             \
		EXPECT_EQ(report_caught(&kind_), n);                                               \
		EXPECT(str_equal(kind_, STR(want)));                                               \
	} while (0)

KTEST(kasan, slab_out_of_bounds)
{
	SCOPED_BUF(b);
	REQUIRE_OK(buf_alloc(21, &b));
	u8 *p = hidden(b._ptr);
	report_expect();
	(void)touch(p, 0);
	(void)touch(p, 20);
	EXPECT_REPORTS(0, "");
	report_expect();
	(void)touch(p, 21);
	(void)touch(p, -1);
	EXPECT_REPORTS(2, "slab-out-of-bounds");
}

KTEST(kasan, slab_use_after_free)
{
	SCOPED_BUF(b);
	SCOPED_BUF(other);
	REQUIRE_OK(buf_alloc(100, &b));
	u8 *p = hidden(b._ptr);
	buf_drop(&b);
	/* The memory waits: the next one of this size is another. */
	REQUIRE_OK(buf_alloc(100, &other));
	EXPECT(hidden(other._ptr) != p);
	report_expect();
	(void)touch(p, 50);
	EXPECT_REPORTS(1, "slab-use-after-free");
}

/* The second free is refused where the report is expected. */
static void free_twice(struct pool *p)
{
	void *e = pool_take(p);
	if (e == nullptr)
		return;
	pool_give(p, e);
	pool_give(p, e);
}
static struct pool
	shared test_pool = { ._size = 40, ._cpus = pool_cpus_none, ._name = "kasan_test" };

KTEST(kasan, double_free)
{
	report_expect();
	free_twice(&test_pool);
	EXPECT_REPORTS(1, "double-free");
	EXPECT_EQ(pool_live(&test_pool), 0);
}

KTEST(kasan, stack_out_of_bounds)
{
	u8 room[13] = {};
	u8 *p = hidden(room);
	report_expect();
	(void)touch(p, 12);
	EXPECT_REPORTS(0, "");
	report_expect();
	(void)touch(p, 13);
	(void)touch(p, -1);
	EXPECT_REPORTS(2, "stack-out-of-bounds");
}

KTEST(kasan, stack_use_after_scope)
{
	u8 *p = nullptr;
	{
		u8 room[32] = {};
		p = hidden(room);
		(void)touch(p, 0);
	}
	report_expect();
	(void)touch(p, 0);
	EXPECT_REPORTS(1, "stack-use-after-scope");
}

static u8 shared global_bytes[11] OWNER(test);

KTEST(kasan, global_out_of_bounds)
{
	u8 *p = hidden(global_bytes);
	report_expect();
	(void)touch(p, 10);
	EXPECT_REPORTS(0, "");
	report_expect();
	(void)touch(p, 11);
	(void)touch(p, 31);
	EXPECT_REPORTS(2, "global-out-of-bounds");
}

KTEST(kasan, freed_page)
{
	struct uframe *f = frame_take(FRAME_META);
	EXPECT(f != nullptr);
	if (f == nullptr)
		return;
	u8 *p = hidden(frame_va(f));
	report_expect();
	(void)touch(p, PAGE_SIZE - 1);
	EXPECT_REPORTS(0, "");
	frame_give(f, FRAME_META);
	report_expect();
	(void)touch(p, 5);
	EXPECT_REPORTS(1, "use-after-free");
}

KTEST(kasan, behind_a_buffer_of_pages)
{
	SCOPED_BUF(b);
	REQUIRE_OK(buf_alloc(5000, &b));
	report_expect();
	(void)touch(hidden(b._ptr), 5000);
	EXPECT_REPORTS(1, "out-of-bounds");
}

/* The reports are expected; the bytes past the end are redzone, which nobody uses. */
static void copy_too_much(u8 *p, usize len)
{
	u8 from[64] = {};
	memcpy(p, from, len);
	memset(p, 0, len);
	(void)memcmp(p, from, len);
}

KTEST(kasan, whole_ranges_are_checked)
{
	SCOPED_BUF(b);
	REQUIRE_OK(buf_alloc(32, &b));
	report_expect();
	copy_too_much(hidden(b._ptr), 32);
	EXPECT_REPORTS(0, "");
	report_expect();
	copy_too_much(hidden(b._ptr), 33);
	EXPECT_REPORTS(3, "slab-out-of-bounds");
}
