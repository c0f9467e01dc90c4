/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mount - which file system stands where.
 *
 * Mounts form a tree: each stands on a dentry of its parent's file system.  The first is the root,
 * made by mount_root.
 *
 *   Lifetime:  counted; the parent's list and every path in it hold references.  Unmounting cuts it
 * off. Locking:   one lock for the whole topology, class `mounts` (mutex), before `tree`. Context:
 * task context, no lock held. Spec:      mount(2), umount2(2), mount_namespaces(7),
 * proc_pid_mounts(5).
 */
#pragma once
#include <osxtd/fmt.h>

#include "fs/namei.h"

LOCK_CLASS(mounts, mutex, AFTER(file_pos));

/* The first mount of a tree of mounts; *root is its root directory. */
err_t mount_root(struct super_ref super, struct str source, struct path *root);
/* Ends what mount_root began, and all that stands on it: it dies with its last user. */
void mount_unroot(struct fs_ctx *fs);
/* A mount that is on no tree and in no list: for files that have no name. */
err_t mount_new_private(struct super *super, struct str source, struct path *root);
/* mount(2); at is the target.  Needs CAP_SYS_ADMIN.  flags: MS_*. */
struct mount_request {
	struct str source;
	struct str type;
	struct str options;
	u64 flags;
};
err_t mount_do(struct fs_ctx *fs, const struct cred *cred, const struct mount_request *req,
	       struct at *at);
/* MS_BIND and MS_MOVE take a second path. */
err_t mount_bind(struct fs_ctx *fs, const struct cred *cred, struct at *from, struct at *to,
		 u64 flags);
err_t mount_relocate(struct fs_ctx *fs, const struct cred *cred, struct at *from, struct at *to);
/* flags: MNT_*. */
err_t mount_umount(struct fs_ctx *fs, const struct cred *cred, struct at *at, u32 flags);
err_t mount_pivot(struct fs_ctx *fs, const struct cred *cred, struct at *new_root,
		  struct at *put_old);

/* For the kernel itself: mounts a super on a directory. */
err_t mount_attach(struct super_ref super, struct str source, u64 flags, const struct path *on);

BORROWS struct super *mount_super(const struct mount *m);
/* The super whose tree lock guards what is below p. */
BORROWS ALWAYS_INLINE struct super *path_super(const struct path *p)
{
	return mount_super(path_mount(p));
}
BORROWS struct dentry *mount_root_dentry(const struct mount *m);
u64 mount_flags(const struct mount *m); /* MS_*; MS_RDONLY also when the super is read-only */
u32 mount_id(const struct mount *m);
bool mount_is_readonly(const struct mount *m);
/* Writers keep a mount from becoming read-only.  ERR_ROFS. */
err_t mount_get_write(struct mount *m);
void mount_put_write(struct mount *m);

/* Path walk: the mount on top of p->dentry, if there is one; true when p changed. */
bool mount_cross(struct path *p);
/* Path walk: from the root of a mount to the place it stands on; false at the top. */
bool mount_up(struct path *p);

err_t mount_statfs(struct mount *m, struct abi_statfs *out);

/* The texts of /proc/PID/mounts and /proc/PID/mountinfo as seen from root. */
enum mounts_style : u8 { MOUNTS_TABLE, MOUNTS_INFO };
void mounts_show(const struct path *root, enum mounts_style style, struct text *t);
