/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tsc_reference - HPET, ACPI power management timer, 8254: the first that is there and runs.
 *
 *   Spec:  IA-PC HPET 1.0a, 2.3; ACPI 6.5, 4.8.3.3; Intel 8254 datasheet.
 */
#include "tsc_reference.h"

#include "mm/paging.h"

#include "acpi/acpi.h"
#include "regs.h"

enum : u32 { HPET_PERIOD = 4, HPET_CONFIG = 16, HPET_COUNTER = 240 };
enum : u16 { PIT_CHANNEL2 = 0x42, PIT_COMMAND = 0x43, PIT_GATE = 0x61 };

/* The boot tables map the first 4 GiB, device memory included; the firmware says that an HPET is
 * there. */
static struct mmio hpet(void)
{
	return (struct mmio){ PHYSMAP_BASE + acpi_info.hpet };
}

static u64 hpet_read(void)
{
	return mmio_read32(hpet(), HPET_COUNTER);
}

static u64 pm_read(void)
{
	return inl(acpi_info.pm_timer_port) & 0xffffff;
}

static u64 pit_read(void)
{
	outb(PIT_COMMAND, 0x80); /* latch channel 2, which counts down */
	u64 low = inb(PIT_CHANNEL2);
	return 0xffff - (low | (u64)inb(PIT_CHANNEL2) << 8);
}

/* Its count changes within a bounded number of looks. */
static bool runs(const struct tsc_reference *r)
{
	u64 first = r->read() & r->mask;
	for (u32 i = 0; i < 10000; i++) {
		if ((r->read() & r->mask) != first)
			return true;
	}
	return false;
}

static bool hpet_start(struct tsc_reference *r)
{
	if (acpi_info.hpet == 0 || acpi_info.hpet + PAGE_SIZE > BOOT_PHYSMAP_SIZE)
		return false;
	u32 period_fs = mmio_read32(hpet(), HPET_PERIOD);
	if (period_fs == 0 || period_fs > 100000000)
		return false;
	mmio_write32(hpet(), HPET_CONFIG, mmio_read32(hpet(), HPET_CONFIG) | 1);
	*r = (struct tsc_reference){ "HPET", 1000000000000000 / period_fs, UINT32_MAX, hpet_read };
	return runs(r);
}

static bool pm_start(struct tsc_reference *r)
{
	*r = (struct tsc_reference){ "PM timer", 3579545, 0xffffff, pm_read };
	return acpi_info.pm_timer_port != 0 && runs(r);
}

static bool pit_start(struct tsc_reference *r)
{
	outb(PIT_GATE, (u8)((inb(PIT_GATE) & ~2) | 1)); /* gate open, speaker off */
	outb(PIT_COMMAND, 0xb0);			/* channel 2, both bytes, mode 0 */
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
	*r = (struct tsc_reference){ "PIT", 1193182, 0xffff, pit_read };
	return runs(r);
}

bool tsc_reference_find(struct tsc_reference *out)
{
	return hpet_start(out) || pm_start(out) || pit_start(out);
}
