/* SPDX-License-Identifier: MPL-2.0 */
/*
 * dir_ops - what changes of directories have in common; inside fs/ only.
 *
 *   Locking:   under the tree lock of the directory's super, where it says so.
 */
#pragma once
#include "fs/dentry.h"
#include "fs/mount.h"
#include "fs/namei.h"

/* May cred add to or remove from dir?  ERR_NOENT: it was removed itself; ERR_ACCES. */
err_t dir_may_change(const struct dentry *dir, const struct cred *cred) HOLDS(tree);
/* May cred take victim away from dir?  As a directory (rmdir) or as anything else.  ERR_PERM:
 * sticky; ERR_NOTDIR, ERR_ISDIR, ERR_BUSY: something is mounted there. */
enum victim_kind : u8 { VICTIM_DIR, VICTIM_FILE };
err_t dir_may_delete(const struct dentry *dir, const struct dentry *victim, const struct cred *cred,
		     enum victim_kind kind) HOLDS(tree);
/* Makes a node for a name that is not there.  req->mode has the umask applied; the owner is filled
 * in here. */
err_t dir_make(struct dentry *dir, const struct cred *cred, struct str name,
	       struct node_request *req, struct dentry_ref *out) HOLDS(tree);
/* The inode alone, by dir's rules (O_TMPFILE). */
err_t dir_make_inode(struct inode *dir, const struct cred *cred, struct node_request *req,
		     struct inode_ref *out);
/* Marks a detached dentry as removed and its inode as having one link less. */
void dir_forget(struct dentry *dir, struct dentry *victim) HOLDS(tree);

/* Walks to the parent of the last component of at. */
err_t walk_parent(struct fs_ctx *fs, const struct cred *cred, struct at *at, struct walk *w);
/*
 * The entry w->last of the parent w->path as a dentry, without following or crossing mounts.
 * ERR_NOENT.  Names of dynamic directories are asked for outside the lock, so that this returns
 * only what was true a moment ago.
 */
err_t walk_entry(struct walk *w, struct dentry_ref *out);
