/* SPDX-License-Identifier: MPL-2.0 */
/* The reader of the EFI system table, on sound data and on hostile. */
#include "efi/tables.h"

#include <osxtd/ktest.h>

#include "boot_ranges.h"
#include "efi/guids.h"
#include "mm/frames.h"

enum : u64 { TABLES = 256, INITRD = 1024, MEMORY = 1280, MAP = MEMORY + 40, ENTRY = 48 };

static struct uframe *shared sample OWNER(ktest);
static struct boot_info shared info;
static u64 shared tree OWNER(ktest);

static err_t take_sample(void)
{
	sample = frame_take(FRAME_META);
	return sample != nullptr ? OK : ERR_NOMEM;
}

static u64 sample_address(void)
{
	return frame_paddr(sample);
}

static void put(u64 off, u64 v, u32 bytes)
{
	struct span to = frame_bytes(sample, off, bytes);
	for (u32 i = 0; i < bytes; i++)
		span_set(to, i, (u8)(v >> 8 * i));
}

static void put_table(u32 i, u64 low, u64 high, u64 address)
{
	put(TABLES + i * 24, low, 8);
	put(TABLES + i * 24 + 8, high, 8);
	put(TABLES + i * 24 + 16, address, 8);
}

static void put_memory(u32 i, u64 type, u64 start, u64 pages)
{
	put(MAP + i * ENTRY, type, 4);
	put(MAP + i * ENTRY + 8, start, 8);
	put(MAP + i * ENTRY + 24, pages, 8);
}

static void put_all(void)
{
	info = (struct boot_info){};
	tree = 0;
	span_fill(frame_bytes(sample, 0, PAGE_SIZE), 0);
	put(0, 0x5453595320494249, 8);
	put(88, 1, 8);
	put(104, 4, 8);
	put(112, sample_address() + TABLES, 8);
	put_table(0, EFI_INITRD_LOW, EFI_INITRD_HIGH, sample_address() + INITRD);
	put_table(1, EFI_MEMORY_LOW, EFI_MEMORY_HIGH, sample_address() + MEMORY);
	put_table(2, EFI_TREE_LOW, EFI_TREE_HIGH, 0x1234000);
	put_table(3, EFI_ACPI2_LOW, EFI_ACPI2_HIGH, 0x5678000);
	put(INITRD, 0x400000, 8);
	put(INITRD + 8, 0x123, 8);
	put(MEMORY, 5 * ENTRY, 8);
	put(MEMORY + 8, ENTRY, 8);
	put_memory(0, EFI_CONVENTIONAL, 0x100000, 16);
	put_memory(1, EFI_BOOT_DATA, 0x110000, 16);
	put_memory(2, EFI_ACPI_TABLES, 0x120000, 16);
	put_memory(3, 5, 0x130000, 1);
	put_memory(4, EFI_LOADER_DATA, 0x200000, 1);
}

static bool read_sample(void)
{
	return efi_read_tables(&info, sample_address(), &tree);
}

static bool is_range(u32 i, u64 start, u64 end, enum boot_range_kind kind)
{
	const struct boot_range *r = &array_at(info.ranges, i);
	return r->start == start && r->end == end && r->kind == kind;
}

KTEST(efi_tables, what_firmware_leaves_is_found)
{
	REQUIRE_OK(take_sample());
	put_all();
	EXPECT(read_sample());
	EXPECT(info.is_efi);
	EXPECT_EQ(tree, 0x1234000);
	EXPECT_EQ(info.rsdp, 0x5678000);
	EXPECT_EQ(info.initrd_start, 0x400000);
	EXPECT_EQ(info.initrd_end, 0x400123);
	EXPECT_EQ(info.range_count, 4);
	EXPECT(is_range(0, 0x100000, 0x120000, BOOT_RAM));
	EXPECT(is_range(1, 0x120000, 0x130000, BOOT_ACPI));
	EXPECT(is_range(2, 0x130000, 0x131000, BOOT_RESERVED));
	EXPECT(is_range(3, 0x200000, 0x201000, BOOT_RAM));
	frame_give(sample, FRAME_META);
}

/* No signature, tables out of reach, lengths beyond everything, entries of no length. */
KTEST(efi_tables, hostile_numbers_are_left_out)
{
	REQUIRE_OK(take_sample());
	put_all();
	put(0, 0, 8);
	EXPECT(!read_sample());
	put_all();
	put(112, ~0ull - 8, 8);
	EXPECT(read_sample());
	EXPECT_EQ(info.range_count, 0);
	put_all();
	put(104, ~0ull, 8);
	EXPECT(read_sample());
	EXPECT_EQ(info.range_count, 4);
	put_all();
	put(MEMORY, ~0ull, 8);
	EXPECT(read_sample());
	EXPECT_EQ(info.range_count, 0);
	put_all();
	put(MEMORY + 8, 0, 8);
	EXPECT(read_sample());
	EXPECT_EQ(info.range_count, 0);
	put_all();
	put_memory(0, EFI_CONVENTIONAL, ~0ull << 12, ~0ull);
	put_memory(1, EFI_CONVENTIONAL, ~0ull << 12, 1);
	EXPECT(read_sample());
	EXPECT(is_range(0, 0x120000, 0x130000, BOOT_ACPI));
	put_all();
	put(INITRD + 8, ~0ull, 8);
	EXPECT(read_sample());
	EXPECT_EQ(info.initrd_end, 0);
	EXPECT(!efi_read_tables(&info, ~0ull - 16, &tree));
	frame_give(sample, FRAME_META);
}
