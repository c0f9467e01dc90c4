/* SPDX-License-Identifier: MPL-2.0 */
/* linux - boot_params, the "zero page"; see handover.h. */
#include "arch/x86_64/boot/handover.h"

enum : u64 {
	PARAMS_BYTES = 4096,
	RSDP = 0x70,
	INITRD_HIGH = 0xc0,
	INITRD_SIZE_HIGH = 0xc4,
	COMMAND_LINE_HIGH = 0xc8,
	EFI_SIGNATURE = 0x1c0,
	E820_COUNT = 0x1e8,
	HEADER_MAGIC = 0x202,
	INITRD = 0x218,
	INITRD_SIZE = 0x21c,
	COMMAND_LINE = 0x228,
	SETUP_DATA = 0x250,
	E820 = 0x2d0,

	E820_BYTES = 20,
	E820_MAX = 128,
	SETUP_DATA_HEADER = 16,
	SETUP_DATA_MAX = 64, /* items of the list, which may be a circle */
	SETUP_E820_EXT = 1,
	HDRS = 0x53726448,
	EL64 = 0x34364c45,
};

static void read_e820(struct boot_info *b, struct cspan map, u64 count)
{
	for (u64 i = 0; i < count; i++) {
		struct cspan e = {};
		if (!cspan_try_sub(map, i * E820_BYTES, E820_BYTES, &e))
			return;
		handover_add_range(b, boot_number(e, 0, 8), boot_number(e, 8, 8),
				   boot_number(e, 16, 4));
	}
}

static void read_setup_data(struct boot_info *b, u64 address)
{
	for (u32 i = 0; i < SETUP_DATA_MAX && address != 0; i++) {
		struct cspan head = boot_physical(address, SETUP_DATA_HEADER);
		u64 length = boot_number(head, 12, 4);
		if (boot_number(head, 8, 4) == SETUP_E820_EXT)
			read_e820(b, boot_physical(address + SETUP_DATA_HEADER, length),
				  length / E820_BYTES);
		address = boot_number(head, 0, 8);
	}
}

static u64 wide(struct cspan p, u64 low, u64 high)
{
	return boot_number(p, low, 4) | boot_number(p, high, 4) << 32;
}

void linux_read(struct boot_info *b, u64 address)
{
	struct cspan p = boot_physical(address, PARAMS_BYTES);
	if (boot_number(p, HEADER_MAGIC, 4) != HDRS)
		return;
	u64 count = boot_number(p, E820_COUNT, 1);
	read_e820(b, cspan_sub(p, E820, E820_MAX * E820_BYTES), min_of(count, (u64)E820_MAX));
	read_setup_data(b, boot_number(p, SETUP_DATA, 8));
	u64 line = wide(p, COMMAND_LINE, COMMAND_LINE_HIGH);
	if (line != 0)
		boot_read_command_line(b, line);
	boot_set_initrd(b, wide(p, INITRD, INITRD_HIGH), wide(p, INITRD_SIZE, INITRD_SIZE_HIGH));
	b->rsdp = boot_number(p, RSDP, 8);
	b->is_efi = boot_number(p, EFI_SIGNATURE, 4) == EL64;
}
