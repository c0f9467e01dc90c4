/* SPDX-License-Identifier: MPL-2.0 */
#include "fs/fs_test.h"

KTEST(namei, names_slashes_and_dots)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	struct path p CLEANUP(path_drop) = {};
	REQUIRE_OK(test_fs_new(&fs));
	EXPECT_OK(test_mkdir(&fs, STR("/a")));
	EXPECT_OK(test_mkdir(&fs, STR("/a/b/")));
	EXPECT_OK(test_write(&fs, STR("/a/b/f"), STR("hello")));
	u64 ino = test_ino(&fs, STR("/a/b/f"));
	EXPECT(ino != 0);
	EXPECT_EQ(test_ino(&fs, STR("//a/./b//../b/f")), ino);
	EXPECT_EQ(test_ino(&fs, STR("a/b/f")), ino);
	EXPECT_EQ(test_ino(&fs, STR("../../a/b/f")), ino);
	EXPECT_EQ(test_find(&fs, STR("/a/b/f/"), &p), ERR_NOTDIR);
	EXPECT_EQ(test_find(&fs, STR("/a/b/f/x"), &p), ERR_NOTDIR);
	EXPECT_EQ(test_find(&fs, STR("/a/none/x"), &p), ERR_NOENT);
	EXPECT_EQ(test_mkdir(&fs, STR("/a")), ERR_EXIST);
	EXPECT_EQ(test_mkdir(&fs, STR("/a/..")), ERR_EXIST);
	EXPECT_EQ(test_mkdir(&fs, STR("/")), ERR_EXIST);
	EXPECT_EQ(test_rmdir(&fs, STR("/a")), ERR_NOTEMPTY);
	EXPECT_EQ(test_rmdir(&fs, STR("/a/b/.")), ERR_INVAL);
	EXPECT_EQ(test_rmdir(&fs, STR("/a/b/..")), ERR_NOTEMPTY);
	EXPECT_EQ(test_unlink(&fs, STR("/a")), ERR_ISDIR);
	EXPECT_EQ(test_unlink(&fs, STR("/a/b/f/")), ERR_NOTDIR);
}

KTEST(namei, links_are_followed_and_counted)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	struct path p CLEANUP(path_drop) = {};
	REQUIRE_OK(test_fs_new(&fs));
	EXPECT_OK(test_mkdir(&fs, STR("/d")));
	EXPECT_OK(test_write(&fs, STR("/d/f"), STR("x")));
	EXPECT_OK(test_symlink(&fs, STR("d"), STR("/rel")));
	EXPECT_OK(test_symlink(&fs, STR("/rel/f"), STR("/d/abs")));
	EXPECT_OK(test_symlink(&fs, STR("loop2"), STR("/loop1")));
	EXPECT_OK(test_symlink(&fs, STR("loop1"), STR("/loop2")));
	u64 ino = test_ino(&fs, STR("/d/f"));
	EXPECT_EQ(test_ino(&fs, STR("/rel/f")), ino);
	EXPECT_EQ(test_ino(&fs, STR("/rel/../rel/abs")), ino);
	EXPECT_EQ(test_ino(&fs, STR("rel/")), test_ino(&fs, STR("/d")));
	EXPECT_EQ(test_find(&fs, STR("/d/abs/"), &p), ERR_NOTDIR);
	EXPECT_EQ(test_find(&fs, STR("/loop1"), &p), ERR_LOOP);
	EXPECT_EQ(test_find(&fs, STR("/loop1/x"), &p), ERR_LOOP);
	/* open(O_CREAT) makes what a dangling link names. */
	EXPECT_OK(test_symlink(&fs, STR("d/new"), STR("/dangling")));
	EXPECT_OK(test_write(&fs, STR("/dangling"), STR("y")));
	EXPECT(test_ino(&fs, STR("/d/new")) != 0);
}

