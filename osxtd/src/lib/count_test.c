/* SPDX-License-Identifier: MPL-2.0 */
/* count_test - counts stop at their limit. */
#include <osxtd/count.h>
#include <osxtd/ktest.h>

KTEST(count, goes_up_and_down)
{
	struct count c = {};
	count_up(&c);
	count_up(&c);
	EXPECT_EQ(count_now(&c), 2);
	count_down(&c);
	count_down(&c);
	EXPECT_EQ(count_now(&c), 0);
}

KTEST(count, stays_at_its_limit)
{
	struct count c = {};
	count_set(&c, COUNT_SATURATED - 1);
	count_up(&c);
	EXPECT_EQ(count_now(&c), COUNT_SATURATED);
	count_up(&c);
	EXPECT_EQ(count_now(&c), COUNT_SATURATED);
	count_down(&c);
	EXPECT_EQ(count_now(&c), COUNT_SATURATED);
	/* Many at once on other CPUs, before one of them puts it right. */
	count_set(&c, COUNT_SATURATED + 1000);
	count_down(&c);
	EXPECT_EQ(count_now(&c), COUNT_SATURATED);
}

KTEST(count, never_falls_below_nothing)
{
	struct count c = {};
	count_down(&c);
	EXPECT_EQ(count_now(&c), COUNT_SATURATED);
}
