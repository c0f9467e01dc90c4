/* SPDX-License-Identifier: MPL-2.0 */
/* open - open(2): finding or making the file, checks by type, the file description.  Spec: open(2),
 * openat2(2). */
#include "fs/dir_ops.h"
#include "fs/dir_sink.h"
#include "fs/vfs_ops.h"
#include "ipc/pipe.h"

/* O_PATH: a place and nothing else. */
struct path_file {
	struct file file;
};
SUBTYPE(path_file, file);
static void path_file_fini(struct path_file *f)
{
	(void)f;
}
OBJECT_SUBTYPE(path_file, file, path_file_fini);
static const struct file_ops path_file_ops = { .name = "path" };

/* Gives a new file its place, before anybody else sees it. */
static void file_place_init(struct file *f, const struct path *path, bool counted)
{
	f->path = path_clone(path);
	if (counted)
		f->mode |= FILE_COUNTED;
	if (inode_is_reg(path_inode(path)))
		f->mode |= FILE_REGULAR;
}

static err_t open_place(const struct path *path, u32 flags, struct file_ref *out)
{
	TRY(path_file_alloc(out));
	struct file *f = file_get(out);
	file_init(f, &path_file_ops, FILE_PATH, flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW));
	file_place_init(f, path, false);
	return OK;
}

/* What access the flags ask for, as permission bits. */
static u32 open_access(u32 flags)
{
	u32 mask = 0;
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		mask = ACCESS_R;
		break;
	case O_WRONLY:
		mask = ACCESS_W;
		break;
	default:
		mask = ACCESS_R | ACCESS_W;
		break;
	}
	return (flags & O_TRUNC) != 0 ? mask | ACCESS_W : mask;
}

static bool is_special(u32 type)
{
	return type == S_IFCHR || type == S_IFBLK || type == S_IFIFO || type == S_IFSOCK;
}

static err_t may_open(const struct path *path, const struct cred *cred, u32 flags)
{
	struct inode *i = path_inode(path);
	u32 type = inode_mode(i) & S_IFMT;
	u32 mask = open_access(flags);
	if (type == S_IFLNK)
		return ERR_LOOP;
	if (type == S_IFDIR && (mask & ACCESS_W) != 0)
		return ERR_ISDIR;
	if ((type == S_IFCHR || type == S_IFBLK) && (mount_flags(path_mount(path)) & MS_NODEV) != 0)
		return ERR_ACCES;
	if ((mask & ACCESS_W) != 0 && !is_special(type))
		TRY(path_want_write(path));
	TRY(inode_permission(i, cred, mask));
	if (type == S_IFCHR)
		TRY(chrdev_may_open(i->rdev, flags, cred));
	if ((flags & O_NOATIME) != 0 && !inode_owned_by(i, cred))
		return ERR_PERM;
	return OK;
}

static err_t open_by_type(struct inode *i, u32 flags, struct file_ref *out)
{
	switch (inode_mode(i) & S_IFMT) {
	case S_IFDIR:
		return i->ops->open != nullptr ? i->ops->open(i, flags, out)
					       : dir_file_open(i, flags, out);
	case S_IFCHR:
		return chrdev_open(i, i->rdev, flags, out);
	case S_IFIFO:
		return fifo_open(i, flags, out);
	case S_IFBLK:
	case S_IFSOCK:
		return ERR_NXIO;
	default:
		return i->ops->open != nullptr ? i->ops->open(i, flags, out) : ERR_NXIO;
	}
}

/* Counts a writer of inode and mount; given back unless kept. */
struct ON_STACK write_claim {
	struct path path;
};
static void write_claim_fini(struct write_claim *c)
{
	if (path_is_null(&c->path))
		return;
	inode_put_write(path_inode(&c->path));
	mount_put_write(path_mount(&c->path));
	path_drop(&c->path);
}
static err_t write_claim_take(const struct path *path, struct write_claim *c)
{
	TRY(mount_get_write(path_mount(path)));
	err_t e = inode_get_write(path_inode(path));
	if (e != OK)
		mount_put_write(path_mount(path));
	else
		c->path = path_clone(path);
	return e;
}

