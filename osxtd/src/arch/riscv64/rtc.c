/* SPDX-License-Identifier: MPL-2.0 */
/* rtc - the Goldfish clock of QEMU's machines, read once.  Spec: Android's goldfish device guide.
 */
#include "mm/paging.h"
#include <osxtd/timer.h>

#include "platform.h"

enum : u32 { TIME_LOW = 0, TIME_HIGH = 4 };

static u64 shared boot_epoch_ns OWNER(boot);

void rtc_init(void)
{
	if (platform.rtc == 0)
		return;
	struct mmio clock = kernel_map_mmio(platform.rtc, 8);
	u64 low = mmio_read32(clock, TIME_LOW); /* latches the upper half */
	u64 ns = (u64)mmio_read32(clock, TIME_HIGH) << 32 | low, now = clock_monotonic_ns();
	boot_epoch_ns = ns > now ? ns - now : 0;
}

u64 clock_boot_epoch_ns(void)
{
	return boot_epoch_ns;
}
