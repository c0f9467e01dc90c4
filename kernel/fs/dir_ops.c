/* SPDX-License-Identifier: MPL-2.0 */
/* dir_ops - making and removing names: mknod, mkdir, symlink, link, unlink, rmdir. */
#include "fs/dir_ops.h"

#include "fs/vfs_ops.h"

err_t dir_may_change(const struct dentry *dir, const struct cred *cred)
{
	if (dentry_is_deleted(dir))
		return ERR_NOENT;
	return inode_permission(dentry_inode(dir), cred, ACCESS_W | ACCESS_X);
}

err_t dir_may_delete(const struct dentry *dir, const struct dentry *victim, const struct cred *cred,
		     enum victim_kind kind)
{
	struct inode *parent = dentry_inode(dir);
	struct inode *i = dentry_inode(victim);
	TRY(inode_permission(parent, cred, ACCESS_W | ACCESS_X));
	if ((inode_mode(parent) & S_ISVTX) != 0 && cred->fsuid != atomic_u32_load(&i->uid) &&
	    cred->fsuid != atomic_u32_load(&parent->uid) && !cred_has_cap(cred, CAP_FOWNER))
		return ERR_PERM;
	if (kind == VICTIM_DIR && !inode_is_dir(i))
		return ERR_NOTDIR;
	if (kind == VICTIM_FILE && inode_is_dir(i))
		return ERR_ISDIR;
	if (parent->ops->create == nullptr)
		return ERR_PERM;
	return atomic_u32_load(&victim->mounted) != 0 ? ERR_BUSY : OK;
}

err_t dir_make_inode(struct inode *dir, const struct cred *cred, struct node_request *req,
		     struct inode_ref *out)
{
	bool inherits = (inode_mode(dir) & S_ISGID) != 0;
	if (dir->ops->create == nullptr)
		return mode_is_reg(req->mode) ? ERR_ACCES : ERR_PERM;
	req->uid = cred->fsuid;
	req->gid = inherits ? atomic_u32_load(&dir->gid) : cred->fsgid;
	if (inherits && mode_is_dir(req->mode))
		req->mode |= S_ISGID;
	else if ((req->mode & (S_ISGID | 0010)) == (S_ISGID | 0010) &&
		 !cred_in_group(cred, req->gid) && !cred_has_cap(cred, CAP_FSETID))
		req->mode &= ~(u32)S_ISGID;
	return dir->ops->create(dir, req, out);
}

err_t dir_make(struct dentry *dir, const struct cred *cred, struct str name,
	       struct node_request *req, struct dentry_ref *out)
{
	struct inode *parent = dentry_inode(dir);
	SCOPED_REF(inode, i);
	TRY(dir_make_inode(parent, cred, req, &i));
	bool is_dir = inode_is_dir(inode_get(&i));
	TRY(dentry_new(name, dir, inode_move(&i), out));
	dentry_attach(dentry_get(out));
	if (is_dir)
		count_up(&parent->nlink);
	inode_touch_mtime(parent);
	return OK;
}

void dir_forget(struct dentry *dir, struct dentry *victim)
{
	struct inode *i = dentry_inode(victim);
	(void)atomic_u32_or(&victim->flags, DENTRY_DELETED);
	if (inode_is_dir(i)) {
		count_set(&i->nlink, 0);
		count_down(&dentry_inode(dir)->nlink);
	} else {
		count_down(&i->nlink);
	}
	inode_touch_ctime(i);
}

err_t walk_parent(struct fs_ctx *fs, const struct cred *cred, struct at *at, struct walk *w)
{
	w->flags |= WALK_PARENT;
	TRY(namei(fs, cred, at, w));
	if (w->last_kind == LAST_NORMAL && str_len(w->last) > NAME_MAX)
		return ERR_NAMETOOLONG;
	return OK;
}

