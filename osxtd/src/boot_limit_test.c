/* SPDX-License-Identifier: MPL-2.0 */
/* boot_limit_test - sizes, and what mem= leaves of a memory map with the initrd at its top. */
#include "boot_limit.h"

#include <osxtd/ktest.h>

enum : u64 { MIB = 1 << 20 };

KTEST(boot, sizes)
{
	u64 n = 0;
	EXPECT(boot_parse_size(STR("64M"), &n) && n == 64 * MIB);
	EXPECT(boot_parse_size(STR("0x100000k"), &n) && n == 1024 * MIB);
	EXPECT(boot_parse_size(STR("4096"), &n) && n == 4096);
	EXPECT(!boot_parse_size(STR(""), &n));
	EXPECT(!boot_parse_size(STR("M"), &n));
	EXPECT(!boot_parse_size(STR("12q"), &n));
	EXPECT(!boot_parse_size(STR("99999999999T"), &n));
}

static struct boot_info shared sample;

static void make_sample(void)
{
	sample.range_count = 2;
	sample.ranges[0] = (struct boot_range){ 0, 640 * 1024, BOOT_RAM };
	sample.ranges[1] = (struct boot_range){ MIB, 256 * MIB, BOOT_RAM };
	sample.kernel_start = MIB;
	sample.kernel_end = 4 * MIB;
	sample.initrd_start = 250 * MIB + 16;
	sample.initrd_end = 255 * MIB + 16;
}

static u64 ram_bytes(void)
{
	u64 bytes = 0;
	for (u32 i = 0; i < sample.range_count; i++) {
		const struct boot_range *r = &array_at(sample.ranges, i);
		if (r->kind == BOOT_RAM)
			bytes += r->end - r->start;
	}
	return bytes;
}

KTEST(boot, a_limit_keeps_the_initrd)
{
	make_sample();
	EXPECT(boot_limit_memory(&sample, 64 * MIB + 5));
	EXPECT_EQ(ram_bytes(), 640 * 1024 + 63 * MIB + 5 * MIB + PAGE_SIZE);
	for (u32 i = 1; i < sample.range_count; i++)
		EXPECT(array_at(sample.ranges, i).start >= array_at(sample.ranges, i - 1).end);
}

KTEST(boot, a_limit_below_the_kernel_is_refused)
{
	make_sample();
	EXPECT(!boot_limit_memory(&sample, 6 * MIB));
	EXPECT_EQ(sample.range_count, 2);
	EXPECT(boot_limit_memory(&sample, 1024 * MIB));
	EXPECT_EQ(ram_bytes(), 640 * 1024 + 255 * MIB);
}

KTEST(boot, memory_without_addresses_is_cut)
{
	make_sample();
	EXPECT_EQ(boot_cut_memory(&sample, 256 * MIB), 0);
	EXPECT_EQ(ram_bytes(), 640 * 1024 + 255 * MIB);
	EXPECT_EQ(boot_cut_memory(&sample, 100 * MIB), 156 * MIB);
	EXPECT_EQ(ram_bytes(), 640 * 1024 + 99 * MIB);
	EXPECT_EQ(boot_cut_memory(&sample, 512 * 1024), 128 * 1024 + 99 * MIB);
	EXPECT_EQ(ram_bytes(), 512 * 1024);
}
