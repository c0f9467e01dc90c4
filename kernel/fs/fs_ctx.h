/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fs_ctx - where a process stands in the file tree: root, working directory, umask.
 *
 *   Lifetime:  counted; threads and CLONE_FS children share one, fork copies.
 *   Locking:   fs_ctx.lock, a leaf spin lock; held for copies of references only.
 *   Context:   task context.
 *   Spec:      chdir(2), chroot(2), umask(2), unshare(2) CLONE_FS.
 */
#pragma once
#include <osxtd/lock.h>
#include <osxtd/object.h>

#include "fs/path.h"

struct fs_ctx;
REF_TYPE(fs_ctx);
LOCK_CLASS(fs_ctx, spin);

/* Root and working directory at one place; consumes it. */
err_t fs_ctx_new(struct path *root, u32 umask, struct fs_ctx_ref *out);
/* For fork: a copy. */
err_t fs_ctx_fork(struct fs_ctx *from, struct fs_ctx_ref *out);
void fs_ctx_root(struct fs_ctx *fs, struct path *out);
void fs_ctx_cwd(struct fs_ctx *fs, struct path *out);
/* Consume the path, which is a directory that the caller may search. */
void fs_ctx_set_root(struct fs_ctx *fs, struct path *path);
void fs_ctx_set_cwd(struct fs_ctx *fs, struct path *path);
u32 fs_ctx_umask(struct fs_ctx *fs);
u32 fs_ctx_set_umask(struct fs_ctx *fs, u32 mask); /* returns the one before */
