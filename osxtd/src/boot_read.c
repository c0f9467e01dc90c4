/* SPDX-License-Identifier: MPL-2.0 */
/* boot_read - see boot_read.h. */
#include "boot_read.h"

#include "mm/paging.h"

struct cspan boot_physical(u64 address, u64 length)
{
	if (address >= BOOT_PHYSMAP_SIZE || length > BOOT_PHYSMAP_SIZE - address)
		return (struct cspan){};
	UNSAFE("1. the boot tables map this much at PHYSMAP_BASE; 2. length is checked against it; "
	       "3. "
	       "only reads follow")
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

void boot_set_command_line(struct boot_info *b, struct str line)
{
	b->command_line_len = min_of(str_len(line), (usize)(BOOT_COMMAND_LINE_MAX - 1));
	for (usize i = 0; i < b->command_line_len; i++)
		array_at(b->command_line, i) = str_get(line, i);
}

void boot_read_command_line(struct boot_info *b, u64 address)
{
	b->command_line_len = 0;
	for (u64 i = 0; i < BOOT_COMMAND_LINE_MAX - 1; i++) {
		u64 c = boot_number(boot_physical(wrap_add(address, i), 1), 0, 1);
		if (c == 0)
			break;
		array_at(b->command_line, i) = (char)c;
		b->command_line_len = i + 1;
	}
}

void boot_set_initrd(struct boot_info *b, u64 start, u64 length)
{
	if (length == 0 || cspan_len(boot_physical(start, length)) == 0)
		return;
	b->initrd_start = start;
	b->initrd_end = start + length;
}
