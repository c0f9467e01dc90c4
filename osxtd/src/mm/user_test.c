// SPDX-License-Identifier: MPL-2.0
/* user_test - user copies against missing, forbidden, foreign and kernel addresses; uio. */
#include <osxtd/buf.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>

#include "mm/frames.h"
#include "mm/pte.h"
#include "mm/test_space.h"

enum : u64 { AREA = 0x10000000, AREA_PAGES = 8, AREA_END = AREA + AREA_PAGES * PAGE_SIZE };

/* A space with AREA_PAGES pages to write, a page to read only behind them and nothing behind that;
 * made current. */
struct user_fixture {
	struct vmspace_ref before;
	struct test_space *space;
};

static err_t fixture_begin(struct user_fixture *x)
{
	struct test_space_ref s = {};
	SCOPED_REF(test_region, r);
	TRY(test_space_new(&s));
	x->space = test_space_get(&s);
	struct task *self = task_current();
	x->before = vmspace_clone_or_null(vmspace_get_or_null(&self->space));
	task_set_space((struct vmspace_ref){ &x->space->vmspace });
	TRY(test_region_new(REGION_COPY, &r));
	SCOPED_CURSOR(c);
	TRY(vmspace_lock(&x->space->vmspace, AREA, AREA_END + PAGE_SIZE, &c));
	TRY(vm_mark(&c, AREA, AREA_END, region_clone(&test_region_get(&r)->region),
		    VM_READ | VM_WRITE));
	return vm_mark(&c, AREA_END, AREA_END + PAGE_SIZE,
		       region_clone(&test_region_get(&r)->region), VM_READ);
}

static void fixture_end(struct user_fixture *x)
{
	task_set_space(vmspace_move(&x->before));
}

KTEST(mm, hostile_addresses_are_faults)
{
	const u64 hostile[] = {
		0,
		8,
		0xfff,
		AREA - 1,
		AREA_END + PAGE_SIZE,
		VMSPACE_HIGH - 1,
		VMSPACE_HIGH,
		VMSPACE_HIGH + 1,
		1ull << 47,
		0x800000000000ull - 4,
		0xffff800000000000,
		PHYSMAP_BASE,
		PHYSMAP_BASE + 0x100000,
		KIMAGE_BASE + 0x200000,
		KSTACK_BASE + 0x4000,
		~0ull,
		~0ull - 7,
		0x7fffffffffffffff,
		1ull << 63,
	};
	struct user_fixture x CLEANUP(fixture_end) = {};
	REQUIRE_OK(fixture_begin(&x));
	u8 bytes[64] = {};
	struct span s = span_of(bytes);
	u32 w = 0;
	u64 q = 0;
	usize len = 0;
	for (u32 i = 0; i < array_len(hostile); i++) {
		struct uaddr a = uaddr_of(array_at(hostile, i));
		EXPECT_EQ(user_write(a, cspan_of(bytes)), ERR_FAULT);
		EXPECT_EQ(user_write_u32(a, 1), ERR_FAULT);
		EXPECT_EQ(user_write_u64(a, 1), ERR_FAULT);
		EXPECT_EQ(user_cmpxchg_u32(a, 0, 1, &w), ERR_FAULT);
		EXPECT_EQ(user_fill_zero(a, 64), ERR_FAULT);
		EXPECT_EQ(user_read(a, s), ERR_FAULT);
		EXPECT_EQ(user_read_u32(a, &w), ERR_FAULT);
		EXPECT_EQ(user_read_u64(a, &q), ERR_FAULT);
		EXPECT_EQ(user_read_str(a, s, &len), ERR_FAULT);
	}
	/* A range that is fine at its start. */
	usize done = 0;
	EXPECT(!user_range_ok(uaddr_of(AREA), ~0ull));
	EXPECT(!user_range_ok(uaddr_of(AREA), VMSPACE_HIGH));
	EXPECT_EQ(user_read_some(uaddr_of(AREA_END + PAGE_SIZE - 10), s, &done), ERR_FAULT);
	EXPECT_EQ(done, 10);
	EXPECT_EQ(user_write_some(uaddr_of(AREA_END - 13), cspan_of(bytes), &done), ERR_FAULT);
	EXPECT_EQ(done, 13);
}