err_t walk_entry(struct walk *w, struct dentry_ref *out)
{
	struct dentry *dir = path_dentry(&w->path);
	{
		GUARD(tree, &path_super(&w->path)->lock);
		*out = dentry_clone_or_null(dentry_find(dir, w->last, name_hash(w->last)));
	}
	if (!dentry_is_null(out))
		return OK;
	if (dentry_inode(dir)->ops->lookup == nullptr)
		return ERR_NOENT;
	SCOPED_REF(inode, i);
	TRY(dentry_inode(dir)->ops->lookup(dentry_inode(dir), w->last, &i));
	TRY(dentry_new(w->last, dir, inode_move(&i), out));
	(void)atomic_u32_or(&dentry_get(out)->flags, DENTRY_DYNAMIC);
	return OK;
}

err_t path_want_write(const struct path *p)
{
	return mount_is_readonly(path_mount(p)) ? ERR_ROFS : OK;
}

/* ---- making ---- */

/* A dynamic directory knows best what it has; it makes nothing new. */
static err_t refuse_dynamic(struct walk *w)
{
	SCOPED_REF(dentry, d);
	if (likely(path_inode(&w->path)->ops->lookup == nullptr))
		return OK;
	TRY(walk_entry(w, &d));
	return ERR_EXIST;
}

static err_t make_node(struct walk *w, const struct cred *cred, struct node_request *req)
{
	SCOPED_REF(dentry, made);
	if (w->last_kind != LAST_NORMAL)
		return ERR_EXIST;
	struct dentry *dir = path_dentry(&w->path);
	TRY(refuse_dynamic(w));
	GUARD(tree, &path_super(&w->path)->lock);
	if (dentry_find(dir, w->last, name_hash(w->last)) != nullptr)
		return ERR_EXIST;
	if (w->last_slash && !mode_is_dir(req->mode))
		return ERR_NOENT;
	TRY(path_want_write(&w->path));
	TRY(dir_may_change(dir, cred));
	u32 type = req->mode & S_IFMT;
	if ((type == S_IFCHR || type == S_IFBLK) && !cred_has_cap(cred, CAP_MKNOD))
		return ERR_PERM;
	return dir_make(dir, cred, w->last, req, &made);
}

err_t vfs_mknod(struct fs_ctx *fs, const struct cred *cred, struct at *at, u32 mode, u32 rdev)
{
	struct walk w CLEANUP(walk_fini) = {};
	struct node_request req = {};
	switch (mode & S_IFMT) {
	case 0:
		mode |= S_IFREG;
		break;
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	case S_IFCHR:
	case S_IFBLK:
		req.rdev = rdev;
		break;
	case S_IFDIR:
		return ERR_PERM;
	default:
		return ERR_INVAL;
	}
	req.mode = mode & ~fs_ctx_umask(fs);
	TRY(walk_parent(fs, cred, at, &w));
	return make_node(&w, cred, &req);
}

err_t vfs_mkdir(struct fs_ctx *fs, const struct cred *cred, struct at *at, u32 mode)
{
	struct walk w CLEANUP(walk_fini) = {};
	struct node_request req = { .mode = S_IFDIR |
					    (mode & (0777 | S_ISVTX) & ~fs_ctx_umask(fs)) };
	TRY(walk_parent(fs, cred, at, &w));
	return make_node(&w, cred, &req);
}

err_t vfs_symlink(struct fs_ctx *fs, const struct cred *cred, struct str target, struct at *at)
{
	struct walk w CLEANUP(walk_fini) = {};
	struct node_request req = { .mode = S_IFLNK | 0777, .target = target };
	if (str_len(target) == 0)
		return ERR_NOENT;
	TRY(walk_parent(fs, cred, at, &w));
	return make_node(&w, cred, &req);
}

