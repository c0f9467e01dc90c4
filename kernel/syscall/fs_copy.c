/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fs_copy - sendfile(2), copy_file_range(2), splice(2), vmsplice(2): bytes from one descriptor to
 * another.
 *
 * The bytes pass through kernel memory.  Where the source has a position it advances by what was
 * written, not by what was read; bytes taken out of a pipe are written completely or the call ends
 * with the error.
 */
#include "ipc/pipe.h"
#include "syscall/fs_common.h"

enum : usize { COPY_CHUNK = 16384 };
enum : u64 { COPY_MAX = 0x7ffff000 };
enum : u32 { SPLICE_F_NONBLOCK = 2, SPLICE_F_ALL = 15 };

/* One end of a copy: a file, and its offset unless the file's own position counts. */
struct ON_STACK copy_end {
	struct file_ref file;
	struct uaddr user_offset;
	bool has_offset;
	u64 offset;
};
static void copy_end_fini(struct copy_end *e)
{
	file_drop(&e->file);
}

static err_t end_load_offset(u64 offset_addr, struct copy_end *e)
{
	if (offset_addr == 0)
		return OK;
	e->user_offset = arg_uaddr(offset_addr);
	e->has_offset = true;
	return user_read_u64(e->user_offset, &e->offset);
}

static err_t end_load(struct thread *self, u64 fd, u64 offset_addr, struct copy_end *e)
{
	TRY(fs_fd(self, fd, &e->file));
	if (offset_addr != 0 && (file_get(&e->file)->mode & FILE_SEEK) == 0)
		return ERR_SPIPE;
	TRY(end_load_offset(offset_addr, e));
	return e->has_offset && (i64)e->offset < 0 ? ERR_INVAL : OK;
}

static err_t end_store(const struct copy_end *e)
{
	return e->has_offset ? user_write_u64(e->user_offset, e->offset) : OK;
}

static err_t end_read(struct copy_end *e, struct span buf, usize *n)
{
	struct uio to = uio_kernel(buf);
	if (e->has_offset)
		return file_pread(file_get(&e->file), &to, e->offset, n);
	return file_read(file_get(&e->file), &to, n);
}

static err_t end_write(struct copy_end *e, struct cspan data, usize *n)
{
	struct uio from = uio_kernel_const(data);
	if (!e->has_offset)
		return file_write(file_get(&e->file), &from, n);
	TRY(file_pwrite(file_get(&e->file), &from, e->offset, n));
	e->offset += *n;
	return OK;
}

/* The source goes back to behind what was really written. */
static void end_settle(struct copy_end *e, usize got, usize put)
{
	u64 pos = 0;
	if (e->has_offset)
		e->offset += put;
	else if (put < got && (file_get(&e->file)->mode & FILE_SEEK) != 0 &&
		 file_seek(file_get(&e->file), -(i64)(got - put), SEEK_CUR, &pos) != OK)
		return;
}

static err_t copy_loop(struct copy_end *in, struct copy_end *out, u64 len, u64 *done)
{
	SCOPED_BUF(bounce);
	TRY(buf_alloc_uninit(min_of(len, COPY_CHUNK), &bounce));
	while (*done < len) {
		usize got = 0, put = 0;
		struct span piece = span_sub(buf_span(&bounce), 0,
					     min_of(len - *done, buf_len(&bounce)));
		TRY(end_read(in, piece, &got));
		if (got == 0)
			return OK;
		err_t e = end_write(out, cspan_sub(span_const(piece), 0, got), &put);
		end_settle(in, got, put);
		*done += put;
		TRY(e);
		/* A pipe or terminal gives what it has: do not wait for more. */
		if (put < got ||
		    (got < span_len(piece) && (file_get(&in->file)->mode & FILE_SEEK) == 0))
			return OK;
		if (task_pause(WAIT_SIGNAL))
			return OK;
	}
	return OK;
}

static err_t do_copy(struct thread *self, struct copy_end *in, struct copy_end *out, u64 len,
		     i64 *ret)
{
	u64 done = 0;
	err_t e = len == 0 ? OK : copy_loop(in, out, min_of(len, COPY_MAX), &done);
	if (done == 0 && e != OK)
		return fs_write_result(self, e);
	TRY(end_store(in));
	TRY(end_store(out));
	*ret = (i64)done;
	return OK;
}

static err_t check_modes(const struct copy_end *in, const struct copy_end *out)
{
	bool ok = (file_get(&in->file)->mode & FILE_READ) != 0 &&
		  (file_get(&out->file)->mode & FILE_WRITE) != 0;
	return ok ? OK : ERR_BADF;
}

err_t sys_sendfile(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct copy_end in CLEANUP(copy_end_fini) = {};
	struct copy_end out CLEANUP(copy_end_fini) = {};
	u64 offset = 0;
	if (a->a2 != 0) /* before the descriptors are looked at */
		TRY(user_get(arg_uaddr(a->a2), &offset));
	TRY(end_load(self, a->a1, a->a2, &in));
	TRY(end_load(self, a->a0, 0, &out));
	TRY(check_modes(&in, &out));
	if ((i64)a->a3 < 0)
		return ERR_INVAL;
	struct file *source = file_get(&in.file);
	if ((source->mode & FILE_DIR) != 0 ||
	    ((source->mode & FILE_SEEK) == 0 && !file_is_pipe(source)))
		return ERR_INVAL;
	if ((atomic_u32_load(&file_get(&out.file)->flags) & O_APPEND) != 0)
		return ERR_INVAL;
	return do_copy(self, &in, &out, a->a3, ret);
}

