/* SPDX-License-Identifier: MPL-2.0 */
/*
 * path - a place in the mounted trees: a mount and a dentry of its file system.
 *
 *   Lifetime:  owns one count on each; a zeroed path is empty.
 *   Context:   any.
 */
#pragma once
#include <osxtd/object.h>

struct dentry;
struct mount;
struct inode;
struct super;
REF_TYPE(dentry);
REF_TYPE(mount);
REF_TYPE(inode);
REF_TYPE(super);

struct AFFINE path {
	struct mount_ref mount;
	struct dentry_ref dentry;
};
ALWAYS_INLINE bool path_is_null(const struct path *p)
{
	return dentry_is_null(&p->dentry);
}
ALWAYS_INLINE struct path path_move(struct path *p)
{
	struct path moved = { mount_move(&p->mount), dentry_move(&p->dentry) };
	return moved;
}
/* Borrow the two halves of a path that is not empty. */
BORROWS ALWAYS_INLINE struct mount *path_mount(const struct path *p)
{
	return mount_get(&p->mount);
}
BORROWS ALWAYS_INLINE struct dentry *path_dentry(const struct path *p)
{
	return dentry_get(&p->dentry);
}
/* One more path to the same place; empty for an empty one. */
ALWAYS_INLINE struct path path_clone(const struct path *p)
{
	struct path copy = { mount_clone_or_null(mount_get_or_null(&p->mount)),
			     dentry_clone_or_null(dentry_get_or_null(&p->dentry)) };
	return copy;
}
ALWAYS_INLINE void path_drop(struct path *p)
{
	dentry_drop(&p->dentry);
	mount_drop(&p->mount);
}
/* Drops what *p held and stores with, which is left empty. */
ALWAYS_INLINE void path_replace(struct path *p, struct path *with)
{
	dentry_replace(&p->dentry, dentry_move(&with->dentry));
	mount_replace(&p->mount, mount_move(&with->mount));
}
ALWAYS_INLINE bool path_equal(const struct path *a, const struct path *b)
{
	return dentry_get_or_null(&a->dentry) == dentry_get_or_null(&b->dentry) &&
	       mount_get_or_null(&a->mount) == mount_get_or_null(&b->mount);
}
