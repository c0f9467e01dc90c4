/* SPDX-License-Identifier: MPL-2.0 */
/* memobj_test - bytes in, bytes out, holes and ends. */
#include "vm/memobj.h"

#include <osxtd/ktest.h>

static err_t put(struct memobj *m, u64 pos, u64 value, usize *n)
{
	struct uio from = uio_kernel_const(cspan_of(value));
	return memobj_write(m, pos, &from, n);
}

static u64 get(struct memobj *m, u64 pos, usize *n)
{
	u64 value = 0;
	struct uio to = uio_kernel(span_of(value));
	return memobj_read(m, pos, &to, n) == OK ? value : UINT64_MAX;
}

KTEST(memobj, keeps_what_is_written)
{
	SCOPED_REF(memobj, o);
	usize n = 0;
	REQUIRE_OK(memobj_new(0, nullptr, &o));
	struct memobj *m = memobj_get(&o);
	EXPECT_OK(put(m, 4092, 0x1122334455667788, &n)); /* over a page border */
	EXPECT_EQ(n, 8);
	EXPECT_EQ(memobj_size(m), 4100);
	EXPECT_EQ(memobj_pages(m), 2);
	EXPECT_EQ(get(m, 4092, &n), 0x1122334455667788);
	EXPECT_EQ(n, 8);
	EXPECT_EQ(get(m, 0, &n), 0);
	EXPECT_EQ(get(m, 4096, &n), 0x11223344);
	EXPECT_EQ(n, 4);
	(void)get(m, 4100, &n);
	EXPECT_EQ(n, 0);
}

KTEST(memobj, truncation_zeroes_what_comes_back)
{
	SCOPED_REF(memobj, o);
	usize n = 0;
	REQUIRE_OK(memobj_new(0, nullptr, &o));
	struct memobj *m = memobj_get(&o);
	EXPECT_OK(put(m, 0, UINT64_MAX - 1, &n));
	EXPECT_OK(put(m, 8192, UINT64_MAX - 1, &n));
	memobj_truncate(m, 3);
	EXPECT_EQ(memobj_size(m), 3);
	EXPECT_EQ(memobj_pages(m), 1);
	memobj_truncate(m, 10000);
	EXPECT_EQ(get(m, 0, &n), 0xfffffe);
	EXPECT_EQ(get(m, 8192, &n), 0);
}

KTEST(memobj, holes)
{
	SCOPED_REF(memobj, o);
	usize n = 0;
	u64 at = 0;
	REQUIRE_OK(memobj_new(0, nullptr, &o));
	struct memobj *m = memobj_get(&o);
	EXPECT(!memobj_seek_data(m, 0, &at));
	EXPECT_OK(put(m, 5 * PAGE_SIZE, 7, &n));
	EXPECT(memobj_seek_data(m, 10, &at));
	EXPECT_EQ(at, 5 * PAGE_SIZE);
	EXPECT(memobj_seek_hole(m, 10, &at));
	EXPECT_EQ(at, 10);
	EXPECT(memobj_seek_hole(m, 5 * PAGE_SIZE, &at));
	EXPECT_EQ(at, 5 * PAGE_SIZE + 8);
	EXPECT_OK(put(m, 0, UINT64_MAX - 1, &n));
	memobj_punch(m, 2, 5 * PAGE_SIZE + 1);
	EXPECT_EQ(get(m, 0, &n), 0xfffe);
	EXPECT_EQ(get(m, 5 * PAGE_SIZE, &n), 0);
	EXPECT_EQ(memobj_size(m), 5 * PAGE_SIZE + 8);
	memobj_punch(m, 0, UINT64_MAX);
	EXPECT_EQ(memobj_pages(m), 0);
}

KTEST(memobj, no_page_past_the_end)
{
	SCOPED_REF(memobj, o);
	SCOPED_UFRAME(page);
	REQUIRE_OK(memobj_new(PAGE_SIZE + 1, nullptr, &o));
	EXPECT_EQ(memobj_page(memobj_get(&o), 2, &page), ERR_IO);
	EXPECT_OK(memobj_page(memobj_get(&o), 1, &page));
	EXPECT_EQ(memobj_pages(memobj_get(&o)), 1);
	usize n = 0;
	EXPECT_EQ(put(memobj_get(&o), MEMOBJ_SIZE_MAX, 1, &n), ERR_FBIG);
}
