/* SPDX-License-Identifier: MPL-2.0 */
/* pipe_file - reading and writing through the ends of a pipe.  Spec: pipe(7). */
#include "abi/fcntl.h"
#include "ipc/pipe_internal.h"

#include <osxtd/fmt.h>

static struct pipe *file_pipe(struct file *f)
{
	return pipe_get(&pipe_file_of(f)->pipe);
}

static err_t interrupted(err_t e)
{
	return e == ERR_INTR ? ERR_RESTART : e;
}

/* One attempt to read.  ERR_AGAIN: nothing there and writers left. */
static err_t read_once(struct pipe *p, struct uio *to, usize *n)
{
	bool has_room = false;
	err_t e = OK;
	{
		GUARD(pipe, &p->lock);
		if (pipe_used(p) == 0)
			return p->writers == 0 ? OK : ERR_AGAIN;
		e = pipe_take(p, to, n);
		pipe_update(p);
		has_room = p->capacity - pipe_used(p) >= PIPE_BUF;
	}
	if (has_room && waitq_has_waiters(&p->writable))
		(void)waitq_wake_all(&p->writable);
	return e;
}

static err_t pipe_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	struct pipe *p = file_pipe(f);
	(void)pos;
	if (uio_left(to) == 0)
		return OK;
	err_t e = read_once(p, to, n);
	if (e != ERR_AGAIN || file_is_nonblocking(f))
		return e;
	SCOPED_WAITER(w);
	waitq_join(&p->readable, &w);
	for (;;) {
		e = read_once(p, to, n);
		if (e != ERR_AGAIN)
			return e;
		e = waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE);
		if (e != OK)
			return interrupted(e);
	}
}

/*
 * One attempt to write.  A small write goes in whole or not at all; a large one as far as there is
 * room. ERR_AGAIN: the rest has to wait.
 */
static err_t write_once(struct pipe *p, struct uio *from, bool is_atomic, usize *n)
{
	err_t e = OK;
	{
		GUARD(pipe, &p->lock);
		u64 room = p->capacity - pipe_used(p);
		if (p->readers == 0)
			return ERR_PIPE;
		if (room < (is_atomic ? uio_left(from) : 1))
			return ERR_AGAIN;
		e = pipe_put(p, from, n);
		pipe_update(p);
	}
	if (waitq_has_waiters(&p->readable))
		(void)waitq_wake_all(&p->readable);
	if (e != OK)
		return e;
	return uio_left(from) != 0 ? ERR_AGAIN : OK;
}

static err_t pipe_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	struct pipe *p = file_pipe(f);
	bool is_atomic = uio_left(from) <= PIPE_BUF;
	(void)pos;
	if (uio_left(from) == 0)
		return OK;
	err_t e = write_once(p, from, is_atomic, n);
	if (e != ERR_AGAIN || file_is_nonblocking(f))
		return e;
	SCOPED_WAITER(w);
	waitq_join(&p->writable, &w);
	for (;;) {
		e = write_once(p, from, is_atomic, n);
		if (e != ERR_AGAIN)
			return e;
		e = waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE);
		if (e != OK)
			return interrupted(e);
	}
}

static u32 pipe_poll(struct file *f, struct poll_table *pt)
{
	const struct pipe_file *end = pipe_file_of(f);
	struct pipe *p = file_pipe(f);
	u32 events = 0;
	if ((f->mode & FILE_READ) != 0)
		poll_join(pt, &p->readable);
	if ((f->mode & FILE_WRITE) != 0)
		poll_join(pt, &p->writable);
	GUARD(pipe, &p->lock);
	if ((f->mode & FILE_READ) != 0) {
		if (pipe_used(p) != 0)
			events |= POLLIN | POLLRDNORM;
		if (p->writers == 0 && p->writer_count != end->seen_writers)
			events |= POLLHUP;
	}
	if ((f->mode & FILE_WRITE) != 0) {
		if (p->capacity - pipe_used(p) >= PIPE_BUF)
			events |= POLLOUT | POLLWRNORM;
		if (p->readers == 0)
			events |= POLLERR;
	}
	return events;
}

static err_t pipe_ioctl(struct file *f, struct thread *self, u32 cmd, u64 arg, i64 *ret)
{
	struct pipe *p = file_pipe(f);
	u32 used = 0;
	(void)self;
	(void)ret;
	if (cmd != FIONREAD)
		return ERR_NOTTY;
	{
		GUARD(pipe, &p->lock);
		used = (u32)pipe_used(p);
	}
	return user_write_u32(uaddr_of(arg), used);
}

static err_t pipe_getattr(struct file *f, struct file_stat *st)
{
	const struct pipe *p = file_pipe(f);
	st->dev = dev_make(0, 12);
	st->ino = p->ino;
	st->mode = S_IFIFO | 0600;
	st->nlink = 1;
	st->blksize = PAGE_SIZE;
	st->atime = p->created;
	st->mtime = p->created;
	st->ctime = p->created;
	st->btime = p->created;
	return OK;
}

/* /proc/PID/fd: an end of a pipe without a name does not wait for the other side; it may have gone
 * already. */
static err_t pipe_reopen(struct file *f, u32 flags, struct file_ref *out)
{
	return pipe_open_end(file_pipe(f), flags, PIPE_NO_WAIT, out);
}

static void pipe_describe(struct file *f, struct text *t)
{
	FMT(t, "pipe:[{}]", file_pipe(f)->ino);
}

static err_t pipe_fcntl(struct file *f, u32 cmd, u64 arg, i64 *ret)
{
	struct pipe *p = file_pipe(f);
	u32 capacity = 0;
	switch (cmd) {
	case F_GETPIPE_SZ: {
		GUARD(pipe, &p->lock);
		*ret = p->capacity;
		return OK;
	}
	case F_SETPIPE_SZ:
		TRY(pipe_resize(p, arg, &capacity));
		*ret = capacity;
		return OK;
	default:
		return ERR_INVAL;
	}
}

const struct file_ops pipe_file_ops = {
	.name = "pipe",
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.getattr = pipe_getattr,
	.reopen = pipe_reopen,
	.describe = pipe_describe,
	.fcntl = pipe_fcntl,
};
