/* SPDX-License-Identifier: MPL-2.0 */
/* The readers of what loaders leave, on sound data and on hostile. */
#include "arch/x86_64/boot/handover.h"

#include <osxtd/ktest.h>

#include "mm/frames.h"

/* What a loader left. */
static struct uframe *shared sample OWNER(ktest);
static struct boot_info shared info;

static err_t take_sample(void)
{
	sample = frame_take(FRAME_META);
	return sample != nullptr ? OK : ERR_NOMEM;
}

static void give_sample(void)
{
	frame_give(sample, FRAME_META);
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

static void fresh(void)
{
	info = (struct boot_info){};
	span_fill(frame_bytes(sample, 0, PAGE_SIZE), 0);
}

static void put_text(u64 off, struct str text)
{
	for (usize i = 0; i < str_len(text); i++)
		put(off + i, (u8)str_get(text, i), 1);
}

static bool has_line(struct str text)
{
	return str_equal((struct str){ info.command_line, info.command_line_len }, text);
}

enum : u64 { MAP = 512, MODULE = 1024, LINE = 2048 };

static void put_pvh(void)
{
	fresh();
	put(0, 0x336ec578, 4);
	put(4, 1, 4);
	put(12, 1, 4);
	put(16, sample_address() + MODULE, 8);
	put(24, sample_address() + LINE, 8);
	put(32, 0xe0010, 8);
	put(40, sample_address() + MAP, 8);
	put(48, 2, 4);
	put(MAP, 0x100000, 8);
	put(MAP + 8, 0x200000, 8);
	put(MAP + 16, 1, 4);
	put(MAP + 24, 0x400000, 8);
	put(MAP + 32, 0x1000, 8);
	put(MAP + 40, 3, 4);
	put(MODULE, 0x200000, 8);
	put(MODULE + 8, 0x123, 8);
	put_text(LINE, STR("quiet a=b"));
}

KTEST(handover, pvh)
{
	REQUIRE_OK(take_sample());
	put_pvh();
	pvh_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 2);
	EXPECT_EQ(array_at(info.ranges, 0).end, 0x300000);
	EXPECT_EQ(array_at(info.ranges, 1).kind, BOOT_ACPI);
	EXPECT_EQ(info.initrd_end, 0x200123);
	EXPECT_EQ(info.rsdp, 0xe0010);
	EXPECT(has_line(STR("quiet a=b")));
	give_sample();
}

KTEST(handover, wrong_pvh)
{
	REQUIRE_OK(take_sample());
	put_pvh();
	put(4, 0, 4);
	pvh_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 0); /* version 0 */
	put_pvh();
	put(48, UINT32_MAX, 4); /* more of a map than there is memory */
	put(24, UINT64_MAX, 8);
	put(MODULE + 8, UINT64_MAX, 8);
	pvh_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 0);
	EXPECT_EQ(info.command_line_len, 0);
	EXPECT_EQ(info.initrd_end, 0);
	pvh_read(&info, 0);
	pvh_read(&info, UINT64_MAX - 8);
	EXPECT_EQ(info.range_count, 0);
	give_sample();
}

static void put_linux(void)
{
	fresh();
	put(0x202, 0x53726448, 4);
	put(0x1e8, 1, 1);
	put(0x2d0, 0x100000, 8);
	put(0x2d8, 0x200000, 8);
	put(0x2e0, 1, 4);
	put(0x218, 0x300000, 4);
	put(0x21c, 0x10, 4);
	put(0x228, sample_address() + 3500, 4);
	put_text(3500, STR("x"));
}

KTEST(handover, linux)
{
	REQUIRE_OK(take_sample());
	put_linux();
	linux_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 1);
	EXPECT_EQ(info.initrd_end, 0x300010);
	EXPECT(has_line(STR("x")));
	EXPECT(!info.is_efi);
	give_sample();
}

KTEST(handover, wrong_linux)
{
	REQUIRE_OK(take_sample());
	put_linux();
	put(0x202, 0, 4);
	linux_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 0);
	put_linux();
	put(0x1e8, 255, 1);			/* more than the table has */
	put(0xc0, 1, 4);			/* an initrd above 4 GiB */
	put(0x250, sample_address() + 3600, 8); /* a circle of setup_data, one of a wrong size */
	put(3600, sample_address() + 3600, 8);
	put(3608, 1, 4);
	put(3612, UINT32_MAX, 4);
	linux_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 1);
	EXPECT_EQ(info.initrd_end, 0);
	give_sample();
}

enum : u64 {
	INFORMATION_LINE = 8,
	INFORMATION_MAP = 24,
	INFORMATION_MODULE = 88,
	INFORMATION_END = 112
};

static void put_multiboot2(void)
{
	fresh();
	put(0, INFORMATION_END + 8, 4);
	put(INFORMATION_LINE, 1, 4);
	put(INFORMATION_LINE + 4, 11, 4);
	put_text(INFORMATION_LINE + 8, STR("go"));
	put(INFORMATION_MAP, 6, 4);
	put(INFORMATION_MAP + 4, 64, 4);
	put(INFORMATION_MAP + 8, 24, 4);
	put(INFORMATION_MAP + 16, 0x100000, 8);
	put(INFORMATION_MAP + 24, 0x200000, 8);
	put(INFORMATION_MAP + 32, 1, 4);
	put(INFORMATION_MAP + 40, 0x400000, 8);
	put(INFORMATION_MAP + 48, 0x1000, 8);
	put(INFORMATION_MAP + 56, 3, 4);
	put(INFORMATION_MODULE, 3, 4);
	put(INFORMATION_MODULE + 4, 17, 4);
	put(INFORMATION_MODULE + 8, 0x300000, 4);
	put(INFORMATION_MODULE + 12, 0x300020, 4);
	put(INFORMATION_END + 4, 8, 4);
}

KTEST(handover, multiboot2)
{
	REQUIRE_OK(take_sample());
	put_multiboot2();
	multiboot2_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 2);
	EXPECT_EQ(array_at(info.ranges, 1).start, 0x400000);
	EXPECT_EQ(info.initrd_end, 0x300020);
	EXPECT(has_line(STR("go")));
	give_sample();
}

KTEST(handover, wrong_multiboot2)
{
	REQUIRE_OK(take_sample());
	put_multiboot2();
	put(0, UINT32_MAX, 4);
	multiboot2_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 0);
	put_multiboot2();
	put(INFORMATION_LINE + 4, 0, 4); /* a tag that leads to itself */
	multiboot2_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 0);
	put_multiboot2();
	put(INFORMATION_MAP + 8, 0, 4); /* entries of no size */
	put(INFORMATION_MODULE + 4, UINT32_MAX, 4);
	multiboot2_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 0);
	EXPECT_EQ(info.initrd_end, 0);
	put_multiboot2();
	put(INFORMATION_MAP + 8, UINT32_MAX, 4); /* so large that the second is nowhere */
	multiboot2_read(&info, sample_address());
	EXPECT_EQ(info.range_count, 1);
	give_sample();
}
