/* SPDX-License-Identifier: MPL-2.0 */
/* ramfs_build - nodes that the kernel itself makes (devtmpfs). */
#include "fs/dentry.h"
#include "fs/ramfs_internal.h"

/* The directory of one component below *at, made if it is missing; becomes *at. */
static err_t enter(struct super *s, struct str name, struct dentry_ref *at)
{
	struct ramfs_space *space = ramfs_space_get(&ramfs_super_of(s)->space);
	SCOPED_REF(dentry, child);
	SCOPED_REF(inode, i);
	{
		GUARD(tree, &s->lock);
		child = dentry_clone_or_null(dentry_find(dentry_get(at), name, name_hash(name)));
	}
	if (dentry_is_null(&child)) {
		struct node_request req = { .mode = S_IFDIR | 0755 };
		TRY(ramfs_inode_new(space, &req, &i));
		TRY(super_add(s, dentry_get(at), name, inode_move(&i), &child));
	}
	if (!inode_is_dir(dentry_inode(dentry_get(&child))))
		return ERR_NOTDIR;
	dentry_replace(at, dentry_move(&child));
	return OK;
}

static err_t add(struct super *s, struct str path, const struct node_request *req)
{
	SCOPED_REF(dentry, at);
	SCOPED_REF(inode, i);
	at = dentry_clone(dentry_get(&s->root));
	for (;;) {
		usize slash = str_find(path, '/', 0);
		if (slash == str_len(path))
			break;
		if (slash != 0)
			TRY(enter(s, str_sub(path, 0, slash), &at));
		path = str_from(path, slash + 1);
	}
	TRY(ramfs_inode_new(ramfs_space_get(&ramfs_super_of(s)->space), req, &i));
	return super_add(s, dentry_get(&at), path, inode_move(&i), nullptr);
}

err_t ramfs_add_node(struct super *s, struct str path, u32 mode, u32 rdev)
{
	struct node_request req = { .mode = mode, .rdev = rdev };
	return add(s, path, &req);
}

err_t ramfs_add_symlink(struct super *s, struct str path, struct str target)
{
	struct node_request req = { .mode = S_IFLNK | 0777, .target = target };
	return add(s, path, &req);
}
