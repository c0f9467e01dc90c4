/* SPDX-License-Identifier: MPL-2.0 */
/* fs_rw - read(2), write(2), readv(2), pread(2), preadv2(2), lseek(2) and their like. */
#include "abi/signal.h"
#include "fs/file.h"
#include "syscall/fs_common.h"

err_t fs_walk(struct thread *self, i32 dirfd, u64 name, u32 at_flags, struct walk *w)
{
	struct at at CLEANUP(at_fini) = {};
	TRY(fs_at(self, dirfd, name, at_flags, &at));
	return namei(thread_fs(self), thread_cred(self), &at, w);
}

err_t fs_write_result(struct thread *self, err_t e)
{
	if (unlikely(e == ERR_PIPE))
		thread_signal_self(self, SIGPIPE);
	return e;
}

err_t fs_limit_size(struct thread *self, u64 pos, u64 *len)
{
	u64 limit = thread_rlimit(self, RLIMIT_FSIZE);
	if (likely(limit == RLIM_INFINITY) || *len == 0)
		return OK;
	if (pos >= limit) {
		thread_signal_self(self, SIGXFSZ);
		return ERR_FBIG;
	}
	*len = min_of(*len, limit - pos);
	return OK;
}

/* Where a write with the shared position would begin. */
static u64 write_start(struct file *f)
{
	struct file_stat st = {};
	if ((atomic_u32_load(&f->flags) & O_APPEND) != 0)
		return file_stat(f, &st) == OK ? st.size : 0;
	return atomic_u64_load(&f->pos);
}

static err_t limit_shared(struct thread *self, struct file *f, u64 *len)
{
	if (likely((f->mode & FILE_REGULAR) == 0 ||
		   thread_rlimit(self, RLIMIT_FSIZE) == RLIM_INFINITY))
		return OK;
	return fs_limit_size(self, write_start(f), len);
}

/* A program that is changed by somebody without CAP_FSETID loses its set-id bits. */
static void drop_set_id(struct thread *self, struct file *f)
{
	if ((f->mode & FILE_REGULAR) == 0)
		return;
	struct inode *i = file_inode(f);
	u32 mode = inode_mode(i);
	u32 drop = S_ISUID | ((mode & 0010) != 0 ? S_ISGID : 0);
	if (likely((mode & drop) == 0) || cred_has_cap(thread_cred(self), CAP_FSETID))
		return;
	struct attr_change c = { .valid = ATTR_MODE, .mode = mode & ~drop & S_PERM };
	GUARD(inode, &i->lock);
	inode_apply(i, &c);
}

static err_t finish_write(struct thread *self, struct file *f, err_t e, usize n, i64 *ret)
{
	if (unlikely(e != OK))
		return fs_write_result(self, e);
	drop_set_id(self, f);
	*ret = (i64)n;
	return OK;
}

err_t sys_read(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	struct uio to = {};
	usize n = 0;
	TRY(fs_fd(self, a->a0, &f));
	TRY(uio_user(arg_uaddr(a->a1), a->a2, &to));
	TRY(file_read(file_get(&f), &to, &n));
	*ret = (i64)n;
	return OK;
}

err_t sys_write(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	struct uio from = {};
	usize n = 0;
	u64 len = a->a2;
	TRY(fs_fd(self, a->a0, &f));
	TRY(limit_shared(self, file_get(&f), &len));
	TRY(uio_user(arg_uaddr(a->a1), len, &from));
	err_t e = file_write(file_get(&f), &from, &n);
	return finish_write(self, file_get(&f), e, n, ret);
}

err_t sys_pread64(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	struct uio to = {};
	usize n = 0;
	if ((i64)a->a3 < 0)
		return ERR_INVAL;
	TRY(fs_fd(self, a->a0, &f));
	TRY(uio_user(arg_uaddr(a->a1), a->a2, &to));
	TRY(file_pread(file_get(&f), &to, a->a3, &n));
	*ret = (i64)n;
	return OK;
}

err_t sys_pwrite64(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	struct uio from = {};
	usize n = 0;
	u64 len = a->a2;
	if ((i64)a->a3 < 0)
		return ERR_INVAL;
	TRY(fs_fd(self, a->a0, &f));
	if ((file_get(&f)->mode & FILE_REGULAR) != 0)
		TRY(fs_limit_size(self, a->a3, &len));
	TRY(uio_user(arg_uaddr(a->a1), len, &from));
	err_t e = file_pwrite(file_get(&f), &from, a->a3, &n);
	return finish_write(self, file_get(&f), e, n, ret);
}

