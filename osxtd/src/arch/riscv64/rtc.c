/* SPDX-License-Identifier: MPL-2.0 */
/* rtc - the Goldfish clock of QEMU's machines, read once.  Spec: Android's goldfish device guide.
 */
#include "core/epoch.h"
#include "mm/paging.h"
#include "platform.h"

enum : u32 { TIME_LOW = 0, TIME_HIGH = 4 };

void rtc_init(void)
{
	if (platform.rtc == 0)
		return;
	struct mmio clock = kernel_map_mmio(platform.rtc, 8);
	u64 low = mmio_read32(clock, TIME_LOW); /* latches the upper half */
	epoch_set((u64)mmio_read32(clock, TIME_HIGH) << 32 | low);
}
