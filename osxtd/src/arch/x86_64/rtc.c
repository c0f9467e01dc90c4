/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rtc - the battery clock of PCs (MC146818), read once.
 *
 *   Spec:  MC146818A datasheet; the clock runs on UTC.
 */
#include "rtc.h"

#include <osxtd/cpu.h>
#include <osxtd/span.h>

#include "core/epoch.h"
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

static u64 seconds_of(const struct rtc_time *t)
{
	u8 b = rtc_read(RTC_B);
	bool is_binary = (b & 4) != 0;
	u64 hour = decode(t->hour & 0x7f, is_binary);
	if ((b & 2) == 0) /* 12-hour clock: bit 7 is afternoon */
		hour = hour % 12 + ((t->hour & 0x80) != 0 ? 12 : 0);
	u64 century = decode(t->century, is_binary);
	century = century >= 19 && century <= 29 ? century : 20;
	return calendar_seconds(
		&(struct calendar_time){ .year = century * 100 + decode(t->year, is_binary),
					 .month = decode(t->month, is_binary),
					 .day = decode(t->day, is_binary),
					 .hour = hour,
					 .minute = decode(t->minute, is_binary),
					 .second = decode(t->second, is_binary) });
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
	epoch_set(seconds_of(&t) * 1000000000);
}
