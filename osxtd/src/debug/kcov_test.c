// SPDX-License-Identifier: MPL-2.0
/* kcov_test - the recorder's states and limits, and that it records. */
#include <osxtd/frame_map.h>
#include <osxtd/kcov.h>
#include <osxtd/ktest.h>

KTEST(kcov, sizes_are_bounded)
{
	SCOPED_REF(kcov, k);
	EXPECT_EQ(kcov_new(1, &k), ERR_INVAL);
	EXPECT_EQ(kcov_new(KCOV_PAGES_MAX * PAGE_SIZE / 8 + 1, &k), ERR_INVAL);
	EXPECT_EQ(kcov_new(UINT64_MAX, &k), ERR_INVAL);
	EXPECT_OK(kcov_new(PAGE_SIZE / 8 + 1, &k));
	EXPECT_EQ(kcov_pages(kcov_get(&k)), 2);
}

KTEST(kcov, one_record_per_task)
{
	SCOPED_REF(kcov, k);
	SCOPED_REF(kcov, other);
	EXPECT_OK(kcov_new(512, &k));
	EXPECT_OK(kcov_new(512, &other));
	EXPECT_EQ(kcov_stop(kcov_get(&k)), ERR_INVAL);
	EXPECT_OK(kcov_start(kcov_get(&k), KCOV_TRACE_PC));
	EXPECT_EQ(kcov_start(kcov_get(&k), KCOV_TRACE_PC), ERR_BUSY);
	EXPECT_EQ(kcov_start(kcov_get(&other), KCOV_TRACE_PC), ERR_BUSY);
	EXPECT_EQ(kcov_stop(kcov_get(&other)), ERR_INVAL);
	EXPECT_OK(kcov_stop(kcov_get(&k)));
	EXPECT_OK(kcov_start(kcov_get(&other), KCOV_TRACE_CMP));
	EXPECT_OK(kcov_stop(kcov_get(&other)));
}

/* User programs can write the count: a record past the end goes nowhere. */
KTEST(kcov, a_forged_count_is_refused)
{
	static const u64 forged[] = { 511, 512, 1ull << 40, UINT64_MAX - 1, UINT64_MAX };
	for (usize i = 0; i < array_len(forged); i++) {
		SCOPED_REF(kcov, k);
		SCOPED_UFRAME(page);
		struct frame_map m = {};
		u64 count = array_at(forged, i), after = 0;
		REQUIRE_OK(kcov_new(512, &k));
		page = kcov_page(kcov_get(&k), 0);
		uframe_write(uframe_get(&page), 0, cspan_of(count));
		EXPECT_OK(kcov_start(kcov_get(&k), KCOV_TRACE_PC));
		EXPECT(frame_map_find(&m, 1) == nullptr);
		EXPECT_OK(kcov_stop(kcov_get(&k)));
		uframe_read(uframe_get(&page), 0, span_of(after));
		EXPECT_EQ(after, count);
	}
}

KTEST(kcov, instrumented_code_is_recorded)
{
	SCOPED_REF(kcov, k);
	SCOPED_UFRAME(page);
	struct frame_map m = {};
	u64 words[2] = {};
	REQUIRE_OK(kcov_new(512, &k));
	page = kcov_page(kcov_get(&k), 0);
	EXPECT_OK(kcov_start(kcov_get(&k), KCOV_TRACE_PC));
	EXPECT(frame_map_find(&m, 1) == nullptr);
	EXPECT_OK(kcov_stop(kcov_get(&k)));
	uframe_read(uframe_get(&page), 0, span_of(words));
	EXPECT(array_at(words, 0) != 0);
	EXPECT(array_at(words, 1) != 0);
}