static err_t link_locked(struct path *dir_path, const struct cred *cred, struct dentry *source,
			 struct walk *w) HOLDS(tree)
{
	struct dentry *dir = path_dentry(dir_path);
	struct inode *i = dentry_inode(source);
	SCOPED_REF(dentry, d);
	if (dentry_find(dir, w->last, name_hash(w->last)) != nullptr)
		return ERR_EXIST;
	TRY(dir_may_change(dir, cred));
	if (dentry_inode(dir)->ops->create == nullptr || inode_is_dir(i))
		return ERR_PERM;
	if (count_now(&i->nlink) == 0 && (atomic_u32_load(&source->flags) & DENTRY_LINKABLE) == 0)
		return ERR_NOENT;
	if (count_now(&i->nlink) >= COUNT_SATURATED)
		return ERR_MLINK;
	TRY(dentry_new(w->last, dir, inode_clone(i), &d));
	dentry_attach(dentry_get(&d));
	count_up(&i->nlink);
	inode_touch_ctime(i);
	inode_touch_mtime(dentry_inode(dir));
	return OK;
}

err_t vfs_link(struct fs_ctx *fs, const struct cred *cred, struct at *old, struct at *new_name,
	       u32 at_flags)
{
	struct walk from CLEANUP(
		walk_fini) = { .flags = (at_flags & AT_SYMLINK_FOLLOW) != 0 ? WALK_FOLLOW : 0 };
	struct walk w CLEANUP(walk_fini) = {};
	SCOPED_REF(dentry, existing);
	TRY(namei(fs, cred, old, &from));
	TRY(walk_parent(fs, cred, new_name, &w));
	if (w.last_kind != LAST_NORMAL)
		return ERR_EXIST;
	err_t found = walk_entry(&w, &existing);
	if (found == OK)
		return ERR_EXIST;
	if (found != ERR_NOENT || path_inode(&w.path)->ops->lookup != nullptr)
		return found;
	if (w.last_slash)
		return ERR_NOENT;
	TRY(path_want_write(&w.path));
	if (!file_is_null(&from.file) || path_mount(&from.path) != path_mount(&w.path))
		return ERR_XDEV;
	GUARD(tree, &path_super(&w.path)->lock);
	return link_locked(&w.path, cred, path_dentry(&from.path), &w);
}

/* ---- removing ---- */

static err_t remove_entry(struct walk *w, const struct cred *cred, enum victim_kind kind)
{
	SCOPED_REF(dentry, victim);
	struct dentry *dir = path_dentry(&w->path);
	TRY(path_want_write(&w->path));
	TRY(walk_entry(w, &victim));
	struct dentry *v = dentry_get(&victim);
	if (kind == VICTIM_FILE && w->last_slash)
		return inode_is_dir(dentry_inode(v)) ? ERR_ISDIR : ERR_NOTDIR;
	GUARD(tree, &path_super(&w->path)->lock);
	TRY(dir_may_delete(dir, v, cred, kind));
	/* It may have gone between the look-up and the lock. */
	if (dentry_is_deleted(v) || dentry_find(dir, w->last, name_hash(w->last)) != v)
		return ERR_NOENT;
	if (kind == VICTIM_DIR && !dentry_is_empty(v))
		return ERR_NOTEMPTY;
	dentry_detach(v);
	dir_forget(dir, v);
	inode_touch_mtime(dentry_inode(dir));
	return OK;
}

err_t vfs_unlink(struct fs_ctx *fs, const struct cred *cred, struct at *at)
{
	struct walk w CLEANUP(walk_fini) = {};
	TRY(walk_parent(fs, cred, at, &w));
	return w.last_kind != LAST_NORMAL ? ERR_ISDIR : remove_entry(&w, cred, VICTIM_FILE);
}

err_t vfs_rmdir(struct fs_ctx *fs, const struct cred *cred, struct at *at)
{
	struct walk w CLEANUP(walk_fini) = {};
	TRY(walk_parent(fs, cred, at, &w));
	switch (w.last_kind) {
	case LAST_DOTDOT:
		return ERR_NOTEMPTY;
	case LAST_DOT:
		return ERR_INVAL;
	case LAST_ROOT:
		return ERR_BUSY;
	case LAST_NORMAL:
		break;
	}
	return remove_entry(&w, cred, VICTIM_DIR);
}
