/* SPDX-License-Identifier: MPL-2.0 */
/*
 * dir_file - open directories.
 *
 * Positions: 0 is ".", 1 is "..", then the entries by the hash of their name, which stays put while
 * others come and go.
 *
 * Spec: getdents(2), readdir(3).
 */
#include "abi/dirent.h"
#include "fs/dentry.h"
#include "fs/dir_sink.h"
#include "fs/mount.h"

struct dir_file {
	struct file file;
};
SUBTYPE(dir_file, file);
static void dir_file_fini(struct dir_file *f)
{
	(void)f;
}
OBJECT_SUBTYPE(dir_file, file, dir_file_fini);

enum : usize { RECORD_MAX = 288 };

static void put_le(struct span s, usize at, u64 v, usize bytes)
{
	for (usize i = 0; i < bytes; i++)
		span_set(s, at + i, (u8)(v >> (8 * i)));
}

bool dir_emit(struct dir_sink *sink, struct str name, u64 ino, u8 dtype, u64 next)
{
	u8 record[RECORD_MAX] = {};
	struct span s = span_of(record);
	bool is_64 = sink->format == DIR_FORMAT_64;
	usize header = is_64 ? DIRENT64_HEADER : DIRENT_HEADER;
	usize len = header + str_len(name) + (is_64 ? 1 : 2);
	len = (len + 7) & ~(usize)7;
	if (len > sink->room - sink->done) {
		sink->error = sink->done == 0 ? ERR_INVAL : OK;
		return false;
	}
	put_le(s, 0, ino, 8);
	put_le(s, 8, next, 8);
	put_le(s, 16, len, 2);
	if (is_64)
		span_set(s, 18, dtype);
	else
		span_set(s, len - 1, dtype);
	span_copy(span_from(s, header), str_bytes(name));
	err_t e = user_write(uaddr_add(sink->to, sink->done), span_const(span_sub(s, 0, len)));
	if (e != OK) {
		sink->error = sink->done == 0 ? e : OK;
		return false;
	}
	sink->done += len;
	return true;
}

static u64 parent_ino(const struct path *dir)
{
	struct path up CLEANUP(path_drop) = path_clone(dir);
	while (path_dentry(&up) == mount_root_dentry(path_mount(&up)) && mount_up(&up))
		continue;
	GUARD(tree, &path_super(&up)->lock);
	SCOPED_REF(dentry, parent);
	struct dentry *d = path_dentry(&up);
	parent = dentry_clone(dentry_is_null(&d->parent) ? d : dentry_get(&d->parent));
	return dentry_inode(dentry_get(&parent))->ino;
}

/* False when the sink is full. */
static bool emit_dots(struct file *f, struct dir_sink *sink, u64 *pos)
{
	if (*pos == 0) {
		if (!dir_emit(sink, STR("."), file_inode(f)->ino, DT_DIR, 1))
			return false;
		*pos = 1;
	}
	if (*pos == 1) {
		if (!dir_emit(sink, STR(".."), parent_ino(&f->path), DT_DIR, 2))
			return false;
		*pos = 2;
	}
	return true;
}

static void emit_tree(struct file *f, struct dir_sink *sink, u64 *pos)
{
	struct dentry *dir = path_dentry(&f->path);
	GUARD(tree, &path_super(&f->path)->lock);
	struct dentry *d = name_tree_lower_bound(&names_get(&dir->names)->tree, *pos);
	for (; d != nullptr; d = name_tree_next(d)) {
		const struct inode *i = dentry_inode(d);
		if (!dir_emit(sink, dentry_name(d), i->ino, dirent_type_of_mode(inode_mode(i)),
			      d->hash + 1))
			return;
		*pos = d->hash + 1;
	}
}

static err_t dir_readdir(struct file *f, struct dir_sink *sink, u64 *pos)
{
	struct inode *dir = file_inode(f);
	if (!emit_dots(f, sink, pos))
		return OK;
	if (dir->ops->readdir != nullptr)
		return dir->ops->readdir(dir, sink, pos);
	emit_tree(f, sink, pos);
	return OK;
}

err_t file_readdir(struct file *f, struct dir_sink *sink)
{
	if (f->ops->readdir == nullptr)
		return ERR_NOTDIR;
	if ((f->mode & FILE_READ) == 0)
		return ERR_BADF;
	GUARD(file_pos, &f->pos_lock);
	if (file_has_path(f) && dentry_is_deleted(path_dentry(&f->path)))
		return ERR_NOENT;
	u64 pos = atomic_u64_load(&f->pos);
	err_t e = f->ops->readdir(f, sink, &pos);
	atomic_u64_store(&f->pos, pos);
	if (file_has_path(f))
		inode_touch_atime(file_inode(f), mount_flags(path_mount(&f->path)));
	if (sink->done != 0)
		return OK;
	return e != OK ? e : sink->error;
}

static err_t dir_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	(void)f;
	(void)to;
	(void)pos;
	(void)n;
	return ERR_ISDIR;
}

static err_t dir_seek(struct file *f, i64 off, u32 whence, u64 *pos)
{
	i64 to = off;
	(void)f;
	if (whence == SEEK_CUR) {
		if (!ckd_add((i64)*pos, off, &to))
			return ERR_INVAL;
	} else if (whence != SEEK_SET) {
		return ERR_INVAL;
	}
	if (to < 0)
		return ERR_INVAL;
	*pos = (u64)to;
	return OK;
}

static err_t dir_sync(struct file *f, bool data_only)
{
	(void)f;
	(void)data_only;
	return OK;
}

static const struct file_ops dir_file_ops = {
	.name = "directory",
	.read = dir_read,
	.seek = dir_seek,
	.readdir = dir_readdir,
	.sync = dir_sync,
};

err_t dir_file_open(struct inode *i, u32 flags, struct file_ref *out)
{
	(void)i;
	TRY(dir_file_alloc(out));
	file_init(file_get(out), &dir_file_ops, file_mode_of_flags(flags) | FILE_SEEK | FILE_DIR,
		  flags);
	return OK;
}
