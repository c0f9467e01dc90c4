/* SPDX-License-Identifier: MPL-2.0 */
/* pvh - hvm_start_info; see handover.h. */
#include "arch/x86_64/boot/handover.h"

enum : u64 { START_MAGIC = 0x336ec578, START_BYTES = 56, RANGE_BYTES = 24, MODULE_BYTES = 32 };

void pvh_read(struct boot_info *b, u64 address)
{
	struct cspan s = boot_physical(address, START_BYTES);
	if (boot_number(s, 0, 4) != START_MAGIC || boot_number(s, 4, 4) < 1)
		return;
	u64 count = boot_number(s, 48, 4);
	struct cspan map = boot_physical(boot_number(s, 40, 8), count * RANGE_BYTES);
	for (u64 at = 0; at < cspan_len(map); at += RANGE_BYTES)
		handover_add_range(b, boot_number(map, at, 8), boot_number(map, at + 8, 8),
				   boot_number(map, at + 16, 4));
	u64 line = boot_number(s, 24, 8);
	if (line != 0)
		boot_read_command_line(b, line);
	b->rsdp = boot_number(s, 32, 8);
	if (boot_number(s, 12, 4) == 0)
		return;
	struct cspan module = boot_physical(boot_number(s, 16, 8), MODULE_BYTES);
	boot_set_initrd(b, boot_number(module, 0, 8), boot_number(module, 8, 8));
}
