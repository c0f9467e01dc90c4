/* SPDX-License-Identifier: MPL-2.0 */
/* span_test - ranges that outside data names, and parts of spans and texts. */
#include <osxtd/ktest.h>
#include <osxtd/span.h>

KTEST(span, a_range_from_outside_is_refused_not_wrapped)
{
	u8 bytes[8] = {};
	struct cspan all = cspan_of(bytes);
	struct cspan part = {};
	EXPECT(cspan_try_sub(all, 0, 8, &part) && cspan_len(part) == 8);
	EXPECT(cspan_try_sub(all, 8, 0, &part) && cspan_len(part) == 0);
	EXPECT(!cspan_try_sub(all, 9, 0, &part));
	EXPECT(!cspan_try_sub(all, 0, 9, &part));
	EXPECT(!cspan_try_sub(all, 4, 5, &part));
	EXPECT(!cspan_try_sub(all, 1, UINT64_MAX, &part));
	EXPECT(!cspan_try_sub(all, UINT64_MAX, 1, &part));
	EXPECT(!cspan_try_sub(all, UINT64_MAX, UINT64_MAX, &part));
}

KTEST(span, reading_stops_at_the_end)
{
	u8 bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	u32 word = 0;
	EXPECT(cspan_read(cspan_of(bytes), 4, &word) && word == 0x08070605);
	word = 42;
	EXPECT(!cspan_read(cspan_of(bytes), 5, &word) && word == 42);
	EXPECT(!cspan_read(cspan_of(bytes), UINT64_MAX - 1, &word) && word == 42);
}

KTEST(span, copying_back_repeats_what_is_near)
{
	u8 near[10] = { 'a', 'b' }, far[40] = {};
	span_copy_back(span_of(near), 2, 2, 7);
	EXPECT(cspan_equal(cspan_sub(cspan_of(near), 0, 10), str_bytes(STR("ababababa\0"))));
	for (u32 i = 0; i < 12; i++)
		array_at(far, i) = (u8)i;
	for (u32 distance = 1; distance <= 12; distance++)
		for (u32 len = 1; len <= 20; len++) {
			span_fill(span_from(span_of(far), 12), 0xff);
			span_copy_back(span_of(far), 12, distance, len);
			for (u32 i = 12; i < 12 + len; i++)
				EXPECT_EQ(array_at(far, i), array_at(far, i - distance));
			EXPECT_EQ(array_at(far, 12 + len), 0xff);
		}
}

KTEST(span, texts)
{
	struct str s = STR("one two");
	EXPECT_EQ(str_find(s, 'o', 1), 6);
	EXPECT_EQ(str_find(s, 'x', 0), 7);
	EXPECT(str_starts_with(s, STR("one")) && !str_starts_with(STR("on"), STR("one")));
	EXPECT(str_equal(str_until_nul(str_bytes(STR("ab\0c"))), STR("ab")));
	EXPECT(str_hash(STR("a")) != str_hash(STR("b")) &&
	       str_hash(STR("a")) != str_hash(STR("a\0")));
}
