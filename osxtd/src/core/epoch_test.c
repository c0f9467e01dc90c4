/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>

#include "core/epoch.h"

KTEST(epoch, dates_are_seconds)
{
	struct calendar_time when = { 1970, 1, 1, 0, 0, 0 };
	EXPECT_EQ(calendar_seconds(&when), 0);
	when = (struct calendar_time){ 2000, 2, 29, 23, 59, 59 };
	EXPECT_EQ(calendar_seconds(&when), 951868799);
	when = (struct calendar_time){ 2100, 3, 1, 0, 0, 0 }; /* a year without a leap day */
	EXPECT_EQ(calendar_seconds(&when), 4107542400);
}

KTEST(epoch, what_is_no_date_is_zero)
{
	struct calendar_time when = { 1969, 12, 31, 0, 0, 0 };
	EXPECT_EQ(calendar_seconds(&when), 0);
	when = (struct calendar_time){ 2026, 13, 1, 0, 0, 0 };
	EXPECT_EQ(calendar_seconds(&when), 0);
	when = (struct calendar_time){ 2026, 0, 1, 0, 0, 0 };
	EXPECT_EQ(calendar_seconds(&when), 0);
	when = (struct calendar_time){ 2026, 1, 32, 0, 0, 0 };
	EXPECT_EQ(calendar_seconds(&when), 0);
	when = (struct calendar_time){ 2026, 1, 1, 24, 0, 0 };
	EXPECT_EQ(calendar_seconds(&when), 0);
}