/* Opens what may be opened.  is_new: just made, nothing to truncate. */
static err_t open_granted(const struct path *path, const struct cred *cred, u32 flags, bool is_new,
			  struct file_ref *out)
{
	struct write_claim claim CLEANUP(write_claim_fini) = {};
	struct inode *i = path_inode(path);
	SCOPED_REF(file, f);
	bool is_reg = inode_is_reg(i);
	if (is_reg && (flags & O_DIRECT) != 0)
		return ERR_INVAL; /* files in memory have no way around the cache */
	bool writes = is_reg && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0);
	if (writes)
		TRY(write_claim_take(path, &claim));
	TRY(open_by_type(i, flags, &f));
	if (is_reg && (flags & O_TRUNC) != 0 && !is_new) {
		struct attr_change c = { .valid = ATTR_SIZE };
		TRY(inode_change(i, cred, &c));
	}
	bool counted = writes && (flags & O_ACCMODE) != O_RDONLY;
	file_place_init(file_get(&f), path, counted);
	if (counted)
		path_drop(&claim.path); /* the file's own from now on */
	*out = file_move(&f);
	return OK;
}

err_t vfs_open_path(const struct path *path, const struct cred *cred, u32 flags,
		    struct file_ref *out)
{
	if ((flags & O_DIRECTORY) != 0 && !inode_is_dir(path_inode(path)))
		return ERR_NOTDIR;
	if ((flags & O_PATH) != 0)
		return open_place(path, flags, out);
	TRY(may_open(path, cred, flags));
	return open_granted(path, cred, flags, false, out);
}

err_t vfs_open_exec(const struct path *path, struct file_ref *out)
{
	SCOPED_REF(file, f);
	TRY(open_by_type(path_inode(path), O_RDONLY | O_LARGEFILE, &f));
	file_place_init(file_get(&f), path, false);
	*out = file_move(&f);
	return OK;
}

static err_t open_walked(struct walk *w, const struct cred *cred, u32 flags, struct file_ref *out)
{
	if (file_is_null(&w->file))
		return vfs_open_path(&w->path, cred, flags, out);
	struct file *f = file_get(&w->file);
	if ((flags & O_DIRECTORY) != 0)
		return ERR_NOTDIR;
	return f->ops->reopen == nullptr ? ERR_NXIO : f->ops->reopen(f, flags, out);
}

/* O_TMPFILE: a file without a name in the directory path. */
static err_t open_nameless(struct fs_ctx *fs, const struct path *dir, const struct cred *cred,
			   const struct open_request *req, struct file_ref *out)
{
	struct path path CLEANUP(path_drop) = {};
	SCOPED_REF(inode, i);
	u8 memory[24] = {};
	struct text name = text_in(span_of(memory));
	struct node_request node = { .mode = S_IFREG | (req->mode & S_PERM & ~fs_ctx_umask(fs)) };
	struct dentry *d = path_dentry(dir);
	TRY(path_want_write(dir));
	TRY(inode_permission(dentry_inode(d), cred, ACCESS_W | ACCESS_X));
	if (dentry_inode(d)->ops->create == nullptr)
		return ERR_OPNOTSUPP;
	TRY(dir_make_inode(dentry_inode(d), cred, &node, &i));
	count_set(&inode_get(&i)->nlink, 0);
	FMT(&name, "#{}", inode_get(&i)->ino);
	TRY(dentry_new(text_str(&name), d, inode_move(&i), &path.dentry));
	(void)atomic_u32_or(&path_dentry(&path)->flags,
			    DENTRY_DELETED | ((req->flags & O_EXCL) != 0 ? 0 : DENTRY_LINKABLE));
	path.mount = mount_clone(path_mount(dir));
	return open_granted(&path, cred, req->flags, true, out);
}

static err_t open_existing(struct fs_ctx *fs, const struct cred *cred, struct at *at,
			   const struct open_request *req, struct file_ref *out)
{
	u32 flags = req->flags;
	struct walk w CLEANUP(walk_fini) = { .flags = (flags & O_NOFOLLOW) != 0 ? 0 : WALK_FOLLOW };
	w.flags |= req->resolve << WALK_RESOLVE_SHIFT;
	if ((flags & O_DIRECTORY) != 0)
		w.flags |= WALK_DIRECTORY;
	TRY(namei(fs, cred, at, &w));
	if ((flags & O_TMPFILE_BIT) != 0)
		return open_nameless(fs, &w.path, cred, req, out);
	return open_walked(&w, cred, flags, out);
}

