/* SPDX-License-Identifier: MPL-2.0 */
/*
 * vfs_ops - what the file calls do, for system calls and for the kernel itself (initramfs, exec,
 * devtmpfs).
 *
 * Every function takes who acts (the fs context for root, cwd and umask; credentials) and the path
 * as `struct at` (namei.h), of which it consumes `start`.  Errors and their order are Linux's.
 *
 *   Context:   task context, no lock held; may sleep.
 *   Spec:      open(2), mkdir(2), mknod(2), link(2), symlink(2), unlink(2), rmdir(2), rename(2).
 */
#pragma once
#include "fs/namei.h"

/* As openat2(2): flags O_*, mode without umask applied, resolve RESOLVE_*. */
struct open_request {
	u32 flags;
	u32 mode;
	u32 resolve;
};
err_t vfs_open(struct fs_ctx *fs, const struct cred *cred, struct at *at,
	       const struct open_request *req, struct file_ref *out);
/* Opens the place itself (exec, /proc/PID/fd reopen): permissions are checked as by open(2). */
err_t vfs_open_path(const struct path *path, const struct cred *cred, u32 flags,
		    struct file_ref *out);
/* Opens a regular file for reading by the kernel: no permissions are asked. */
err_t vfs_open_exec(const struct path *path, struct file_ref *out);

/* mode: type and permissions; umask is applied.  rdev for devices. */
err_t vfs_mknod(struct fs_ctx *fs, const struct cred *cred, struct at *at, u32 mode, u32 rdev);
err_t vfs_mkdir(struct fs_ctx *fs, const struct cred *cred, struct at *at, u32 mode);
err_t vfs_symlink(struct fs_ctx *fs, const struct cred *cred, struct str target, struct at *at);
/* at_flags: AT_SYMLINK_FOLLOW. */
err_t vfs_link(struct fs_ctx *fs, const struct cred *cred, struct at *old, struct at *new_name,
	       u32 at_flags);
err_t vfs_unlink(struct fs_ctx *fs, const struct cred *cred, struct at *at);
err_t vfs_rmdir(struct fs_ctx *fs, const struct cred *cred, struct at *at);
/* flags: RENAME_*. */
err_t vfs_rename(struct fs_ctx *fs, const struct cred *cred, struct at *old, struct at *new_name,
		 u32 flags);

/* ERR_ROFS when the mount or its file system is read-only. */
err_t path_want_write(const struct path *p);
/* inode_change with the read-only check. */
err_t vfs_setattr(const struct path *p, const struct cred *cred, struct attr_change *c);
err_t vfs_stat(const struct path *p, struct file_stat *st);
/* access(2) on a place. */
err_t vfs_access(const struct path *p, const struct cred *cred, u32 mask);
