/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pvh - from hvm_start_info to boot_info, and the order of boot up to the common part.
 *
 * What the loader left lies in memory that mm_init will hand out, so all of it is copied.
 *
 *   Spec:  Xen public/arch-x86/hvm/start_info.h (version 0 has no memory map: refused).
 */
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
#include "arch/x86_64/boot/pvh.h"
#include "boot_info.h"

extern const u8 boot_stack_guard[PAGE_SIZE]; /* below the boot stack */

struct start_module {
	u64 address, size, command_line, reserved;
};
struct start_range {
	u64 address, size;
	u32 type, reserved;
};

struct cspan boot_physical(u64 address, u64 length)
{
	if (address == 0 || address >= BOOT_PHYSMAP_SIZE || length > BOOT_PHYSMAP_SIZE - address)
		return (struct cspan){};
	UNSAFE("1. the boot tables map the first 4 GiB; 2. length is checked against them; 3. only "
	       "reads "
	       "follow")
	return (struct cspan){ (const u8 *)(PHYSMAP_BASE + address), length };
}

static enum boot_range_kind kind_of(u32 type)
{
	switch (type) {
	case 1:
		return BOOT_RAM;
	case 3:
		return BOOT_ACPI;
	default:
		return BOOT_RESERVED;
	}
}

/* Keeps the ranges sorted; a full table drops what comes last. */
static void range_insert(struct boot_info *b, struct boot_range r)
{
	if (r.start >= r.end || b->range_count == BOOT_RANGES_MAX)
		return;
	u32 at = b->range_count;
	for (; at > 0 && array_at(b->ranges, at - 1).start > r.start; at--)
		array_at(b->ranges, at) = array_at(b->ranges, at - 1);
	array_at(b->ranges, at) = r;
	b->range_count++;
}

/* RAM gives way wherever ranges overlap. */
static void ranges_separate(struct boot_info *b)
{
	for (u32 i = 0; i + 1 < b->range_count; i++) {
		struct boot_range *r = &array_at(b->ranges, i), *next = &array_at(b->ranges, i + 1);
		if (r->end <= next->start)
			continue;
		if (r->kind == BOOT_RAM && next->kind != BOOT_RAM)
			r->end = next->start;
		else
			next->start = min_of(r->end, next->end);
	}
}

static void read_memory_map(struct boot_info *b, const struct start_info *s)
{
	struct cspan map = boot_physical(s->memory_map,
					 (u64)s->memory_map_count * sizeof(struct start_range));
	for (u32 i = 0; i < s->memory_map_count; i++) {
		struct start_range e = {};
		u64 end = 0;
		if (!cspan_read(map, (u64)i * sizeof(e), &e) || !ckd_add(e.address, e.size, &end))
			continue;
		struct boot_range r = { e.address, end, kind_of(e.type) };
		if (r.kind == BOOT_RAM && r.end < UINT64_MAX - PAGE_SIZE)
			r = (struct boot_range){ page_up(r.start), page_down(r.end), BOOT_RAM };
		range_insert(b, r);
	}
	ranges_separate(b);
	if (b->range_count == 0)
		panic("the boot loader gave no memory map");
}

static void read_command_line(struct boot_info *b, u64 address)
{
	while (b->command_line_len < BOOT_COMMAND_LINE_MAX - 1) {
		u8 c = 0;
		if (!cspan_read(boot_physical(address + b->command_line_len, 1), 0, &c) || c == 0)
			break;
		array_at(b->command_line, b->command_line_len) = (char)c;
		b->command_line_len++;
	}
}

static void read_start_info(struct boot_info *b, u64 address)
{
	struct start_info s = {};
	if (!cspan_read(boot_physical(address, sizeof(s)), 0, &s) || s.magic != START_MAGIC ||
	    s.version < 1)
		panic("not entered by the PVH boot protocol, version 1 or later");
	read_memory_map(b, &s);
	read_command_line(b, s.command_line);
	struct start_module m = {};
	if (s.module_count > 0 && cspan_read(boot_physical(s.modules, sizeof(m)), 0, &m) &&
	    m.size != 0 && cspan_len(boot_physical(m.address, m.size)) != 0) {
		b->initrd_start = m.address;
		b->initrd_end = m.address + m.size;
	}
	b->rsdp = s.rsdp;
	b->kernel_start = address_of_(kernel_text_start) - kimage_base();
	b->kernel_end = address_of_(kernel_end) - kimage_base();
}

void arch_boot(u64 start_info)
{
	cpu_detect();
	if (cpu_features.smap)
		patch_apply_smap();
	cpu_init(0);
	arch_console_init();
	read_start_info(&boot_info, start_info);
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
