/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mount_tree - the topology of mounts; inside fs/ only.
 *
 * M1: an attached mount is on the list of all mounts; every attached mount but a root has parent
 * and point. M2: at most one mount stands on a (mount, dentry); dentry->mounted counts those of all
 * mounts.
 */
#pragma once
#include <osxtd/count.h>
#include <osxtd/list.h>

#include "fs/dentry.h"
#include "fs/mount.h"

struct mount {
	struct object object;
	u32 id IMMUTABLE;
	struct super_ref super IMMUTABLE;
	struct dentry_ref root IMMUTABLE;
	struct buf source IMMUTABLE;
	struct atomic_u32 flags ATOMIC_ONLY;	/* MS_* */
	struct count writers ATOMIC_ONLY;	/* files open for writing */
	struct atomic_u32 expiring ATOMIC_ONLY; /* MNT_EXPIRE was asked once */
	/* Changed under the lock of all mounts only. */
	struct list_link link OWNER(mounts);
	struct mount_ref parent OWNER(mounts);
	struct dentry_ref point OWNER(mounts);
};
LIST_TYPE(mount_list, mount, link);

shared extern struct mounts_lock mounts_lock;

/* A mount of root (super's own when null) that stands nowhere yet. */
err_t mount_new(struct super *super, struct dentry *root, struct str source, u32 flags,
		struct mount_ref *out);
/* Puts m on a directory.  ERR_BUSY: something stands there already; ERR_NOENT: it was removed. */
err_t mount_put_on(struct mount *m, const struct path *on) HOLDS(mounts);
/* Cuts m off; its reference of the list goes to *out. */
void mount_cut(struct mount *m, struct mount_ref *out) HOLDS(mounts);
bool mount_is_attached(const struct mount *m) HOLDS(mounts);
bool mount_has_children(const struct mount *m) HOLDS(mounts);
/* True when m is top or stands somewhere below it. */
bool mount_is_below(struct mount *m, const struct mount *top) HOLDS(mounts);
/* Borrows the first mount on the list that is strictly below top. */
BORROWS struct mount *mount_first_below(const struct mount *top) HOLDS(mounts);
/* The attached mount with the lowest id above `after`; false when there is none. */
bool mount_after(u32 after, struct mount_ref *out);
/* Turns mount(2)'s flags into those that a mount keeps. */
u32 mount_flags_of(u64 ms_flags);
