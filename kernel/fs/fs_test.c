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

void test_root_fini(struct test_root *r)
{
	if (!fs_ctx_is_null(&r->fs))
		mount_unroot(fs_ctx_get(&r->fs));
	fs_ctx_drop(&r->fs);
	cred_drop(&r->cred);
}

err_t test_root_new(struct test_root *r, struct str type_name)
{
	const struct fs_type *type = nullptr;
	SCOPED_REF(super, s);
	struct path root CLEANUP(path_drop) = {};
	if (!fs_type_find(type_name, &type))
		return ERR_NODEV;
	TRY(type->mount(type, type_name, STR(""), &s));
	TRY(mount_root(super_move(&s), type_name, &root));
	TRY(fs_ctx_new(&root, 022, &r->fs));
	return cred_new_root(&r->cred);
}

err_t test_root_open(const struct test_root *r, struct str path, u32 flags, struct file_ref *out)
{
	return kernel_open(fs_ctx_get(&r->fs), cred_get(&r->cred), path, flags, 0, out);
}

struct str test_root_text(const struct test_root *r, struct str path, struct span room)
{
	SCOPED_REF(file, f);
	usize used = 0, n = 0;
	if (test_root_open(r, path, O_RDONLY, &f) != OK)
		return STR("");
	do {
		n = 0;
		if (kernel_read(file_get(&f), used, span_from(room, used), &n) != OK)
			return STR("");
		used += n;
	} while (n != 0 && used < span_len(room));
	return str_of(span_const(span_sub(room, 0, used)));
}
