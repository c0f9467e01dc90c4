/* SPDX-License-Identifier: MPL-2.0 */
/* multiboot2 - the tagged information; see handover.h. */
#include "arch/x86_64/boot/handover.h"

enum : u64 {
	INFORMATION_MAX = 1 << 20,
	HEADER_BYTES = 8, /* of the information and of each tag */
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY = 6,
	TAG_RSDP_OLD = 14,
	TAG_RSDP_NEW = 15,
	RANGE_BYTES = 24,
};

static void read_memory(struct boot_info *b, struct cspan tag)
{
	u64 step = boot_number(tag, 8, 4);
	if (step < RANGE_BYTES)
		return;
	for (u64 at = 16; at + RANGE_BYTES <= cspan_len(tag); at += step)
		handover_add_range(b, boot_number(tag, at, 8), boot_number(tag, at + 8, 8),
				   boot_number(tag, at + 16, 4));
}

static void read_tag(struct boot_info *b, struct cspan tag, u64 address)
{
	switch (boot_number(tag, 0, 4)) {
	case TAG_COMMAND_LINE:
		boot_read_command_line(b, address + HEADER_BYTES);
		break;
	case TAG_MODULE: {
		u64 start = boot_number(tag, 8, 4), end = boot_number(tag, 12, 4);
		if (b->initrd_end == 0 && start < end)
			boot_set_initrd(b, start, end - start);
		break;
	}
	case TAG_MEMORY:
		read_memory(b, tag);
		break;
	case TAG_RSDP_OLD:
		if (b->rsdp == 0)
			b->rsdp = address + HEADER_BYTES;
		break;
	case TAG_RSDP_NEW:
		b->rsdp = address + HEADER_BYTES;
		break;
	default:
		break;
	}
}

void multiboot2_read(struct boot_info *b, u64 address)
{
	u64 bytes = boot_number(boot_physical(address, HEADER_BYTES), 0, 4);
	if (bytes > INFORMATION_MAX)
		return;
	struct cspan information = boot_physical(address, bytes);
	for (u64 at = HEADER_BYTES; at + HEADER_BYTES <= cspan_len(information);) {
		struct cspan tag = {};
		u64 length = boot_number(information, at + 4, 4);
		if (length < HEADER_BYTES || !cspan_try_sub(information, at, length, &tag) ||
		    boot_number(tag, 0, 4) == TAG_END)
			return;
		read_tag(b, tag, address + at);
		at += (length + 7) & ~(u64)7;
	}
}
