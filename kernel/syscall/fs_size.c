/* SPDX-License-Identifier: MPL-2.0 */
/* fs_size - truncate(2), fallocate(2), fsync(2), posix_fadvise(2) and what else concerns a file's
 * bytes as a whole. */
#include "abi/signal.h"
#include "syscall/fs_common.h"

static err_t resize(struct thread *self, const struct path *p, u64 size)
{
	struct attr_change c = { .valid = ATTR_SIZE, .size = size };
	if (size > thread_rlimit(self, RLIMIT_FSIZE)) {
		thread_signal_self(self, SIGXFSZ);
		return ERR_FBIG;
	}
	return vfs_setattr(p, thread_cred(self), &c);
}

err_t sys_truncate(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct walk w CLEANUP(walk_fini) = { .flags = WALK_FOLLOW };
	(void)ret;
	if ((i64)a->a1 < 0)
		return ERR_INVAL;
	TRY(fs_walk(self, AT_FDCWD, a->a0, 0, &w));
	if (!file_is_null(&w.file))
		return ERR_INVAL;
	struct inode *i = path_inode(&w.path);
	if (inode_is_dir(i))
		return ERR_ISDIR;
	if (!inode_is_reg(i))
		return ERR_INVAL;
	TRY(path_want_write(&w.path));
	TRY(inode_permission(i, thread_cred(self), ACCESS_W));
	TRY(inode_get_write(i));
	err_t e = resize(self, &w.path, a->a1);
	inode_put_write(i);
	return e;
}

err_t sys_ftruncate(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	(void)ret;
	if ((i64)a->a1 < 0)
		return ERR_INVAL;
	TRY(fs_fd(self, a->a0, &f));
	struct file *file = file_get(&f);
	if ((file->mode & FILE_REGULAR) == 0 || (file->mode & FILE_WRITE) == 0)
		return ERR_INVAL;
	return resize(self, &file->path, a->a1);
}

/* What fallocate says to a file that is not a regular one. */
static err_t refuse_type(struct file *f)
{
	struct file_stat st = {};
	TRY(file_stat(f, &st));
	switch (st.mode & S_IFMT) {
	case S_IFIFO:
		return ERR_SPIPE;
	case S_IFDIR:
		return ERR_ISDIR;
	default:
		return ERR_NODEV;
	}
}

/* Whether the bits fit together, whatever of them the file can do. */
static err_t check_mode(u32 mode)
{
	u32 hole = mode & FALLOC_PUNCH_HOLE;
	u32 known = FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE | FALLOC_COLLAPSE_RANGE |
		    FALLOC_ZERO_RANGE | FALLOC_INSERT_RANGE | FALLOC_UNSHARE_RANGE;
	if ((mode & ~known) != 0 || (hole != 0 && (mode & FALLOC_ZERO_RANGE) != 0) ||
	    (hole != 0 && (mode & FALLOC_KEEP_SIZE) == 0))
		return ERR_OPNOTSUPP;
	if (((mode & FALLOC_COLLAPSE_RANGE) != 0 && mode != FALLOC_COLLAPSE_RANGE) ||
	    ((mode & FALLOC_INSERT_RANGE) != 0 && mode != FALLOC_INSERT_RANGE) ||
	    ((mode & FALLOC_UNSHARE_RANGE) != 0 &&
	     (mode & ~(u32)(FALLOC_UNSHARE_RANGE | FALLOC_KEEP_SIZE)) != 0))
		return ERR_INVAL;
	return OK;
}

err_t sys_fallocate(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, ref);
	u32 mode = (u32)a->a1;
	u64 end = 0;
	(void)ret;
	TRY(fs_fd(self, a->a0, &ref));
	struct file *f = file_get(&ref);
	if ((i64)a->a2 < 0 || (i64)a->a3 <= 0)
		return ERR_INVAL;
	TRY(check_mode(mode));
	if ((f->mode & FILE_WRITE) == 0)
		return ERR_BADF;
	if ((f->mode & FILE_REGULAR) == 0)
		return refuse_type(f);
	if (!ckd_add(a->a2, a->a3, &end) || end > INT64_MAX)
		return ERR_FBIG;
	if ((mode & FALLOC_KEEP_SIZE) == 0 && end > thread_rlimit(self, RLIMIT_FSIZE)) {
		thread_signal_self(self, SIGXFSZ);
		return ERR_FBIG;
	}
	struct inode *i = file_inode(f);
	if (i->ops->fallocate == nullptr ||
	    (mode & ~(u32)(FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE)) != 0)
		return ERR_OPNOTSUPP;
	TRY(i->ops->fallocate(i, mode, a->a2, a->a3));
	inode_touch_mtime(i);
	return OK;
}

err_t sys_fadvise64(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	struct file_stat st = {};
	enum : u32 { FADVISE_LAST = 5 };
	(void)ret;
	TRY(fs_fd(self, a->a0, &f));
	TRY(file_stat(file_get(&f), &st));
	if ((st.mode & S_IFMT) == S_IFIFO)
		return ERR_SPIPE;
	return (i64)a->a2 < 0 || (u32)a->a3 > FADVISE_LAST ? ERR_INVAL : OK;
}

static err_t do_fsync(struct thread *self, u64 fd, bool data_only)
{
	SCOPED_REF(file, f);
	TRY(fs_fd(self, fd, &f));
	return file_sync(file_get(&f), data_only);
}

err_t sys_fsync(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_fsync(self, a->a0, false);
}

err_t sys_fdatasync(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_fsync(self, a->a0, true);
}

/* Everything lives in memory: there is nothing to write back yet. */
err_t sys_sync(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)a;
	(void)ret;
	return OK;
}

err_t sys_syncfs(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	(void)ret;
	return fs_fd(self, a->a0, &f);
}

err_t sys_sync_file_range(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	u64 end = 0;
	(void)ret;
	TRY(fs_fd(self, a->a0, &f));
	if ((a->a3 & ~7ull) != 0 || (i64)a->a1 < 0 || (i64)a->a2 < 0)
		return ERR_INVAL;
	if (!ckd_add(a->a1, a->a2, &end) || end > INT64_MAX)
		return ERR_INVAL;
	u32 mode = file_get(&f)->mode;
	return (mode & (FILE_REGULAR | FILE_DIR)) != 0 ? OK : ERR_SPIPE;
}

err_t sys_readahead(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	(void)ret;
	TRY(fs_fd(self, a->a0, &f));
	if ((file_get(&f)->mode & FILE_READ) == 0)
		return ERR_BADF;
	return (file_get(&f)->mode & FILE_REGULAR) != 0 ? OK : ERR_INVAL;
}
