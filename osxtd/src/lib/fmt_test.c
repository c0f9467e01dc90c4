/* SPDX-License-Identifier: MPL-2.0 */
/* fmt_test - formatting, number parsing. */
#include <osxtd/fmt.h>
#include <osxtd/ktest.h>

#define EXPECT_TEXT(want, format, ...)                                                             \
	do {                                                                                       \
		u8 out_[96] = {};                                                                  \
		struct text text_ = text_in(span_of(out_));                                        \
		FMT(&text_, format __VA_OPT__(, ) __VA_ARGS__);                                    \
		EXPECT(str_equal(text_str(&text_), STR(want)));                                    \
	} while (0)

KTEST(fmt, fields)
{
	EXPECT_TEXT("plain", "plain");
	EXPECT_TEXT("a 5 b -7", "a {} b {}", 5u, (i32)-7);
	EXPECT_TEXT("ff 0x0000ABCD", "{x} 0x{08X}", 255u, 0xabcdu);
	EXPECT_TEXT("[   42] [42   ] [00042]", "[{5}] [{<5}] [{05}]", 42u, 42u, 42u);
	EXPECT_TEXT("{} true z", "{{}} {} {c}", true, (u32)'z');
	EXPECT_TEXT("str cstr", "{} {}", STR("str"), "cstr");
	EXPECT_TEXT("-9223372036854775808 18446744073709551615", "{} {}", INT64_MIN, UINT64_MAX);
	EXPECT_TEXT("777 {missing}", "{o} {}", 511u);
}

KTEST(fmt, a_full_buffer_drops_and_counts)
{
	u8 out[4] = {};
	struct text text = text_in(span_of(out));
	FMT(&text, "{}", STR("abcdefgh"));
	EXPECT(text_overflowed(&text));
	EXPECT_EQ(text_needed(&text), 8);
	EXPECT(str_equal(text_str(&text), STR("abcd")));
}

KTEST(str, numbers)
{
	u64 v = 0;
	EXPECT(str_to_u64(STR("0"), 10, &v) && v == 0);
	EXPECT(str_to_u64(STR("18446744073709551615"), 10, &v) && v == UINT64_MAX);
	EXPECT(!str_to_u64(STR("18446744073709551616"), 10, &v));
	EXPECT(str_to_u64(STR("0x1F"), 0, &v) && v == 31);
	EXPECT(str_to_u64(STR("017"), 0, &v) && v == 15);
	EXPECT(!str_to_u64(STR(""), 10, &v));
	EXPECT(!str_to_u64(STR("12a"), 10, &v));
	EXPECT(!str_to_u64(STR("-1"), 10, &v));
}
