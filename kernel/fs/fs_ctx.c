/* SPDX-License-Identifier: MPL-2.0 */
/* fs_ctx - where a process stands in the file tree. */
#include "fs/fs_ctx.h"

struct fs_ctx {
	struct object object;
	struct fs_ctx_lock lock;
	struct path root GUARDED(fs_ctx);
	struct path cwd GUARDED(fs_ctx);
	u32 umask GUARDED(fs_ctx);
};

static void fs_ctx_fini(struct fs_ctx *fs)
{
	struct path root CLEANUP(path_drop) = {};
	struct path cwd CLEANUP(path_drop) = {};
	GUARD(fs_ctx, &fs->lock);
	root = path_move(&fs->root);
	cwd = path_move(&fs->cwd);
}
OBJECT_TYPE(fs_ctx, fs_ctx_fini);

err_t fs_ctx_new(struct path *root, u32 umask, struct fs_ctx_ref *out)
{
	TRY(fs_ctx_alloc(out));
	struct fs_ctx *fs = fs_ctx_get(out);
	GUARD(fs_ctx, &fs->lock);
	fs->cwd = path_clone(root);
	fs->root = path_move(root);
	fs->umask = umask;
	return OK;
}

err_t fs_ctx_fork(struct fs_ctx *from, struct fs_ctx_ref *out)
{
	struct path root CLEANUP(path_drop) = {};
	struct path cwd CLEANUP(path_drop) = {};
	SCOPED_REF(fs_ctx, copy);
	fs_ctx_root(from, &root);
	fs_ctx_cwd(from, &cwd);
	TRY(fs_ctx_new(&root, fs_ctx_umask(from), &copy));
	fs_ctx_set_cwd(fs_ctx_get(&copy), &cwd);
	*out = fs_ctx_move(&copy);
	return OK;
}

void fs_ctx_root(struct fs_ctx *fs, struct path *out)
{
	GUARD(fs_ctx, &fs->lock);
	*out = path_clone(&fs->root);
}

void fs_ctx_cwd(struct fs_ctx *fs, struct path *out)
{
	GUARD(fs_ctx, &fs->lock);
	*out = path_clone(&fs->cwd);
}

void fs_ctx_set_root(struct fs_ctx *fs, struct path *path)
{
	struct path old CLEANUP(path_drop) = {};
	GUARD(fs_ctx, &fs->lock);
	old = path_move(&fs->root);
	fs->root = path_move(path);
}

void fs_ctx_set_cwd(struct fs_ctx *fs, struct path *path)
{
	struct path old CLEANUP(path_drop) = {};
	GUARD(fs_ctx, &fs->lock);
	old = path_move(&fs->cwd);
	fs->cwd = path_move(path);
}

u32 fs_ctx_umask(struct fs_ctx *fs)
{
	GUARD(fs_ctx, &fs->lock);
	return fs->umask;
}

u32 fs_ctx_set_umask(struct fs_ctx *fs, u32 mask)
{
	GUARD(fs_ctx, &fs->lock);
	u32 before = fs->umask;
	fs->umask = mask & 0777;
	return before;
}
