/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ramfs - a file system in memory: the root, tmpfs, devtmpfs.
 *
 * Names live in the dentry tree, file bytes in memory objects.
 *
 *   Lifetime:  as vfs.h says; the content goes with the super.
 *   Context:   task context.
 *   Limits:    tmpfs: size= and nr_inodes= (default half of memory); ramfs: none.
 *   Spec:      tmpfs(5).
 */
#pragma once
#include "fs/vfs.h"
#include "vm/memobj.h"

/* Registers ramfs, tmpfs and rootfs. */
err_t ramfs_register(void);
/* A new file system in memory for a type (also of others: devtmpfs). */
err_t ramfs_new(const struct fs_type *type, struct str options, struct super_ref *out);
/* The bytes of a regular file of such a file system; false for anything else. */
bool ramfs_data(struct inode *i, struct memobj_ref *out);
/* A nameless file: memfd_create(2), flags MFD_*.  ERR_INVAL. */
err_t ramfs_memfd(struct str name, u32 flags, const struct cred *cred, struct file_ref *out);
/* Makes a node below the root for the kernel itself; the directories before it are made too
 * (devtmpfs). */
err_t ramfs_add_node(struct super *s, struct str path, u32 mode, u32 rdev);
err_t ramfs_add_symlink(struct super *s, struct str path, struct str target);
err_t ramfs_statfs(struct super *s, struct abi_statfs *out);
extern const struct super_ops ramfs_super_ops;