KTEST(namei, names_that_are_too_long)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	struct path p CLEANUP(path_drop) = {};
	SCOPED_BUF(memory);
	REQUIRE_OK(test_fs_new(&fs));
	REQUIRE_OK(buf_alloc(NAME_MAX + 1, &memory));
	span_fill(buf_span(&memory), 'n');
	EXPECT_OK(test_mkdir(&fs, str_sub(buf_str(&memory), 0, NAME_MAX)));
	EXPECT(test_ino(&fs, str_sub(buf_str(&memory), 0, NAME_MAX)) != 0);
	EXPECT_EQ(test_mkdir(&fs, buf_str(&memory)), ERR_NAMETOOLONG);
	EXPECT_EQ(test_find(&fs, buf_str(&memory), &p), ERR_NAMETOOLONG);
	EXPECT_EQ(test_write(&fs, buf_str(&memory), STR("")), ERR_NAMETOOLONG);
}

KTEST(namei, permissions_on_the_way)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	struct path p CLEANUP(path_drop) = {};
	SCOPED_REF(cred, user);
	REQUIRE_OK(test_fs_new(&fs));
	EXPECT_OK(test_mkdir(&fs, STR("/closed")));
	EXPECT_OK(test_write(&fs, STR("/closed/f"), STR("x")));
	REQUIRE_OK(test_find(&fs, STR("/closed"), &p));
	struct attr_change c = { .valid = ATTR_MODE, .mode = 0700 };
	EXPECT_OK(vfs_setattr(&p, cred_get(&fs.cred), &c));
	REQUIRE_OK(cred_copy(cred_get(&fs.cred), &user));
	cred_get(&user)->fsuid = 1000;
	cred_get(&user)->fsgid = 1000;
	cred_get(&user)->cap_effective = 0;
	cred_replace(&fs.cred, cred_move(&user));
	path_drop(&p);
	EXPECT_EQ(test_find(&fs, STR("/closed/f"), &p), ERR_ACCES);
	EXPECT_EQ(test_write(&fs, STR("/new"), STR("")), ERR_ACCES);
	EXPECT_EQ(test_unlink(&fs, STR("/closed")), ERR_ACCES);
}

KTEST(namei, a_long_chain_of_removed_directories_ends_without_recursion)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	struct path deepest CLEANUP(path_drop) = {};
	REQUIRE_OK(test_fs_new(&fs));
	for (u32 i = 0; i < 2000; i++) {
		struct path p CLEANUP(path_drop) = {};
		REQUIRE_OK(test_mkdir(&fs, STR("d")));
		REQUIRE_OK(test_find(&fs, STR("d"), &p));
		fs_ctx_set_cwd(fs_ctx_get(&fs.fs), &p);
	}
	fs_ctx_cwd(fs_ctx_get(&fs.fs), &deepest);
	for (u32 i = 0; i < 2000; i++) {
		struct path up CLEANUP(path_drop) = {};
		REQUIRE_OK(test_find(&fs, STR(".."), &up));
		fs_ctx_set_cwd(fs_ctx_get(&fs.fs), &up);
		REQUIRE_OK(test_rmdir(&fs, STR("d")));
	}
	path_drop(&deepest);
}

KTEST(inode, counts_of_links_and_writers_stop_at_their_limits)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	struct path p CLEANUP(path_drop) = {};
	REQUIRE_OK(test_fs_new(&fs));
	REQUIRE_OK(test_write(&fs, STR("f"), STR("")));
	REQUIRE_OK(test_find(&fs, STR("f"), &p));
	struct inode *i = path_inode(&p);
	count_set(&i->nlink, COUNT_SATURATED);
	EXPECT_EQ(test_link(&fs, STR("f"), STR("g")), ERR_MLINK);
	EXPECT_OK(test_unlink(&fs, STR("f")));
	EXPECT_EQ(count_now(&i->nlink), COUNT_SATURATED);

	atomic_i32_store(&i->writers, INT32_MAX / 2 - 1);
	EXPECT_OK(inode_get_write(i));
	EXPECT_OK(inode_get_write(i));
	EXPECT_EQ(atomic_i32_load(&i->writers), INT32_MAX / 2);
	inode_put_write(i);
	EXPECT_EQ(inode_deny_write(i), ERR_TXTBSY);
	atomic_i32_store(&i->writers, 1 - INT32_MAX / 2);
	EXPECT_OK(inode_deny_write(i));
	EXPECT_OK(inode_deny_write(i));
	inode_allow_write(i);
	EXPECT_EQ(atomic_i32_load(&i->writers), -(INT32_MAX / 2));
	EXPECT_EQ(inode_get_write(i), ERR_TXTBSY);
}
