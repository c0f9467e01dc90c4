// SPDX-License-Identifier: MPL-2.0
/* acpi - the machine as ACPI describes it; see handover.h. */
#include "acpi/acpi.h"

#include "../platform.h"
#include "arch/loongarch64/boot/handover.h"

enum : u64 { BRIDGE_RTC = 0x100d0100 }; /* the bridge's clock, which only AML names */
enum : u8 { SLEEP_ENABLE = 1 << 5, SLEEP_TYPE = 2 };

void handover_acpi(struct platform *p, u64 rsdp)
{
	const struct acpi_info *a = &acpi_info;
	acpi_init(rsdp);
	for (u32 i = 0; i < a->cpu_count; i++)
		array_at(p->cpus, i) = array_at(a->cpu_ids, i);
	p->cpu_count = a->cpu_count;
	p->pch_pic = a->bio_pic;
	p->pch_msi = a->msi_pic;
	p->msi_first = a->msi_first;
	p->msi_count = a->msi_count;
	if (a->bio_pic != 0)
		p->rtc = BRIDGE_RTC;
	if (a->uart.space == ACPI_MEMORY) {
		p->uart = a->uart.address;
		p->uart_line = a->uart_gsi >= a->bio_pic_first_gsi
				       ? a->uart_gsi - a->bio_pic_first_gsi
				       : UINT32_MAX;
	}
	if (a->has_s5 && a->sleep_control.space == ACPI_MEMORY)
		p->off = (struct platform_register){ a->sleep_control.address,
						     (u8)(SLEEP_ENABLE | (a->s5_type_a & 7)
										 << SLEEP_TYPE) };
	if (a->reset.space == ACPI_MEMORY)
		p->reset = (struct platform_register){ a->reset.address, a->reset_value };
}