/* Flags of preadv2 and pwritev2: nothing here waits for a device, so that most of them hold by
 * themselves. */
static err_t check_rwf(u32 flags)
{
	if ((flags & ~(u32)RWF_ALL) != 0 || (flags & RWF_NOWAIT) != 0)
		return ERR_OPNOTSUPP;
	return OK;
}

static err_t do_readv(struct thread *self, const struct sysargs *a, bool shared_pos, u64 pos,
		      u32 flags, i64 *ret)
{
	SCOPED_REF(file, f);
	struct uio to = {};
	usize n = 0;
	TRY(fs_fd(self, a->a0, &f));
	if (!shared_pos && (file_get(&f)->mode & FILE_SEEK) == 0)
		return ERR_SPIPE;
	TRY(uio_user_vec(arg_uaddr(a->a1), (u32)a->a2, &to));
	if ((file_get(&f)->mode & FILE_READ) == 0)
		return ERR_BADF;
	if (uio_left(&to) == 0)
		return OK;
	TRY(check_rwf(flags));
	if (shared_pos)
		TRY(file_read(file_get(&f), &to, &n));
	else
		TRY(file_pread(file_get(&f), &to, pos, &n));
	*ret = (i64)n;
	return OK;
}

static err_t do_writev(struct thread *self, const struct sysargs *a, bool shared_pos, u64 pos,
		       u32 flags, i64 *ret)
{
	SCOPED_REF(file, ref);
	struct uio from = {};
	usize n = 0;
	u64 one = 1;
	TRY(fs_fd(self, a->a0, &ref));
	struct file *f = file_get(&ref);
	if (!shared_pos && (f->mode & FILE_SEEK) == 0)
		return ERR_SPIPE;
	TRY(uio_user_vec(arg_uaddr(a->a1), (u32)a->a2, &from));
	if ((f->mode & FILE_WRITE) == 0)
		return ERR_BADF;
	if (uio_left(&from) == 0)
		return OK;
	TRY(check_rwf(flags));
	/* A vector is not cut at the limit, only refused past it. */
	if (shared_pos)
		TRY(limit_shared(self, f, &one));
	else if ((f->mode & FILE_REGULAR) != 0)
		TRY(fs_limit_size(self, pos, &one));
	err_t e = shared_pos ? file_write(f, &from, &n) : file_pwrite(f, &from, pos, &n);
	return finish_write(self, f, e, n, ret);
}

err_t sys_readv(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return do_readv(self, a, true, 0, 0, ret);
}

err_t sys_writev(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return do_writev(self, a, true, 0, 0, ret);
}

err_t sys_preadv(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return (i64)a->a3 < 0 ? ERR_INVAL : do_readv(self, a, false, a->a3, 0, ret);
}

err_t sys_pwritev(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return (i64)a->a3 < 0 ? ERR_INVAL : do_writev(self, a, false, a->a3, 0, ret);
}

err_t sys_preadv2(struct thread *self, const struct sysargs *a, i64 *ret)
{
	bool shared_pos = a->a3 == UINT64_MAX;
	if (!shared_pos && (i64)a->a3 < 0)
		return ERR_INVAL;
	return do_readv(self, a, shared_pos, a->a3, (u32)a->a5, ret);
}

err_t sys_pwritev2(struct thread *self, const struct sysargs *a, i64 *ret)
{
	bool shared_pos = a->a3 == UINT64_MAX;
	SCOPED_REF(file, f);
	struct file_stat st = {};
	if (!shared_pos && (i64)a->a3 < 0)
		return ERR_INVAL;
	if ((a->a5 & RWF_APPEND) == 0)
		return do_writev(self, a, shared_pos, a->a3, (u32)a->a5, ret);
	TRY(fs_fd(self, a->a0, &f));
	TRY(file_stat(file_get(&f), &st));
	return do_writev(self, a, false, st.size, (u32)a->a5, ret);
}

err_t sys_lseek(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	u64 pos = 0;
	TRY(fs_fd(self, a->a0, &f));
	if ((u32)a->a2 > SEEK_HOLE)
		return ERR_INVAL;
	TRY(file_seek(file_get(&f), (i64)a->a1, (u32)a->a2, &pos));
	*ret = (i64)pos;
	return OK;
}
