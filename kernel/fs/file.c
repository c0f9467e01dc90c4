/* SPDX-License-Identifier: MPL-2.0 */
/* file - what every open file has, and one checked wrapper for each operation. */
#include "fs/file.h"

#include "fs/flock.h"
#include "fs/mount.h"
#include "fs/vfs_ops.h"

static void file_fini(struct file *f)
{
	if (file_has_path(f)) {
		struct inode *i = file_inode(f);
		u64 owner = atomic_u64_load(&f->lock_owner);
		if (owner != 0) {
			flock_forget(i, FLOCK_BSD, owner);
			flock_forget(i, FLOCK_OFD, owner);
		}
		if ((f->mode & FILE_COUNTED) != 0) {
			inode_put_write(i);
			mount_put_write(path_mount(&f->path));
		}
	}
	path_drop(&f->path);
	pollable_drop(&f->pollable);
}
OBJECT_BASE(file, file_fini);

void file_init(struct file *f, const struct file_ops *ops, u32 mode, u32 flags)
{
	f->ops = ops;
	f->mode = mode;
	atomic_u32_store(&f->flags, flags & ~(u32)(O_CREATION_FLAGS | O_CLOEXEC));
}

u32 file_mode_of_flags(u32 flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return FILE_READ;
	case O_WRONLY:
		return FILE_WRITE;
	case O_RDWR:
		return FILE_READ | FILE_WRITE;
	default:
		return 0;
	}
}

/* An error after the first bytes is reported by the next call. */
static err_t file_result(err_t e, usize n)
{
	return n != 0 ? OK : e;
}

static err_t file_may_read(const struct file *f)
{
	if ((f->mode & FILE_READ) == 0)
		return ERR_BADF;
	return f->ops->read == nullptr ? ERR_INVAL : OK;
}

static err_t file_may_write(const struct file *f)
{
	if ((f->mode & FILE_WRITE) == 0)
		return ERR_BADF;
	return f->ops->write == nullptr ? ERR_INVAL : OK;
}

err_t file_read(struct file *f, struct uio *to, usize *n)
{
	u64 pos = 0;
	TRY(file_may_read(f));
	if ((f->mode & FILE_SEEK) == 0)
		return file_result(f->ops->read(f, to, &pos, n), *n);
	GUARD(file_pos, &f->pos_lock);
	pos = atomic_u64_load(&f->pos);
	err_t e = f->ops->read(f, to, &pos, n);
	atomic_u64_store(&f->pos, pos);
	return file_result(e, *n);
}

err_t file_write(struct file *f, struct uio *from, usize *n)
{
	u64 pos = 0;
	TRY(file_may_write(f));
	if ((f->mode & FILE_SEEK) == 0)
		return file_result(f->ops->write(f, from, &pos, n), *n);
	GUARD(file_pos, &f->pos_lock);
	pos = atomic_u64_load(&f->pos);
	err_t e = f->ops->write(f, from, &pos, n);
	atomic_u64_store(&f->pos, pos);
	return file_result(e, *n);
}

err_t file_pread(struct file *f, struct uio *to, u64 pos, usize *n)
{
	if ((f->mode & FILE_SEEK) == 0)
		return ERR_SPIPE;
	TRY(file_may_read(f));
	return file_result(f->ops->read(f, to, &pos, n), *n);
}

err_t file_pwrite(struct file *f, struct uio *from, u64 pos, usize *n)
{
	if ((f->mode & FILE_SEEK) == 0)
		return ERR_SPIPE;
	TRY(file_may_write(f));
	return file_result(f->ops->write(f, from, &pos, n), *n);
}

static err_t file_seek_by_size(struct file *f, i64 off, u32 whence, u64 *pos) HOLDS(file_pos)
{
	struct file_stat st = {};
	i64 base = 0;
	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = (i64)atomic_u64_load(&f->pos);
		break;
	case SEEK_END:
	case SEEK_DATA:
	case SEEK_HOLE:
		TRY(file_stat(f, &st));
		base = (i64)st.size;
		break;
	default:
		return ERR_INVAL;
	}
	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		if (off < 0 || off >= base)
			return ERR_NXIO;
		*pos = whence == SEEK_DATA ? (u64)off : (u64)base;
		return OK;
	}
	i64 to = 0;
	if (!ckd_add(base, off, &to))
		return ERR_INVAL;
	if (to < 0)
		return ERR_INVAL;
	*pos = (u64)to;
	return OK;
}

err_t file_seek(struct file *f, i64 off, u32 whence, u64 *pos)
{
	if ((f->mode & FILE_SEEK) == 0)
		return ERR_SPIPE;
	GUARD(file_pos, &f->pos_lock);
	*pos = atomic_u64_load(&f->pos);
	if (f->ops->seek != nullptr)
		TRY(f->ops->seek(f, off, whence, pos));
	else
		TRY(file_seek_by_size(f, off, whence, pos));
	atomic_u64_store(&f->pos, *pos);
	return OK;
}

u32 file_poll(struct file *f, struct poll_table *pt)
{
	if (f->ops->poll == nullptr)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return f->ops->poll(f, pt);
}

err_t file_ioctl(struct file *f, struct thread *self, u32 cmd, u64 arg, i64 *ret)
{
	return f->ops->ioctl == nullptr ? ERR_NOTTY : f->ops->ioctl(f, self, cmd, arg, ret);
}

err_t file_mmap(struct file *f, struct map_request *req)
{
	return f->ops->mmap == nullptr ? ERR_NODEV : f->ops->mmap(f, req);
}

err_t file_sync(struct file *f, bool data_only)
{
	return f->ops->sync == nullptr ? ERR_INVAL : f->ops->sync(f, data_only);
}

err_t file_flush(struct file *f)
{
	return f->ops->flush == nullptr ? OK : f->ops->flush(f);
}

err_t file_stat(struct file *f, struct file_stat *st)
{
	if (file_has_path(f))
		return vfs_stat(&f->path, st);
	if (f->ops->getattr != nullptr)
		return f->ops->getattr(f, st);
	st->mode = 0600;
	st->nlink = 1;
	st->blksize = PAGE_SIZE;
	return OK;
}

void file_describe(struct file *f, const struct path *root, struct text *t)
{
	if (file_has_path(f)) {
		if (path_show(&f->path, root, PATH_MARK_DELETED, t) != OK)
			text_put(t, STR("(path too long)"));
	} else if (f->ops->describe != nullptr) {
		f->ops->describe(f, t);
	} else {
		FMT(t, "anon_inode:[{}]", f->ops->name);
	}
}