KTEST(mm, the_user_half_reaches_to_its_last_page)
{
	u64 end = page_down(VMSPACE_HIGH), value = 0;
	struct user_fixture x CLEANUP(fixture_end) = {};
	REQUIRE_OK(fixture_begin(&x));
	EXPECT_EQ(pt_index(end - PAGE_SIZE, PT_LEVELS), PT_USER_ROOT_ENTRIES - 1);
	EXPECT_EQ(user_write_u64(uaddr_of(end - 8), 1), ERR_FAULT);
	{
		SCOPED_REF(test_region, r);
		SCOPED_CURSOR(c);
		REQUIRE_OK(test_region_new(REGION_COPY, &r));
		REQUIRE_OK(vmspace_lock(&x.space->vmspace, end - PAGE_SIZE, end, &c));
		REQUIRE_OK(vm_mark(&c, end - PAGE_SIZE, end,
				   region_clone(&test_region_get(&r)->region), VM_READ | VM_WRITE));
	}
	EXPECT_OK(user_write_u64(uaddr_of(end - 8), 0x1122334455667788));
	EXPECT_OK(user_read_u64(uaddr_of(end - 8), &value));
	EXPECT_EQ(value, 0x1122334455667788);
	EXPECT_EQ(user_write_u64(uaddr_of(end - 4), 1), ERR_FAULT);
	EXPECT_EQ(user_write_u64(uaddr_of(end), 1), ERR_FAULT);
}

KTEST(mm, every_small_size_is_copied_exactly)
{
	struct user_fixture x CLEANUP(fixture_end) = {};
	REQUIRE_OK(fixture_begin(&x));
	u8 in[100] = {}, out[100] = {};
	for (u32 i = 0; i < array_len(in); i++)
		array_at(in, i) = (u8)(i + 1);
	for (usize n = 0; n <= 90; n++) {
		struct uaddr a = uaddr_of(AREA + PAGE_SIZE - 45); /* across a page border */
		EXPECT_OK(user_fill_zero(uaddr_of(AREA + PAGE_SIZE - 50), 100));
		span_fill(span_of(out), 0xee);
		EXPECT_OK(user_write(a, cspan_sub(cspan_of(in), 0, n)));
		EXPECT_OK(user_read(a, span_sub(span_of(out), 0, n + 1)));
		EXPECT(memcmp(in, out, n) == 0);
		EXPECT_EQ(array_at(out, n), 0);
		EXPECT_EQ(array_at(out, n + 1), 0xee);
		/* What a fault in the middle left is known to the byte. */
		usize done = 0;
		usize fits = min_of(n, (usize)21);
		EXPECT_EQ(user_write_some(uaddr_of(AREA_END - 21), cspan_sub(cspan_of(in), 0, n),
					  &done),
			  n > 21 ? ERR_FAULT : OK);
		EXPECT_EQ(done, fits);
		EXPECT_OK(user_read(uaddr_of(AREA_END - 21), span_sub(span_of(out), 0, fits)));
		EXPECT(memcmp(in, out, fits) == 0);
	}
}

/* Long copies, each at odd offsets, over pages that are not there yet and over the end of what is.
 */
KTEST(mm, long_copies_are_exact)
{
	static const usize sizes[] = { 511,  512,  513,	 527,  528,  600,  1023,
				       1024, 1025, 4095, 4096, 4097, 9000, 12288 };
	SCOPED_BUF(in);
	SCOPED_BUF(out);
	REQUIRE_OK(buf_alloc(12288, &in));
	REQUIRE_OK(buf_alloc(12288, &out));
	for (usize i = 0; i < buf_len(&in); i++)
		span_set(buf_span(&in), i, (u8)(i * 7 + i / 251));
	for (u32 i = 0; i < array_len(sizes) * 3; i++) {
		struct user_fixture x CLEANUP(fixture_end) = {};
		REQUIRE_OK(fixture_begin(&x));
		usize n = array_at(sizes, i / 3), off = (i % 3) * 777;
		struct cspan part = cspan_sub(span_const(buf_span(&in)), 0, n);
		usize done = 0;
		EXPECT_OK(user_write(uaddr_of(AREA + off), part));
		span_fill(buf_span(&out), 0);
		EXPECT_OK(user_read(uaddr_of(AREA + off), span_sub(buf_span(&out), 0, n)));
		EXPECT(cspan_equal(part, span_const(span_sub(buf_span(&out), 0, n))));
		usize fits = n - 1 - off / 8;
		EXPECT_EQ(user_write_some(uaddr_of(AREA_END - fits), part, &done), ERR_FAULT);
		EXPECT_EQ(done, fits);
		EXPECT_OK(user_read(uaddr_of(AREA_END - fits), span_sub(buf_span(&out), 0, fits)));
		EXPECT(cspan_equal(cspan_sub(part, 0, fits),
				   span_const(span_sub(buf_span(&out), 0, fits))));
		EXPECT_EQ(user_read_some(uaddr_of(AREA_END + PAGE_SIZE - fits),
					 span_sub(buf_span(&out), 0, n), &done),
			  ERR_FAULT);
		EXPECT_EQ(done, fits);
	}
}

