// SPDX-License-Identifier: MPL-2.0
/*
 * rtc - the battery clock of the LS7A bridge, read once; it runs on UTC.
 *
 *   Spec:  Loongson 7A1000 user manual, 23 (the "TOY" counter).
 */
#include "core/epoch.h"
#include "mm/paging.h"
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

/* low: tenths 3:0, seconds 9:4, minutes 15:10, hours 20:16, days 25:21, months 31:26; years count
 * from 1900. */
static u64 seconds_of(u32 low, u32 years)
{
	return calendar_seconds(&(struct calendar_time){ .year = (u64)years + 1900,
							 .month = low >> 26 & 63,
							 .day = low >> 21 & 31,
							 .hour = low >> 16 & 31,
							 .minute = low >> 10 & 63,
							 .second = low >> 4 & 63 });
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
	epoch_set(seconds_of(low, years) * 1000000000);
}
