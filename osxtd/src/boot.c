/* SPDX-License-Identifier: MPL-2.0 */
/* boot - the common order of boot, and what the rest of the system may know of it. */
#include "mm/paging.h"
#include <osxtd/log.h>
#include <osxtd/power.h>

#include "boot_info.h"
#include "boot_limit.h"
#include "core/sched.h"
#include "core/smp.h"
#include "core/timer.h"

struct boot_info shared boot_info;

struct str boot_command_line(void)
{
	return (struct str){ boot_info.command_line, boot_info.command_line_len };
}

bool boot_option(struct str name, struct str *value)
{
	struct str line = boot_command_line();
	bool found = false;
	for (usize at = 0; at < str_len(line);) {
		usize end = str_find(line, ' ', at);
		struct str word = str_sub(line, at, end - at);
		at = end + 1;
		if (str_equal(word, STR("--")))
			break;
		if (!str_starts_with(word, name))
			continue;
		struct str rest = str_from(word, str_len(name));
		if (str_len(rest) != 0 && str_get(rest, 0) != '=')
			continue;
		*value = str_len(rest) == 0 ? rest : str_from(rest, 1);
		found = true;
	}
	return found;
}

struct cspan boot_initrd(void)
{
	UNSAFE("1. mm_init keeps the initrd's pages mapped and to itself until boot_initrd_free")
	return (struct cspan){ (const u8 *)(PHYSMAP_BASE + boot_info.initrd_start),
			       boot_info.initrd_end - boot_info.initrd_start };
}

void boot_initrd_free(void)
{
	u64 start = boot_info.initrd_start, end = boot_info.initrd_end;
	boot_info.initrd_end = start;
	if (start < end)
		mm_release_range(start, end);
}

u64 boot_memory_bytes(void)
{
	u64 bytes = 0;
	for (u32 i = 0; i < boot_info.range_count; i++) {
		const struct boot_range *r = &array_at(boot_info.ranges, i);
		if (r->kind == BOOT_RAM)
			bytes += r->end - r->start;
	}
	return bytes;
}

void boot_continue(void)
{
	boot_apply_limit();
	smp_init();
	mm_init(&boot_info);
	clock_init();
	arch_platform_init();
	sched_init_boot_cpu();
	irq_enable();
	LOG(INFO, "osxtd: {} MiB of memory, {} CPU", boot_memory_bytes() >> 20, cpu_count());
	kernel_main();
	panic("kernel_main returned");
}
