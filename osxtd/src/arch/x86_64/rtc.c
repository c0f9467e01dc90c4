/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rtc - the battery clock of PCs (MC146818), read once.
 *
 *   Spec:  MC146818A datasheet; the clock runs on UTC.
 */
#include "rtc.h"

#include <osxtd/cpu.h>
#include <osxtd/span.h>
#include <osxtd/timer.h>

#include "regs.h"

enum : u8 {
	RTC_SECONDS = 0,
	RTC_MINUTES = 2,
	RTC_HOURS = 4,
	RTC_DAY = 7,
	RTC_MONTH = 8,
	RTC_YEAR = 9,
	RTC_A = 10,
	RTC_B = 11,
	RTC_CENTURY = 0x32,
};
enum : u16 { RTC_INDEX = 0x70, RTC_DATA = 0x71 };

static u64 shared boot_epoch_ns OWNER(boot);

static u8 rtc_read(u8 reg)
{
	outb(RTC_INDEX, reg);
	return inb(RTC_DATA);
}

static u64 decode(u8 v, bool is_binary)
{
	return is_binary ? v : (u64)(v >> 4) * 10 + (v & 15);
}

struct rtc_time {
	u8 second, minute, hour, day, month, year, century;
};

static struct rtc_time read_fields(void)
{
	return (struct rtc_time){ rtc_read(RTC_SECONDS), rtc_read(RTC_MINUTES), rtc_read(RTC_HOURS),
				  rtc_read(RTC_DAY),	 rtc_read(RTC_MONTH),	rtc_read(RTC_YEAR),
				  rtc_read(RTC_CENTURY) };
}

/* Days from 1970-01-01 to the given day of the Gregorian calendar; March-based years put the leap
 * day last. */
static u64 days_since_epoch(u64 year, u64 month, u64 day)
{
	u64 y = month <= 2 ? year - 1 : year;
	u64 m = month <= 2 ? month + 9 : month - 3;
	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* 0 when the fields are no date. */
static u64 seconds_of(const struct rtc_time *t)
{
	u8 b = rtc_read(RTC_B);
	bool is_binary = (b & 4) != 0;
	u64 hour = decode(t->hour & 0x7f, is_binary);
	if ((b & 2) == 0) /* 12-hour clock: bit 7 is afternoon */
		hour = hour % 12 + ((t->hour & 0x80) != 0 ? 12 : 0);
	u64 century = decode(t->century, is_binary);
	u64 year = decode(t->year, is_binary) +
		   (century >= 19 && century <= 29 ? century : 20) * 100;
	u64 month = decode(t->month, is_binary), day = decode(t->day, is_binary);
	u64 minute = decode(t->minute, is_binary), second = decode(t->second, is_binary);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
	    minute > 59 || second > 60)
		return 0;
	return ((days_since_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

void rtc_init(void)
{
	if (rtc_read(RTC_A) == 0xff && rtc_read(RTC_B) == 0xff)
		return;
	/* An update may come in between: two equal readings outside of one are good. */
	struct rtc_time t = {}, again = {};
	for (u32 i = 0; i < 8; i++) {
		for (u32 spin = 0; spin < 10000 && (rtc_read(RTC_A) & 0x80) != 0; spin++)
			cpu_relax();
		t = read_fields();
		again = read_fields();
		if (memcmp(&t, &again, sizeof(t)) == 0)
			break;
	}
	u64 now = clock_monotonic_ns();
	u64 ns = seconds_of(&t) * 1000000000;
	boot_epoch_ns = ns > now ? ns - now : 0;
}

u64 clock_boot_epoch_ns(void)
{
	return boot_epoch_ns;
}
