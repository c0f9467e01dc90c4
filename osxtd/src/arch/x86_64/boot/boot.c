/* SPDX-License-Identifier: MPL-2.0 */
/* boot - the order of boot up to the part that all architectures share, and what the readers of
 * handover.h have in common. */
#include <arch/console.h>
#include <arch/paging.h>

#include "../acpi.h"
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

struct cspan boot_physical(u64 address, u64 length)
{
	if (address == 0 || address >= BOOT_PHYSMAP_SIZE || length > BOOT_PHYSMAP_SIZE - address)
		return (struct cspan){};
	UNSAFE("1. the boot tables map the first 4 GiB; 2. length is checked against them; 3. only "
	       "reads follow")
	return (struct cspan){ (const u8 *)(PHYSMAP_BASE + address), length };
}

u64 boot_number(struct cspan s, u64 off, u32 bytes)
{
	u64 v = 0;
	struct cspan part = {};
	if (!cspan_try_sub(s, off, bytes, &part))
		return 0;
	for (u32 i = bytes; i-- > 0;)
		v = v << 8 | cspan_get(part, i);
	return v;
}

void handover_add_range(struct boot_info *b, u64 start, u64 length, u64 e820_type)
{
	enum boot_range_kind kind = BOOT_RESERVED;
	if (e820_type == 1)
		kind = BOOT_RAM;
	else if (e820_type == 3)
		kind = BOOT_ACPI;
	boot_range_add(b, start, length, kind);
}

void handover_command_line(struct boot_info *b, u64 address)
{
	b->command_line_len = 0;
	for (u64 i = 0; i < BOOT_COMMAND_LINE_MAX - 1; i++) {
		u64 c = boot_number(boot_physical(wrap_add(address, i), 1), 0, 1);
		if (address == 0 || c == 0)
			break;
		array_at(b->command_line, i) = (char)c;
		b->command_line_len = i + 1;
	}
}

void handover_initrd(struct boot_info *b, u64 start, u64 length)
{
	if (length == 0 || cspan_len(boot_physical(start, length)) == 0)
		return;
	b->initrd_start = start;
	b->initrd_end = start + length;
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
	cpu_init(0);
	arch_console_init();
	if (boot_info.range_count == 0)
		panic("the boot loader left no memory map, or its boot protocol is not known");
	boot_info.kernel_start = address_of_(kernel_text_start) - kimage_base();
	boot_info.kernel_end = address_of_(kernel_end) - kimage_base();
	acpi_init(boot_info.rsdp);
	boot_info.cpu_count = 1;
	apic_init_early();
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
