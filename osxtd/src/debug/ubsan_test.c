// SPDX-License-Identifier: MPL-2.0
/* ubsan_test - undefined behaviour of each kind is reported. */
#include <osxtd/ktest.h>

#include "debug/report.h"

#define EXPECT_REPORTS(n, want)                                                                    \
	do {                                                                                       \
		struct str kind_ = {};                                                             \
		EXPECT_EQ(report_caught(&kind_), n);                                               \
		EXPECT(str_equal(kind_, STR(want)));                                               \
	} while (0)

/* A value that the compiler cannot know. */
UNSAFE("1. no instruction: the compiler only forgets what it knows of v")
static NOINLINE i32 unknown(i32 v)
{
	__asm__ volatile("" : "+r"(v));
	return v;
}

UNSAFE("1. volatile keeps the sums that are checked")
KTEST(ubsan, overflows)
{
	volatile i32 sink = 0;
	report_expect();
	sink = unknown(INT32_MAX) + unknown(1);
	sink = unknown(INT32_MIN) - unknown(1);
	sink = unknown(INT32_MAX) * unknown(2);
	sink = -unknown(INT32_MIN);
	(void)sink;
	EXPECT_REPORTS(4, "signed-integer-overflow");
}

UNSAFE("1. volatile keeps the shifts that are checked")
KTEST(ubsan, shifts)
{
	volatile i32 sink = 0;
	report_expect();
	sink = unknown(1) << unknown(32);
	sink = unknown(1) >> unknown(-1);
	(void)sink;
	EXPECT_REPORTS(2, "shift-out-of-bounds");
}

UNSAFE("1. the index past the end reads the other half of the pair")
KTEST(ubsan, indices)
{
	static const u8 table[4] = { 1, 2, 3, 4 };
	struct {
		u8 first[4], behind[4];
	} pair = {};
	volatile u8 sink = 0;
	report_expect();
	sink = table[unknown(3)];
	EXPECT_REPORTS(0, "");
	report_expect();
	sink = pair.first[unknown(4)];
	(void)sink;
	EXPECT_REPORTS(1, "array-index-out-of-bounds");
}

UNSAFE("1. a byte that is no bool is read, and only reported")
KTEST(ubsan, values)
{
	u8 two = 2;
	volatile bool sink = false;
	__asm__ volatile("" : "+m"(two));
	report_expect();
	sink = *(const bool *)(const void *)&two;
	(void)sink;
	EXPECT_REPORTS(1, "invalid-load");
}

KTEST(ubsan, places_are_paths_in_the_tree)
{
	EXPECT(str_equal(report_path("../../../kernel/fs/open.c"), STR("kernel/fs/open.c")));
	EXPECT(str_equal(report_path("/elsewhere/../a.c"), STR("/elsewhere/../a.c")));
	EXPECT(str_equal(report_path("../"), STR("")));
}
