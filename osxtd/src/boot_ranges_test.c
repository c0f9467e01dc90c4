/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>

#include "boot_ranges.h"

static struct boot_info shared info;

static bool is_range(const struct boot_info *b, u32 at, u64 start, u64 end,
		     enum boot_range_kind kind)
{
	const struct boot_range *r = &array_at(b->ranges, at);
	return at < b->range_count && r->start == start && r->end == end && r->kind == kind;
}

KTEST(boot_ranges, sorted_and_ram_in_whole_pages)
{
	struct boot_info *b = &info;
	*b = (struct boot_info){};
	boot_range_add(b, 0x100001, 0x3000, BOOT_RAM);
	boot_range_add(b, 0x9001, 0x10, BOOT_ACPI);
	boot_range_add(b, 0x1000, 0x2fff, BOOT_RAM);
	boot_range_add(b, 0x20000, 0xfff, BOOT_RAM); /* not one whole page */
	boot_ranges_separate(b);
	EXPECT_EQ(b->range_count, 3);
	EXPECT(is_range(b, 0, 0x1000, 0x3000, BOOT_RAM));
	EXPECT(is_range(b, 1, 0x9001, 0x9011, BOOT_ACPI));
	EXPECT(is_range(b, 2, 0x101000, 0x103000, BOOT_RAM));
}

KTEST(boot_ranges, ram_gives_way)
{
	struct boot_info *b = &info;
	*b = (struct boot_info){};
	boot_range_add(b, 0, 0x100000, BOOT_RAM);
	boot_range_add(b, 0x4800, 0x1000, BOOT_RESERVED);
	boot_range_add(b, 0x5000, 0x3000, BOOT_ACPI);
	boot_range_add(b, 0xff000, 0x2000, BOOT_RESERVED);
	boot_range_add(b, 0xf0000, 0x20000, BOOT_RAM);
	boot_ranges_separate(b);
	EXPECT_EQ(b->range_count, 6);
	EXPECT(is_range(b, 0, 0, 0x4000, BOOT_RAM));
	EXPECT(is_range(b, 1, 0x4800, 0x5800, BOOT_RESERVED));
	EXPECT(is_range(b, 2, 0x5800, 0x8000, BOOT_ACPI));
	EXPECT(is_range(b, 3, 0x8000, 0xff000, BOOT_RAM));
	EXPECT(is_range(b, 4, 0xff000, 0x101000, BOOT_RESERVED));
	EXPECT(is_range(b, 5, 0x101000, 0x110000, BOOT_RAM));
}

KTEST(boot_ranges, nonsense_is_left_out)
{
	struct boot_info *b = &info;
	*b = (struct boot_info){};
	boot_range_add(b, UINT64_MAX - 5, 10, BOOT_RAM);
	boot_range_add(b, 1, UINT64_MAX - 1, BOOT_RESERVED);
	boot_range_add(b, 5, 0, BOOT_RESERVED);
	EXPECT_EQ(b->range_count, 0);
	for (u64 i = 0; i < 2 * BOOT_RANGES_MAX; i++)
		boot_range_add(b, i * PAGE_SIZE, 3 * PAGE_SIZE,
			       (i & 1) != 0 ? BOOT_RAM : BOOT_RESERVED);
	EXPECT_EQ(b->range_count, BOOT_RANGES_MAX);
	boot_ranges_separate(b);
	for (u32 i = 0; i + 1 < b->range_count; i++)
		EXPECT(array_at(b->ranges, i).end <= array_at(b->ranges, i + 1).start);
}
