/* SPDX-License-Identifier: MPL-2.0 */
/* boot - the order of boot up to the part that all architectures share, and what the readers of
 * handover.h have in common. */
#include <arch/console.h>
#include "mm/paging.h"

#include "acpi/acpi.h"
#include "../apic.h"
#include "../cpu_area.h"
#include "../ioapic.h"
#include "../patch.h"
#include "../platform.h"
#include "../rtc.h"
#include "../tsc.h"
#include "arch/x86_64/boot/handover.h"
#include "boot_ranges.h"

extern const u8 boot_stack_guard[PAGE_SIZE]; /* below the boot stack */

static u32 shared used_protocol OWNER(boot);

/* ---- what the readers share ---- */

void handover_add_range(struct boot_info *b, u64 start, u64 length, u64 e820_type)
{
	enum boot_range_kind kind = BOOT_RESERVED;
	if (e820_type == 1)
		kind = BOOT_RAM;
	else if (e820_type == 3)
		kind = BOOT_ACPI;
	boot_range_add(b, start, length, kind);
}

/* ---- the order of boot ---- */

void handover_read(u64 address, u32 protocol)
{
	used_protocol = protocol;
	switch (protocol) {
	case HANDOVER_PVH:
		pvh_read(&boot_info, address);
		break;
	case HANDOVER_LINUX:
		linux_read(&boot_info, address);
		break;
	case HANDOVER_MULTIBOOT2:
		multiboot2_read(&boot_info, address);
		break;
	default:
		break;
	}
	boot_ranges_separate(&boot_info);
}

struct str boot_protocol(void)
{
	switch (used_protocol) {
	case HANDOVER_PVH:
		return STR("pvh");
	case HANDOVER_LINUX:
		return boot_info.is_efi ? STR("linux-efi") : STR("linux");
	case HANDOVER_MULTIBOOT2:
		return STR("multiboot2");
	default:
		return STR("unknown");
	}
}

void arch_boot(void)
{
	cpu_detect();
	if (cpu_features.smap)
		patch_apply_smap();
	cpu_prepare_boot();
	cpu_init();
	arch_console_init();
	if (boot_info.range_count == 0)
		panic("the boot loader left no memory map, or its boot protocol is not known");
	boot_info.kernel_start = address_of_(kernel_text_start) - kimage_base();
	boot_info.kernel_end = address_of_(kernel_end) - kimage_base();
	acpi_init(boot_info.rsdp != 0 ? boot_info.rsdp : acpi_find_rsdp());
	apic_init_early();
	smp_find_cpus();
	tsc_init();
	boot_continue();
}

void arch_platform_init(void)
{
	(void)paging_unmap_page(address_of_(boot_stack_guard));
	cpu_unmap_guards();
	apic_map();
	ioapic_init();
	power_init();
	rtc_init();
	apic_timer_enable();
}
