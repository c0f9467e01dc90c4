/* SPDX-License-Identifier: MPL-2.0 */
/* fs_test - helpers of the KTESTs of fs/. */
#include "fs/fs_test.h"

static const struct fs_type test_type = { .name = STR("testfs"),
					  .flags = FS_NODEV,
					  .ops = &ramfs_super_ops };

err_t test_fs_new(struct test_fs *t)
{
	struct path root CLEANUP(path_drop) = {};
	SCOPED_REF(super, s);
	TRY(ramfs_new(&test_type, STR(""), &s));
	TRY(mount_new_private(super_get(&s), STR("test"), &root));
	TRY(fs_ctx_new(&root, 022, &t->fs));
	return cred_new_root(&t->cred);
}

err_t test_mkdir(struct test_fs *t, struct str path)
{
	struct at at CLEANUP(at_fini) = { .name = path };
	return vfs_mkdir(fs_ctx_get(&t->fs), cred_get(&t->cred), &at, 0777);
}

err_t test_write(struct test_fs *t, struct str path, struct str content)
{
	SCOPED_REF(file, f);
	TRY(kernel_open(fs_ctx_get(&t->fs), cred_get(&t->cred), path, O_CREAT | O_WRONLY | O_TRUNC,
			0666, &f));
	return kernel_write(file_get(&f), 0, str_bytes(content));
}

err_t test_symlink(struct test_fs *t, struct str target, struct str path)
{
	struct at at CLEANUP(at_fini) = { .name = path };
	return vfs_symlink(fs_ctx_get(&t->fs), cred_get(&t->cred), target, &at);
}

err_t test_link(struct test_fs *t, struct str from, struct str to)
{
	struct at old CLEANUP(at_fini) = { .name = from };
	struct at fresh CLEANUP(at_fini) = { .name = to };
	return vfs_link(fs_ctx_get(&t->fs), cred_get(&t->cred), &old, &fresh, 0);
}

err_t test_rename(struct test_fs *t, struct str from, struct str to, u32 flags)
{
	struct at old CLEANUP(at_fini) = { .name = from };
	struct at fresh CLEANUP(at_fini) = { .name = to };
	return vfs_rename(fs_ctx_get(&t->fs), cred_get(&t->cred), &old, &fresh, flags);
}

err_t test_unlink(struct test_fs *t, struct str path)
{
	struct at at CLEANUP(at_fini) = { .name = path };
	return vfs_unlink(fs_ctx_get(&t->fs), cred_get(&t->cred), &at);
}

err_t test_rmdir(struct test_fs *t, struct str path)
{
	struct at at CLEANUP(at_fini) = { .name = path };
	return vfs_rmdir(fs_ctx_get(&t->fs), cred_get(&t->cred), &at);
}

err_t test_find(struct test_fs *t, struct str path, struct path *out)
{
	struct at at CLEANUP(at_fini) = { .name = path };
	struct walk w CLEANUP(walk_fini) = { .flags = WALK_FOLLOW };
	TRY(namei(fs_ctx_get(&t->fs), cred_get(&t->cred), &at, &w));
	*out = path_move(&w.path);
	return OK;
}

u64 test_ino(struct test_fs *t, struct str path)
{
	struct path p CLEANUP(path_drop) = {};
	return test_find(t, path, &p) == OK ? path_inode(&p)->ino : 0;
}

u32 test_nlink(struct test_fs *t, struct str path)
{
	struct path p CLEANUP(path_drop) = {};
	return test_find(t, path, &p) == OK ? count_now(&path_inode(&p)->nlink) : 0;
}