KTEST(mm, pages_come_as_they_are_touched)
{
	struct user_fixture x CLEANUP(fixture_end) = {};
	REQUIRE_OK(fixture_begin(&x));
	SCOPED_BUF(b);
	REQUIRE_OK(buf_alloc(AREA_PAGES * PAGE_SIZE, &b));
	span_fill(buf_span(&b), 7);
	EXPECT_OK(user_read(uaddr_of(AREA + 5), span_sub(buf_span(&b), 0, 3 * PAGE_SIZE)));
	EXPECT_EQ(vmspace_resident_pages(&x.space->vmspace), 4);
	EXPECT_EQ(span_get(buf_span(&b), 3 * PAGE_SIZE - 1), 0);
	EXPECT_EQ(span_get(buf_span(&b), 3 * PAGE_SIZE), 7);
	span_fill(buf_span(&b), 9);
	EXPECT_OK(user_write(uaddr_of(AREA), span_const(buf_span(&b))));
	EXPECT_EQ(vmspace_resident_pages(&x.space->vmspace), AREA_PAGES);
	u32 w = 0, seen = 0;
	EXPECT_OK(user_read_u32(uaddr_of(AREA + PAGE_SIZE - 2), &w));
	EXPECT_EQ(w, 0x09090909);
	EXPECT_OK(user_cmpxchg_u32(uaddr_of(AREA), 0x09090909, 5, &seen));
	EXPECT_EQ(seen, 0x09090909);
	EXPECT_OK(user_cmpxchg_u32(uaddr_of(AREA), 0x09090909, 6, &seen));
	EXPECT_EQ(seen, 5);
	EXPECT_EQ(user_cmpxchg_u32(uaddr_of(AREA + 1), 0, 6, &seen), ERR_FAULT);
	/* Reading is fine where writing is not; a page without access is neither. */
	EXPECT_OK(user_read_u32(uaddr_of(AREA_END), &w));
	EXPECT_EQ(user_write_u32(uaddr_of(AREA_END), 1), ERR_FAULT);
	{
		SCOPED_CURSOR(c);
		REQUIRE_OK(vmspace_lock(&x.space->vmspace, AREA, AREA + PAGE_SIZE, &c));
		EXPECT_OK(vm_protect(&c, AREA, AREA + PAGE_SIZE, VM_NONE));
	}
	EXPECT_EQ(user_read_u32(uaddr_of(AREA), &w), ERR_FAULT);
	{
		SCOPED_CURSOR(c);
		REQUIRE_OK(vmspace_lock(&x.space->vmspace, AREA, AREA + PAGE_SIZE, &c));
		EXPECT_OK(vm_protect(&c, AREA, AREA + PAGE_SIZE, VM_READ));
	}
	EXPECT_OK(user_read_u32(uaddr_of(AREA), &w));
	EXPECT_EQ(w, 5);
	EXPECT_EQ(user_write_u32(uaddr_of(AREA), 1), ERR_FAULT);
	{
		SCOPED_CURSOR(c);
		REQUIRE_OK(vmspace_lock(&x.space->vmspace, AREA, AREA_END, &c));
		EXPECT_OK(vm_take(&c, AREA, AREA_END));
	}
	EXPECT_EQ(user_read_u32(uaddr_of(AREA), &w), ERR_FAULT);
}

