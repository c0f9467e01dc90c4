/* SPDX-License-Identifier: MPL-2.0 */
/* epoch - see epoch.h. */
#include "core/epoch.h"

#include <osxtd/timer.h>

static u64 shared boot_epoch_ns OWNER(boot);

/* Days from 1970-01-01 to the given day of the Gregorian calendar; March-based years put the leap
 * day last. */
static u64 days_since_epoch(u64 year, u64 month, u64 day)
{
	u64 y = month <= 2 ? year - 1 : year;
	u64 m = month <= 2 ? month + 9 : month - 3;
	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

u64 calendar_seconds(const struct calendar_time *t)
{
	if (t->year < 1970 || t->year > 9999 || t->month < 1 || t->month > 12 || t->day < 1 ||
	    t->day > 31 || t->hour > 23 || t->minute > 59 || t->second > 60)
		return 0;
	u64 hours = days_since_epoch(t->year, t->month, t->day) * 24 + t->hour;
	return (hours * 60 + t->minute) * 60 + t->second;
}

void epoch_set(u64 ns)
{
	u64 now = clock_monotonic_ns();
	boot_epoch_ns = ns > now ? ns - now : 0;
}

u64 clock_boot_epoch_ns(void)
{
	return boot_epoch_ns;
}