/* Makes w->last in w->path, unless it is there meanwhile: then *made stays empty. */
static err_t create_last(struct fs_ctx *fs, const struct cred *cred, struct walk *w, u32 mode,
			 struct dentry_ref *made)
{
	struct node_request node = { .mode = S_IFREG | (mode & S_PERM & ~fs_ctx_umask(fs)) };
	struct dentry *dir = path_dentry(&w->path);
	GUARD(tree, &path_super(&w->path)->lock);
	if (dentry_find(dir, w->last, name_hash(w->last)) != nullptr)
		return OK;
	TRY(path_want_write(&w->path));
	TRY(dir_may_change(dir, cred));
	return dir_make(dir, cred, w->last, &node, made);
}

/* Takes the name of a file that was made and then could not be opened away again, if it is still
 * the file's. */
static void unmake_last(struct walk *w, struct dentry *made)
{
	struct dentry *dir = path_dentry(&w->path);
	GUARD(tree, &path_super(&w->path)->lock);
	if (dentry_is_deleted(made) || dentry_find(dir, w->last, name_hash(w->last)) != made)
		return;
	dentry_detach(made);
	dir_forget(dir, made);
}

/* What became of one look at the last component. */
enum create_step : u8 { CREATE_DONE, CREATE_AGAIN };

static err_t create_step(struct fs_ctx *fs, const struct cred *cred, struct walk *w,
			 const struct open_request *req, struct file_ref *out,
			 enum create_step *step)
{
	struct path path CLEANUP(path_drop) = {};
	u32 flags = req->flags;
	*step = CREATE_DONE;
	if (w->last_kind != LAST_NORMAL) {
		/* A magic link led here, or the text ends in a directory. */
		if (file_is_null(&w->file) &&
		    (inode_is_dir(path_inode(&w->path)) || w->last_kind != LAST_ROOT))
			return ERR_ISDIR;
		return (flags & O_EXCL) != 0 ? ERR_EXIST : open_walked(w, cred, flags, out);
	}
	if (w->last_slash)
		return ERR_ISDIR;
	if (str_len(w->last) > NAME_MAX)
		return ERR_NAMETOOLONG;
	err_t e = walk_entry(w, &path.dentry);
	if (e == ERR_NOENT && path_inode(&w->path)->ops->lookup == nullptr) {
		TRY(create_last(fs, cred, w, req->mode, &path.dentry));
		*step = CREATE_AGAIN;
		if (dentry_is_null(&path.dentry))
			return OK; /* somebody else was faster */
		*step = CREATE_DONE;
		path.mount = mount_clone(path_mount(&w->path));
		e = open_granted(&path, cred, flags, true, out);
		if (e != OK)
			unmake_last(w, path_dentry(&path));
		return e;
	}
	TRY(e);
	if ((flags & O_EXCL) != 0)
		return ERR_EXIST;
	if (inode_is_lnk(dentry_inode(path_dentry(&path)))) {
		if ((flags & O_NOFOLLOW) != 0)
			return ERR_LOOP;
		*step = CREATE_AGAIN;
		dentry_replace(&w->link, dentry_move(&path.dentry));
		return namei_follow(fs, cred, w);
	}
	path.mount = mount_clone(path_mount(&w->path));
	while (mount_cross(&path))
		continue;
	if (inode_is_dir(path_inode(&path)))
		return ERR_ISDIR;
	return vfs_open_path(&path, cred, flags, out);
}

static err_t open_or_create(struct fs_ctx *fs, const struct cred *cred, struct at *at,
			    const struct open_request *req, struct file_ref *out)
{
	struct walk w CLEANUP(walk_fini) = { .flags = WALK_PARENT | req->resolve
									    << WALK_RESOLVE_SHIFT };
	enum create_step step = CREATE_AGAIN;
	TRY(namei(fs, cred, at, &w));
	while (step == CREATE_AGAIN)
		TRY(create_step(fs, cred, &w, req, out, &step));
	return OK;
}

err_t vfs_open(struct fs_ctx *fs, const struct cred *cred, struct at *at,
	       const struct open_request *req, struct file_ref *out)
{
	struct open_request r = *req;
	if ((r.flags & O_PATH) != 0)
		r.flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if ((r.flags & O_TMPFILE_BIT) != 0) {
		if ((r.flags & O_DIRECTORY) == 0 || (r.flags & O_CREAT) != 0)
			return ERR_INVAL;
		if ((r.flags & O_ACCMODE) == O_RDONLY)
			return ERR_INVAL;
	}
	if ((r.flags & O_CREAT) != 0)
		return open_or_create(fs, cred, at, &r, out);
	return open_existing(fs, cred, at, &r, out);
}