KTEST(mm, strings_end_where_they_end)
{
	struct user_fixture x CLEANUP(fixture_end) = {};
	REQUIRE_OK(fixture_begin(&x));
	u8 text[40] = {}, out[40] = {};
	usize len = 0;
	for (usize n = 0; n < 30; n++) {
		span_fill(span_of(text), 'x');
		array_at(text, n) = 0;
		EXPECT_OK(user_write(uaddr_of(AREA + PAGE_SIZE - 15), cspan_of(text)));
		EXPECT_OK(user_read_str(uaddr_of(AREA + PAGE_SIZE - 15), span_of(out), &len));
		EXPECT_EQ(len, n);
		EXPECT(memcmp(text, out, n + 1) == 0);
		EXPECT_EQ(user_read_str(uaddr_of(AREA + PAGE_SIZE - 15),
					span_sub(span_of(out), 0, n), &len),
			  ERR_NAMETOOLONG);
		EXPECT_OK(user_read_str(uaddr_of(AREA + PAGE_SIZE - 15),
					span_sub(span_of(out), 0, n + 1), &len));
	}
	/* Bytes over 0x80 before the end, and an end that never comes. */
	static const u8 high[] = { 0x81, 0x80, 0xff, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0 };
	EXPECT_OK(user_write(uaddr_of(AREA), cspan_of(high)));
	EXPECT_OK(user_read_str(uaddr_of(AREA), span_of(out), &len));
	EXPECT_EQ(len, 9);
	span_fill(span_of(text), 'y');
	EXPECT_OK(user_write(uaddr_of(AREA_END - 40), cspan_of(text)));
	{
		SCOPED_CURSOR(c);
		REQUIRE_OK(vmspace_lock(&x.space->vmspace, AREA_END, AREA_END + PAGE_SIZE, &c));
		EXPECT_OK(vm_take(&c, AREA_END, AREA_END + PAGE_SIZE));
	}
	EXPECT_EQ(user_read_str(uaddr_of(AREA_END - 20), span_of(out), &len), ERR_FAULT);
}

