/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rename - renameat2(2): moves a name, replaces another by it, or exchanges two.
 *
 * Both parents are of one file system, so one tree lock makes the whole change indivisible.
 */
#include "fs/dir_ops.h"
#include "fs/vfs_ops.h"

/* A directory that moves to another parent gets a new "..": that counts as a write to it. */
static err_t may_move_dir(const struct dentry *moved, const struct dentry *from,
			  const struct dentry *to, const struct cred *cred) HOLDS(tree)
{
	if (from == to || !inode_is_dir(dentry_inode(moved)))
		return OK;
	return inode_permission(dentry_inode(moved), cred, ACCESS_W);
}

static enum victim_kind kind_of(const struct dentry *d)
{
	return inode_is_dir(dentry_inode(d)) ? VICTIM_DIR : VICTIM_FILE;
}

/* Trailing slashes, and directories moving below themselves. */
static err_t rename_shape(const struct walk *from, const struct walk *to, struct dentry *old,
			  struct dentry *target, u32 flags) HOLDS(tree)
{
	bool exchange = (flags & RENAME_EXCHANGE) != 0;
	if (target != nullptr && (flags & RENAME_NOREPLACE) != 0)
		return ERR_EXIST;
	if (exchange) {
		if (target == nullptr)
			return ERR_NOENT;
		if (!inode_is_dir(dentry_inode(target)) && to->last_slash)
			return ERR_NOTDIR;
	}
	if (!inode_is_dir(dentry_inode(old)) && (from->last_slash || (!exchange && to->last_slash)))
		return ERR_NOTDIR;
	if (dentry_is_below(path_dentry(&to->path), old))
		return ERR_INVAL;
	if (target != nullptr && dentry_is_below(path_dentry(&from->path), target))
		return exchange ? ERR_INVAL : ERR_NOTEMPTY;
	return OK;
}

static err_t rename_allowed(const struct dentry *from, struct dentry *old, const struct dentry *to,
			    struct dentry *target, const struct cred *cred, u32 flags) HOLDS(tree)
{
	bool exchange = (flags & RENAME_EXCHANGE) != 0;
	TRY(dir_may_delete(from, old, cred, kind_of(old)));
	if (target == nullptr) {
		TRY(dir_may_change(to, cred));
		if (dentry_inode(to)->ops->create == nullptr)
			return ERR_PERM;
	} else {
		TRY(dir_may_delete(to, target, cred, exchange ? kind_of(target) : kind_of(old)));
	}
	TRY(may_move_dir(old, from, to, cred));
	if (exchange)
		return may_move_dir(target, to, from, cred);
	if (target != nullptr && inode_is_dir(dentry_inode(target)) && !dentry_is_empty(target))
		return ERR_NOTEMPTY;
	return OK;
}

static void move_link_count(const struct dentry *d, struct dentry *from, struct dentry *to)
	HOLDS(tree)
{
	if (!inode_is_dir(dentry_inode(d)) || from == to)
		return;
	count_down(&dentry_inode(from)->nlink);
	count_up(&dentry_inode(to)->nlink);
}

static void rename_finish(struct dentry *from, struct dentry *to, struct dentry *moved) HOLDS(tree)
{
	inode_touch_ctime(dentry_inode(moved));
	inode_touch_mtime(dentry_inode(from));
	if (from != to)
		inode_touch_mtime(dentry_inode(to));
}

static err_t rename_locked(struct walk *from_walk, struct walk *to_walk, const struct cred *cred,
			   u32 flags) HOLDS(tree)
{
	struct dentry *from = path_dentry(&from_walk->path);
	struct dentry *to = path_dentry(&to_walk->path);
	struct name_store name CLEANUP(name_store_fini) = {};
	SCOPED_REF(dentry, old_ref);
	SCOPED_REF(dentry, target_ref);
	old_ref = dentry_clone_or_null(
		dentry_find(from, from_walk->last, name_hash(from_walk->last)));
	target_ref = dentry_clone_or_null(dentry_find(to, to_walk->last, name_hash(to_walk->last)));
	if (dentry_is_null(&old_ref))
		return ERR_NOENT;
	struct dentry *old = dentry_get(&old_ref);
	struct dentry *target = dentry_get_or_null(&target_ref);
	TRY(rename_shape(from_walk, to_walk, old, target, flags));
	/* Two names of one file: nothing happens. */
	if (target != nullptr && dentry_inode(target) == dentry_inode(old))
		return OK;
	TRY(rename_allowed(from, old, to, target, cred, flags));
	TRY(dentry_name_prepare(to_walk->last, &name));

	/* Point of no return. */
	dentry_detach(old);
	if (target != nullptr)
		dentry_detach(target);
	move_link_count(old, from, to);
	if ((flags & RENAME_EXCHANGE) != 0) {
		move_link_count(target, to, from);
		dentry_exchange(old, target);
		dentry_attach(target);
		inode_touch_ctime(dentry_inode(target));
	} else {
		if (target != nullptr)
			dir_forget(to, target);
		dentry_rename(old, to, &name);
	}
	dentry_attach(old);
	rename_finish(from, to, old);
	return OK;
}

/* Names that a dynamic directory makes up cannot be renamed, but must exist to be refused properly.
 */
static err_t rename_dynamic(struct walk *from, struct walk *to)
{
	SCOPED_REF(dentry, d);
	if (path_inode(&from->path)->ops->lookup != nullptr) {
		TRY(walk_entry(from, &d));
		return ERR_PERM;
	}
	return path_inode(&to->path)->ops->lookup != nullptr ? ERR_PERM : OK;
}

err_t vfs_rename(struct fs_ctx *fs, const struct cred *cred, struct at *old, struct at *new_name,
		 u32 flags)
{
	struct walk from CLEANUP(walk_fini) = {};
	struct walk to CLEANUP(walk_fini) = {};
	if ((flags & ~(u32)(RENAME_NOREPLACE | RENAME_EXCHANGE)) != 0)
		return ERR_INVAL;
	if (flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return ERR_INVAL;
	TRY(walk_parent(fs, cred, old, &from));
	TRY(walk_parent(fs, cred, new_name, &to));
	if (path_is_null(&from.path) || path_is_null(&to.path) ||
	    path_mount(&from.path) != path_mount(&to.path))
		return ERR_XDEV;
	if (from.last_kind != LAST_NORMAL)
		return ERR_BUSY;
	if (to.last_kind != LAST_NORMAL)
		return (flags & RENAME_NOREPLACE) != 0 ? ERR_EXIST : ERR_BUSY;
	TRY(path_want_write(&from.path));
	TRY(rename_dynamic(&from, &to));
	GUARD(tree, &path_super(&from.path)->lock);
	return rename_locked(&from, &to, cred, flags);
}
