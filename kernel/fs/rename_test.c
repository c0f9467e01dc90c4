/* SPDX-License-Identifier: MPL-2.0 */
#include "fs/fs_test.h"

KTEST(rename, replaces_and_keeps_counts)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	REQUIRE_OK(test_fs_new(&fs));
	EXPECT_OK(test_mkdir(&fs, STR("a")));
	EXPECT_OK(test_mkdir(&fs, STR("b")));
	EXPECT_OK(test_mkdir(&fs, STR("a/d")));
	EXPECT_EQ(test_nlink(&fs, STR("a")), 3);
	u64 ino = test_ino(&fs, STR("a/d"));
	EXPECT_OK(test_rename(&fs, STR("a/d"), STR("b/e"), 0));
	EXPECT_EQ(test_ino(&fs, STR("b/e")), ino);
	EXPECT_EQ(test_ino(&fs, STR("b/e/..")), test_ino(&fs, STR("b")));
	EXPECT_EQ(test_nlink(&fs, STR("a")), 2);
	EXPECT_EQ(test_nlink(&fs, STR("b")), 3);
	EXPECT_OK(test_write(&fs, STR("f"), STR("1")));
	EXPECT_OK(test_write(&fs, STR("g"), STR("2")));
	ino = test_ino(&fs, STR("f"));
	EXPECT_OK(test_rename(&fs, STR("f"), STR("g"), 0));
	EXPECT_EQ(test_ino(&fs, STR("g")), ino);
	EXPECT_EQ(test_ino(&fs, STR("f")), 0);
	/* Two names of one file: both stay. */
	EXPECT_OK(test_link(&fs, STR("g"), STR("h")));
	EXPECT_OK(test_rename(&fs, STR("g"), STR("h"), 0));
	EXPECT_EQ(test_ino(&fs, STR("g")), ino);
	EXPECT_EQ(test_nlink(&fs, STR("h")), 2);
}

KTEST(rename, refuses_what_makes_no_sense)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	REQUIRE_OK(test_fs_new(&fs));
	EXPECT_OK(test_mkdir(&fs, STR("d")));
	EXPECT_OK(test_mkdir(&fs, STR("d/sub")));
	EXPECT_OK(test_mkdir(&fs, STR("e")));
	EXPECT_OK(test_write(&fs, STR("f"), STR("")));
	EXPECT_EQ(test_rename(&fs, STR("d"), STR("d/sub/x"), 0), ERR_INVAL);
	EXPECT_EQ(test_rename(&fs, STR("d/sub"), STR("d"), 0), ERR_NOTEMPTY);
	EXPECT_EQ(test_rename(&fs, STR("e"), STR("d"), 0), ERR_NOTEMPTY);
	EXPECT_EQ(test_rename(&fs, STR("f"), STR("d"), 0), ERR_ISDIR);
	EXPECT_EQ(test_rename(&fs, STR("d"), STR("f"), 0), ERR_NOTDIR);
	EXPECT_EQ(test_rename(&fs, STR("none"), STR("x"), 0), ERR_NOENT);
	EXPECT_EQ(test_rename(&fs, STR("f"), STR("g/"), 0), ERR_NOTDIR);
	EXPECT_EQ(test_rename(&fs, STR("d/."), STR("x"), 0), ERR_BUSY);
	EXPECT_EQ(test_rename(&fs, STR("f"), STR("e"), RENAME_NOREPLACE), ERR_EXIST);
	EXPECT_EQ(test_rename(&fs, STR("f"), STR("none"), RENAME_EXCHANGE), ERR_NOENT);
	EXPECT_EQ(test_rename(&fs, STR("f"), STR("e"), 8), ERR_INVAL);
}

KTEST(rename, exchanges_a_file_and_a_directory)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	REQUIRE_OK(test_fs_new(&fs));
	EXPECT_OK(test_mkdir(&fs, STR("a")));
	EXPECT_OK(test_mkdir(&fs,
			     STR("a/a directory whose name does not fit into the entry itself")));
	EXPECT_OK(test_write(&fs, STR("f"), STR("")));
	u64 dir = test_ino(&fs, STR("a/a directory whose name does not fit into the entry itself"));
	u64 file = test_ino(&fs, STR("f"));
	u32 links = test_nlink(&fs, STR("/"));
	EXPECT_OK(test_rename(&fs,
			      STR("a/a directory whose name does not fit into the entry itself"),
			      STR("f"), RENAME_EXCHANGE));
	EXPECT_EQ(test_ino(&fs, STR("f")), dir);
	EXPECT_EQ(test_ino(&fs, STR("a/a directory whose name does not fit into the entry itself")),
		  file);
	EXPECT_EQ(test_nlink(&fs, STR("/")), links + 1);
	EXPECT_EQ(test_nlink(&fs, STR("a")), 2);
}
