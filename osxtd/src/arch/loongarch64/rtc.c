// SPDX-License-Identifier: MPL-2.0
/*
 * rtc - the battery clock of the LS7A bridge, read once; it runs on UTC.
 *
 *   Spec:  Loongson 7A1000 user manual, 23 (the "TOY" counter).
 */
#include "mm/paging.h"
#include <osxtd/timer.h>

#include "platform.h"

enum : u32 {
	TOY_READ_LOW = 0x2c,
	TOY_READ_YEAR = 0x30,
	CONTROL = 0x40,
	CONTROL_TOY = 1 << 11,
	CONTROL_OSCILLATOR = 1 << 8,
	RTC_BYTES = 0x100,
	TRIES = 8,
};

static u64 shared boot_epoch_ns OWNER(boot);

/* Days from 1970-01-01 to the given day of the Gregorian calendar; March-based years put the leap
 * day last. */
static u64 days_since_epoch(u64 year, u64 month, u64 day)
{
	u64 y = month <= 2 ? year - 1 : year;
	u64 m = month <= 2 ? month + 9 : month - 3;
	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* 0 when the fields are no date.  low: tenths 3:0, seconds 9:4, minutes 15:10, hours 20:16, days
 * 25:21, months 31:26; years count from 1900. */
static u64 seconds_of(u32 low, u32 years)
{
	u64 second = low >> 4 & 63, minute = low >> 10 & 63, hour = low >> 16 & 31;
	u64 day = low >> 21 & 31, month = low >> 26 & 63, year = (u64)years + 1900;
	if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || hour > 23 ||
	    minute > 59 || second > 60)
		return 0;
	return ((days_since_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

void rtc_init(void)
{
	if (platform.rtc == 0)
		return;
	struct mmio r = kernel_map_mmio(platform.rtc, RTC_BYTES);
	mmio_write32(r, CONTROL, mmio_read32(r, CONTROL) | CONTROL_TOY | CONTROL_OSCILLATOR);
	u32 low = 0, years = 0;
	/* The year may change between the two. */
	for (u32 i = 0; i < TRIES; i++) {
		low = mmio_read32(r, TOY_READ_LOW);
		years = mmio_read32(r, TOY_READ_YEAR);
		if (mmio_read32(r, TOY_READ_LOW) >= low)
			break;
	}
	u64 now = clock_monotonic_ns();
	u64 ns = seconds_of(low, years) * 1000000000;
	boot_epoch_ns = ns > now ? ns - now : 0;
}

u64 clock_boot_epoch_ns(void)
{
	return boot_epoch_ns;
}
