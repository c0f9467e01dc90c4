/* SPDX-License-Identifier: MPL-2.0 */
/*
 * power - off and reset: QEMU's test device, which can hand over a verdict, else the firmware.
 *
 *   Spec:  SBI 2.0, 10 (system reset); SiFive's test finisher.
 */
#include <osxtd/power.h>

#include "mm/paging.h"
#include <osxtd/cpu.h>

#include "panic.h"
#include "platform.h"
#include "sbi.h"

enum : u32 { TEST_GOOD = 0x5555, TEST_BAD = 1 << 16 | 0x3333 };

static struct mmio shared test OWNER(boot);

void power_init(void)
{
	if (platform.test != 0)
		test = kernel_map_mmio(platform.test, 4);
}

bool power_can_tell(void)
{
	return mmio_is_mapped(test);
}

void power_off(enum power_verdict verdict)
{
	(void)irq_save();
	if (mmio_is_mapped(test))
		mmio_write32(test, 0, verdict == POWER_GOOD ? TEST_GOOD : TEST_BAD);
	(void)sbi_call(SBI_RESET, 0, SBI_RESET_SHUTDOWN,
		       verdict == POWER_GOOD ? SBI_REASON_NONE : SBI_REASON_FAILURE);
	power_halt();
}

void power_reset(void)
{
	(void)irq_save();
	(void)sbi_call(SBI_RESET, 0, SBI_RESET_COLD, SBI_REASON_NONE);
	power_halt();
}

void power_halt(void)
{
	(void)irq_save();
	UNSAFE("1. nothing runs afterwards")
	for (;;)
		__asm__ volatile("wfi" ::: "memory");
}
