/* SPDX-License-Identifier: MPL-2.0 */
/* epoch - what the battery clock said at boot, for clock_boot_epoch_ns. */
#pragma once
#include <osxtd/base.h>

struct calendar_time {
	u64 year, month, day, hour, minute, second; /* UTC, Gregorian; months and days from 1 */
};

/* Seconds since 1970-01-01; 0 when the fields are no date from then on. */
u64 calendar_seconds(const struct calendar_time *t);
/* The clock says that it is ns after 1970-01-01 now; the monotonic clock runs.  Called once, by the
 * boot CPU. */
void epoch_set(u64 ns);
