// SPDX-License-Identifier: MPL-2.0
/* power - off and reset by the registers that the device tree or ACPI names. */
#include <osxtd/power.h>

#include "mm/paging.h"
#include <osxtd/cpu.h>

#include "panic.h"
#include "platform.h"

static struct mmio shared off_register OWNER(boot), reset_register OWNER(boot);

static struct mmio map_register(const struct platform_register *r)
{
	return r->address == 0 ? (struct mmio){} : kernel_map_mmio(r->address, 1);
}

void power_init(void)
{
	off_register = map_register(&platform.off);
	reset_register = map_register(&platform.reset);
}

/* There is nobody outside to whom a verdict could be told: it is read from the console. */
bool power_can_tell(void)
{
	return false;
}

void power_off(enum power_verdict verdict)
{
	(void)verdict;
	(void)irq_save();
	if (mmio_is_mapped(off_register))
		mmio_write8(off_register, 0, platform.off.value);
	power_halt();
}

void power_reset(void)
{
	(void)irq_save();
	if (mmio_is_mapped(reset_register))
		mmio_write8(reset_register, 0, platform.reset.value);
	power_halt();
}

void power_halt(void)
{
	(void)irq_save();
	UNSAFE("1. nothing runs afterwards")
	for (;;)
		__asm__ volatile("idle 0" ::: "memory");
}
