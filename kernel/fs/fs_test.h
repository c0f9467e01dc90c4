/* SPDX-License-Identifier: MPL-2.0 */
/* fs_test - a small file system of its own for each KTEST, and calls without the words of the real
 * ones. */
#pragma once
#include <osxtd/ktest.h>

#include "fs/kernel_file.h"
#include "fs/mount.h"
#include "fs/ramfs.h"

struct ON_STACK test_fs {
	struct fs_ctx_ref fs;
	struct cred_ref cred;
};
ALWAYS_INLINE void test_fs_fini(struct test_fs *t)
{
	fs_ctx_drop(&t->fs);
	cred_drop(&t->cred);
}
/* An empty file system, root's credentials, umask 022. */
err_t test_fs_new(struct test_fs *t);
err_t test_mkdir(struct test_fs *t, struct str path);
err_t test_write(struct test_fs *t, struct str path, struct str content);
err_t test_symlink(struct test_fs *t, struct str target, struct str path);
err_t test_link(struct test_fs *t, struct str from, struct str to);
err_t test_rename(struct test_fs *t, struct str from, struct str to, u32 flags);
err_t test_unlink(struct test_fs *t, struct str path);
err_t test_rmdir(struct test_fs *t, struct str path);
/* The place, links at the end followed. */
err_t test_find(struct test_fs *t, struct str path, struct path *out);
/* The inode number, links at the end followed; 0 when there is none. */
u64 test_ino(struct test_fs *t, struct str path);
u32 test_nlink(struct test_fs *t, struct str path);

/* A tree of mounts with a file system of the named type as its root. */
struct ON_STACK test_root {
	struct fs_ctx_ref fs;
	struct cred_ref cred;
};
void test_root_fini(struct test_root *r);
err_t test_root_new(struct test_root *r, struct str type);
err_t test_root_open(const struct test_root *r, struct str path, u32 flags, struct file_ref *out);
/* The text of a file, as much as fits; empty when it cannot be read. */
struct str test_root_text(const struct test_root *r, struct str path, struct span room);
