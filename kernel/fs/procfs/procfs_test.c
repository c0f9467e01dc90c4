/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>

#include "abi/fcntl.h"
#include "fs/fs_test.h"
#include "fs/procfs/node.h"

KTEST(procfs, system_files_read)
{
	static const struct str names[] = {
		STR("/meminfo"),
		STR("/stat"),
		STR("/uptime"),
		STR("/loadavg"),
		STR("/version"),
		STR("/cpuinfo"),
		STR("/cmdline"),
		STR("/filesystems"),
		STR("/devices"),
		STR("/interrupts"),
		STR("/partitions"),
		STR("/swaps"),
		STR("/vmstat"),
		STR("/sys/kernel/ostype"),
		STR("/sys/kernel/random/uuid"),
		STR("/sys/kernel/random/boot_id"),
		STR("/sys/vm/max_map_count"),
		STR("/sys/fs/file-nr"),
		STR("/sys/kernel/printk"),
		STR("/sys/kernel/hostname"),
	};
	struct test_root w CLEANUP(test_root_fini) = {};
	REQUIRE_OK(test_root_new(&w, STR("proc")));
	for (usize i = 0; i < array_len(names); i++) {
		SCOPED_BUF(memory);
		REQUIRE_OK(buf_alloc(8192, &memory));
		struct str text = test_root_text(&w, array_at(names, i), buf_span(&memory));
		EXPECT(str_len(text) != 0);
		EXPECT(str_len(text) == 0 || str_get(text, str_len(text) - 1) == '\n');
	}
}

KTEST(procfs, exact_texts)
{
	struct test_root w CLEANUP(test_root_fini) = {};
	u8 room[64] = {};
	REQUIRE_OK(test_root_new(&w, STR("proc")));
	EXPECT(str_equal(test_root_text(&w, STR("/sys/kernel/ostype"), span_of(room)),
			 STR("Linux\n")));
	EXPECT(str_equal(test_root_text(&w, STR("/sys/kernel/cap_last_cap"), span_of(room)),
			 STR("40\n")));
	EXPECT(str_equal(test_root_text(&w, STR("/sys/fs/nr_open"), span_of(room)),
			 STR("131072\n")));
	struct str id = test_root_text(&w, STR("/sys/kernel/random/uuid"), span_of(room));
	EXPECT_EQ(str_len(id), 37);
	EXPECT_EQ(str_get(id, 14), '4');
}

KTEST(procfs, boot_id_stays_and_uuid_changes)
{
	struct test_root w CLEANUP(test_root_fini) = {};
	u8 a[64] = {}, b[64] = {};
	REQUIRE_OK(test_root_new(&w, STR("proc")));
	struct str boot = STR("/sys/kernel/random/boot_id"), uuid = STR("/sys/kernel/random/uuid");
	EXPECT(str_equal(test_root_text(&w, boot, span_of(a)),
			 test_root_text(&w, boot, span_of(b))));
	EXPECT(!str_equal(test_root_text(&w, uuid, span_of(a)),
			  test_root_text(&w, uuid, span_of(b))));
}

KTEST(procfs, pieces_come_from_one_text)
{
	struct test_root w CLEANUP(test_root_fini) = {};
	SCOPED_REF(file, f);
	u8 whole[64] = {}, piece[20] = {};
	usize n = 0;
	REQUIRE_OK(test_root_new(&w, STR("proc")));
	REQUIRE_OK(test_root_open(&w, STR("/sys/kernel/random/uuid"), O_RDONLY, &f));
	EXPECT_OK(kernel_read(file_get(&f), 0, span_of(whole), &n));
	EXPECT_EQ(n, 37);
	n = 0;
	EXPECT_OK(kernel_read(file_get(&f), 17, span_of(piece), &n));
	EXPECT_EQ(n, 20);
	EXPECT(cspan_equal(cspan_of(piece), cspan_sub(cspan_of(whole), 17, 20)));
	n = 0;
	EXPECT_OK(kernel_read(file_get(&f), 37, span_of(piece), &n));
	EXPECT_EQ(n, 0);
}

KTEST(procfs, absent_names)
{
	struct test_root w CLEANUP(test_root_fini) = {};
	SCOPED_REF(file, f);
	REQUIRE_OK(test_root_new(&w, STR("proc")));
	EXPECT_EQ(test_root_open(&w, STR("/none"), O_RDONLY, &f), ERR_NOENT);
	EXPECT_EQ(test_root_open(&w, STR("/4194303/stat"), O_RDONLY, &f), ERR_NOENT);
	EXPECT_EQ(test_root_open(&w, STR("/01"), O_RDONLY, &f), ERR_NOENT);
	EXPECT_EQ(test_root_open(&w, STR("/99999999999999999999"), O_RDONLY, &f), ERR_NOENT);
	EXPECT_EQ(test_root_open(&w, STR("/sys/none"), O_RDONLY, &f), ERR_NOENT);
	EXPECT_EQ(test_root_open(&w, STR("/self/stat"), O_RDONLY, &f), ERR_NOENT);
}

KTEST(procfs, numbers)
{
	i32 n = 0;
	EXPECT(proc_parse_number(STR("0"), &n) && n == 0);
	EXPECT(proc_parse_number(STR("123456789"), &n) && n == 123456789);
	EXPECT(!proc_parse_number(STR(""), &n));
	EXPECT(!proc_parse_number(STR("01"), &n));
	EXPECT(!proc_parse_number(STR("1x"), &n));
	EXPECT(!proc_parse_number(STR("-1"), &n));
	EXPECT(!proc_parse_number(STR("1234567890"), &n));
}

KTEST(procfs, names_are_escaped)
{
	u8 room[64] = {};
	struct text text = text_in(span_of(room));
	proc_put_name(&text, STR("a\nb\\c"));
	proc_put_path(&text, STR("/x\ny"));
	EXPECT(str_equal(text_str(&text), STR("a\\nb\\\\c/x\\012y")));
}
