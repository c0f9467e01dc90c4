/* SPDX-License-Identifier: MPL-2.0 */
#include "fs/fs_test.h"

static const struct fs_type inner_type = { .name = STR("inner"),
					   .flags = FS_NODEV,
					   .ops = &ramfs_super_ops };

/* test_fs's own mount is private; what is mounted on it must stand on an attached one. */
static err_t attached_fs(struct test_fs *t)
{
	struct path root CLEANUP(path_drop) = {};
	SCOPED_REF(super, s);
	SCOPED_REF(fs_ctx, fs);
	TRY(test_fs_new(t));
	TRY(ramfs_new(&inner_type, STR(""), &s));
	TRY(mount_root(super_move(&s), STR("outer"), &root));
	TRY(fs_ctx_new(&root, 022, &fs));
	fs_ctx_replace(&t->fs, fs_ctx_move(&fs));
	return OK;
}

static void attached_fs_fini(struct test_fs *t)
{
	if (!fs_ctx_is_null(&t->fs))
		mount_unroot(fs_ctx_get(&t->fs));
	test_fs_fini(t);
}

static err_t mount_on(struct test_fs *t, struct str where)
{
	struct path on CLEANUP(path_drop) = {};
	SCOPED_REF(super, s);
	TRY(ramfs_new(&inner_type, STR(""), &s));
	TRY(test_find(t, where, &on));
	return mount_attach(super_move(&s), STR("in"), MS_NOSUID, &on);
}

static err_t umount(struct test_fs *t, struct str where, u32 flags)
{
	struct at at CLEANUP(at_fini) = { .name = where };
	return mount_umount(fs_ctx_get(&t->fs), cred_get(&t->cred), &at, flags);
}

KTEST(mount, hides_and_uncovers)
{
	struct test_fs fs CLEANUP(attached_fs_fini) = {};
	REQUIRE_OK(attached_fs(&fs));
	EXPECT_OK(test_mkdir(&fs, STR("/m")));
	EXPECT_OK(test_write(&fs, STR("/m/under"), STR("")));
	EXPECT_OK(mount_on(&fs, STR("/m")));
	EXPECT_EQ(test_ino(&fs, STR("/m/under")), 0);
	EXPECT_OK(test_write(&fs, STR("/m/in"), STR("")));
	EXPECT_EQ(test_ino(&fs, STR("/m/..")), test_ino(&fs, STR("/")));
	EXPECT_EQ(test_rmdir(&fs, STR("/m")), ERR_BUSY);
	EXPECT_EQ(test_rename(&fs, STR("/m"), STR("/n"), 0), ERR_BUSY);
	EXPECT_EQ(test_rename(&fs, STR("/m/in"), STR("/in"), 0), ERR_XDEV);
	EXPECT_EQ(test_link(&fs, STR("/m/in"), STR("/in")), ERR_XDEV);
	/* One on top of the other, and each off again. */
	EXPECT_OK(mount_on(&fs, STR("/m")));
	EXPECT_EQ(test_ino(&fs, STR("/m/in")), 0);
	EXPECT_OK(umount(&fs, STR("/m"), 0));
	EXPECT(test_ino(&fs, STR("/m/in")) != 0);
	EXPECT_OK(umount(&fs, STR("/m"), 0));
	EXPECT(test_ino(&fs, STR("/m/under")) != 0);
	EXPECT_EQ(umount(&fs, STR("/m"), 0), ERR_INVAL);
	EXPECT_OK(test_unlink(&fs, STR("/m/under")));
	EXPECT_OK(test_rmdir(&fs, STR("/m")));
}

KTEST(mount, busy_until_let_go_or_lazy)
{
	struct test_fs fs CLEANUP(attached_fs_fini) = {};
	struct path inside CLEANUP(path_drop) = {};
	REQUIRE_OK(attached_fs(&fs));
	EXPECT_OK(test_mkdir(&fs, STR("/m")));
	EXPECT_OK(mount_on(&fs, STR("/m")));
	EXPECT_OK(test_mkdir(&fs, STR("/m/d")));
	EXPECT_OK(mount_on(&fs, STR("/m/d")));
	EXPECT_EQ(umount(&fs, STR("/m"), 0), ERR_BUSY);
	EXPECT_OK(umount(&fs, STR("/m/d"), 0));
	REQUIRE_OK(test_find(&fs, STR("/m/d"), &inside));
	EXPECT_EQ(umount(&fs, STR("/m"), 0), ERR_BUSY);
	EXPECT_OK(mount_on(&fs, STR("/m/d")));
	EXPECT_OK(umount(&fs, STR("/m"), MNT_DETACH));
	EXPECT_EQ(test_ino(&fs, STR("/m/d")), 0);
	/* What was held is still a place, without a way up. */
	fs_ctx_set_cwd(fs_ctx_get(&fs.fs), &inside);
	EXPECT_OK(test_mkdir(&fs, STR("still")));
	EXPECT(test_ino(&fs, STR("../d/still")) != 0);
	EXPECT_EQ(umount(&fs, STR("/"), 0), ERR_INVAL);
}