KTEST(mm, uio_walks_pieces)
{
	struct user_fixture x CLEANUP(fixture_end) = {};
	REQUIRE_OK(fixture_begin(&x));
	struct user_iovec iov[4] = {
		{ AREA + 100, 3 }, { 0, 0 }, { AREA + PAGE_SIZE - 2, 5 }, { AREA + 300, 50 }
	};
	struct uio u = {};
	u8 in[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, out[10] = {};
	usize n = 0;
	EXPECT_OK(user_write(uaddr_of(AREA), cspan_of(iov)));
	EXPECT_OK(uio_user_vec(uaddr_of(AREA), 4, &u));
	EXPECT_EQ(uio_left(&u), 58);
	EXPECT_OK(uio_put(&u, cspan_sub(cspan_of(in), 0, 4), &n));
	EXPECT_EQ(n, 4);
	EXPECT_OK(uio_put(&u, cspan_sub(cspan_of(in), 4, 6), &n));
	EXPECT_EQ(uio_left(&u), 48);
	EXPECT_OK(uio_put_zero(&u, 1000, &n));
	EXPECT_EQ(n, 48);
	EXPECT_EQ(uio_left(&u), 0);
	EXPECT_OK(uio_user_vec(uaddr_of(AREA), 4, &u));
	uio_skip(&u, 1);
	EXPECT_OK(uio_get(&u, span_sub(span_of(out), 0, 9), &n));
	EXPECT_EQ(n, 9);
	EXPECT(cspan_equal(cspan_sub(cspan_of(in), 1, 9), cspan_sub(cspan_of(out), 0, 9)));
	SCOPED_UFRAME(f);
	REQUIRE_OK(uframe_alloc(&f));
	EXPECT_OK(uio_user(uaddr_of(AREA + 100), 3, &u));
	EXPECT_OK(uio_get_frame(&u, uframe_get(&f), PAGE_SIZE - 8, 8, &n));
	EXPECT_EQ(n, 3);
	EXPECT_OK(uio_user(uaddr_of(AREA_END - 4), 8, &u));
	EXPECT_EQ(uio_put_frame(&u, uframe_get(&f), 0, 8, &n), ERR_FAULT);
	EXPECT_EQ(n, 4);
	EXPECT_EQ(uio_user_vec(uaddr_of(AREA), 1025, &u), ERR_INVAL);
	EXPECT_EQ(uio_user(uaddr_of(PHYSMAP_BASE), 1, &u), ERR_FAULT);
	array_at(iov, 2).len = ~0ull;
	EXPECT_OK(user_write(uaddr_of(AREA), cspan_of(iov)));
	EXPECT_EQ(uio_user_vec(uaddr_of(AREA), 4, &u), ERR_INVAL);
	struct uio k = uio_kernel(span_of(out));
	EXPECT_OK(uio_put(&k, cspan_of(in), &n));
	EXPECT_EQ(n, 10);
	EXPECT_OK(uio_put(&k, cspan_of(in), &n));
	EXPECT_EQ(n, 0);
}

KTEST(mm, other_spaces_are_reached_page_by_page)
{
	struct user_fixture x CLEANUP(fixture_end) = {};
	REQUIRE_OK(fixture_begin(&x));
	struct vmspace *s = &x.space->vmspace;
	SCOPED_REF(vmspace, keep);
	keep = vmspace_clone(s);
	task_set_space(vmspace_clone_or_null(vmspace_get_or_null(&x.before)));
	u8 in[] = { 1, 2, 3, 4, 5, 6 }, out[6] = {};
	usize done = 0;
	EXPECT_OK(vmspace_write(s, uaddr_of(AREA + PAGE_SIZE - 3), cspan_of(in), &done));
	EXPECT_EQ(done, 6);
	EXPECT_OK(vmspace_read(s, uaddr_of(AREA + PAGE_SIZE - 3), span_of(out), &done));
	EXPECT(memcmp(in, out, 6) == 0);
	EXPECT_EQ(vmspace_write(s, uaddr_of(AREA_END - 3), cspan_of(in), &done), ERR_FAULT);
	EXPECT_EQ(done, 3);
	EXPECT_EQ(vmspace_read(s, uaddr_of(PHYSMAP_BASE), span_of(out), &done), ERR_FAULT);
}

KTEST(mm, ranges_that_leave_the_user_half_are_refused)
{
	const u64 crossing[][2] = {
		{ VMSPACE_HIGH - 8, 9 }, { VMSPACE_HIGH, 1 }, { AREA, VMSPACE_HIGH },
		{ AREA, ~0ull },	 { ~0ull - 7, 16 },   { PHYSMAP_BASE, 64 },
	};
	struct user_fixture x CLEANUP(fixture_end) = {};
	REQUIRE_OK(fixture_begin(&x));
	u8 bytes[64] = {};
	for (u32 i = 0; i < array_len(crossing); i++) {
		struct uaddr at = uaddr_of(array_at(crossing, i)[0]);
		u64 len = array_at(crossing, i)[1];
		struct user_iovec v = { uaddr_value(at), len };
		struct uio u = {};
		usize done = 0;
		EXPECT(!user_range_ok(at, len));
		EXPECT_EQ(uio_user(at, len, &u), ERR_FAULT);
		EXPECT_EQ(user_fill_zero(at, len), ERR_FAULT);
		REQUIRE_OK(user_put(uaddr_of(AREA), &v));
		err_t e = uio_user_vec(uaddr_of(AREA), 1, &u);
		EXPECT(e == ERR_FAULT || (e == ERR_INVAL && (i64)len < 0) ||
		       (e == OK && uio_left(&u) < len && user_range_ok(at, uio_left(&u))));
		UNSAFE("1. the length is a lie: the copy is refused before it is believed")
		struct span liar = { bytes, len };
		EXPECT_EQ(vmspace_read(&x.space->vmspace, at, liar, &done), ERR_FAULT);
		EXPECT_EQ(done, 0);
	}
}

/* ---- lengths against the object ---- */

static void copy_longer(void *)
{
	u8 from[9] = {}, to[8] = {};
	span_copy(span_of(to), cspan_of(from));
}

static void cut_longer(void *)
{
	u8 bytes[8] = {};
	(void)user_write(uaddr_of(AREA), cspan_sub(cspan_of(bytes), 4, 5));
}

static void put_past_the_page(void *)
{
	struct uio u = {};
	usize n = 0;
	if (uio_user(uaddr_of(AREA), PAGE_SIZE, &u) == OK)
		(void)uio_put_frame(&u, nullptr, 4000, 97, &n);
}

static void get_past_the_page(void *)
{
	struct uio u = {};
	usize n = 0;
	if (uio_user(uaddr_of(AREA), PAGE_SIZE, &u) == OK)
		(void)uio_get_frame(&u, nullptr, PAGE_SIZE + 1, 0, &n);
}

KTEST(mm, copies_longer_than_their_object_trap)
{
	EXPECT_TRAP(copy_longer, nullptr, "src._len <= dst._len");
	EXPECT_TRAP(cut_longer, nullptr, "off <= s._len && len <= s._len - off");
	EXPECT_TRAP(put_past_the_page, nullptr, "off <= PAGE_SIZE && len <= PAGE_SIZE - off");
	EXPECT_TRAP(get_past_the_page, nullptr, "off <= PAGE_SIZE && len <= PAGE_SIZE - off");
}