static bool ranges_overlap(u64 a, u64 b, u64 len)
{
	return a < b ? b - a < len : a - b < len;
}

static u64 end_position(struct copy_end *e)
{
	struct file *f = file_get(&e->file);
	if (e->has_offset)
		return e->offset;
	return atomic_u64_load(&f->pos);
}

err_t sys_copy_file_range(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct copy_end in CLEANUP(copy_end_fini) = {};
	struct copy_end out CLEANUP(copy_end_fini) = {};
	TRY(fs_fd(self, a->a0, &in.file));
	TRY(fs_fd(self, a->a2, &out.file));
	TRY(end_load_offset(a->a1, &in));
	TRY(end_load_offset(a->a3, &out));
	if ((u32)a->a5 != 0)
		return ERR_INVAL;
	struct file *from = file_get(&in.file);
	struct file *to = file_get(&out.file);
	if (((from->mode | to->mode) & FILE_DIR) != 0)
		return ERR_ISDIR;
	if ((from->mode & FILE_REGULAR) == 0 || (to->mode & FILE_REGULAR) == 0)
		return ERR_INVAL;
	TRY(check_modes(&in, &out));
	if ((atomic_u32_load(&to->flags) & O_APPEND) != 0)
		return ERR_BADF;
	if ((i64)end_position(&in) < 0 || (i64)end_position(&out) < 0)
		return ERR_INVAL;
	u64 len = min_of(a->a4, COPY_MAX);
	if (file_inode(from) == file_inode(to) &&
	    ranges_overlap(end_position(&in), end_position(&out), len))
		return ERR_INVAL;
	TRY(fs_limit_size(self, end_position(&out), &len));
	return do_copy(self, &in, &out, len, ret);
}

err_t sys_splice(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct copy_end in CLEANUP(copy_end_fini) = {};
	struct copy_end out CLEANUP(copy_end_fini) = {};
	if (a->a4 == 0)
		return OK;
	if ((a->a5 & ~(u64)SPLICE_F_ALL) != 0)
		return ERR_INVAL;
	TRY(end_load(self, a->a0, a->a1, &in));
	TRY(end_load(self, a->a2, a->a3, &out));
	TRY(check_modes(&in, &out));
	bool from_pipe = file_is_pipe(file_get(&in.file)),
	     to_pipe = file_is_pipe(file_get(&out.file));
	if ((!from_pipe && !to_pipe) ||
	    (atomic_u32_load(&file_get(&out.file)->flags) & O_APPEND) != 0)
		return ERR_INVAL;
	if ((a->a5 & SPLICE_F_NONBLOCK) != 0) {
		bool ready = (!from_pipe ||
			      (file_poll(file_get(&in.file), nullptr) & (POLLIN | POLLHUP)) != 0) &&
			     (!to_pipe ||
			      (file_poll(file_get(&out.file), nullptr) & (POLLOUT | POLLERR)) != 0);
		if (!ready)
			return ERR_AGAIN;
	}
	/* A pipe takes no more at once than it has room for when it is empty. */
	u64 len = to_pipe ? min_of(a->a4, PIPE_DEFAULT) : a->a4;
	return do_copy(self, &in, &out, len, ret);
}

/* tee(2) would need a pipe that shows its bytes without giving them up. */
err_t sys_tee(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct copy_end in CLEANUP(copy_end_fini) = {};
	struct copy_end out CLEANUP(copy_end_fini) = {};
	(void)ret;
	if ((a->a3 & ~(u64)SPLICE_F_ALL) != 0)
		return ERR_INVAL;
	if (a->a2 == 0)
		return OK;
	TRY(fs_fd(self, a->a0, &in.file));
	TRY(fs_fd(self, a->a1, &out.file));
	TRY(check_modes(&in, &out));
	return ERR_INVAL;
}

err_t sys_vmsplice(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	struct uio u = {};
	usize n = 0;
	if ((a->a3 & ~(u64)SPLICE_F_ALL) != 0)
		return ERR_INVAL;
	TRY(fs_fd(self, a->a0, &f));
	if ((file_get(&f)->mode & (FILE_READ | FILE_WRITE)) == 0)
		return ERR_BADF;
	TRY(uio_user_vec(arg_uaddr(a->a1), a->a2, &u));
	if (uio_left(&u) == 0)
		return OK;
	if (!file_is_pipe(file_get(&f)))
		return ERR_BADF;
	if ((file_get(&f)->mode & FILE_WRITE) != 0)
		TRY(fs_write_result(self, file_write(file_get(&f), &u, &n)));
	else
		TRY(file_read(file_get(&f), &u, &n));
	*ret = (i64)n;
	return OK;
}
