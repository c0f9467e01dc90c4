/* SPDX-License-Identifier: MPL-2.0 */
/* pipe - the ring of pages and its ends' life. */
#include "fs/vfs.h"
#include "ipc/pipe_internal.h"

static void pipe_fini(struct pipe *p)
{
	GUARD(pipe, &p->lock);
	frame_map_truncate(&p->pages, 0);
}
OBJECT_SUBTYPE(pipe, pollable, pipe_fini);

err_t pipe_new(struct pipe_ref *out)
{
	shared static struct atomic_u64 last_ino = ATOMIC_INIT(1000);
	SCOPED_REF(pollable, ref);
	TRY(pipe_alloc(&ref));
	struct pipe *p = pipe_of(pollable_get(&ref));
	*out = pipe_clone(p);
	p->ino = atomic_u64_add(&last_ino, 1) + 1;
	p->created = fs_now();
	GUARD(pipe, &p->lock);
	p->capacity = PIPE_DEFAULT;
	return OK;
}

ALWAYS_INLINE u64 page_of(const struct pipe *p, u64 pos) HOLDS(pipe)
{
	return pos / PAGE_SIZE & (p->capacity / PAGE_SIZE - 1);
}

err_t pipe_take(struct pipe *p, struct uio *to, usize *n)
{
	err_t e = OK;
	while (e == OK && p->head != p->tail && uio_left(to) != 0) {
		usize off = p->head % PAGE_SIZE;
		usize len = min_of(p->tail - p->head, PAGE_SIZE - off);
		usize moved = 0;
		const struct uframe *page = frame_map_find(&p->pages, page_of(p, p->head));
		ASSERT(page != nullptr); /* R1 */
		e = uio_put_frame(to, page, off, len, &moved);
		p->head += moved;
		*n += moved;
	}
	if (p->head == p->tail) {
		p->head = 0; /* R2 */
		p->tail = 0;
		if (frame_map_count(&p->pages) > 1)
			frame_map_truncate(&p->pages, 1);
	}
	return e;
}

err_t pipe_put(struct pipe *p, struct uio *from, usize *n)
{
	while (pipe_used(p) < p->capacity && uio_left(from) != 0) {
		usize off = p->tail % PAGE_SIZE;
		usize len = min_of(p->capacity - pipe_used(p), PAGE_SIZE - off);
		usize moved = 0;
		struct uframe *page = frame_map_find(&p->pages, page_of(p, p->tail));
		if (page == nullptr) {
			SCOPED_UFRAME(fresh);
			TRY(uframe_alloc_uninit(&fresh));
			page = uframe_get(&fresh);
			TRY(frame_map_insert(&p->pages, page_of(p, p->tail), uframe_move(&fresh)));
		}
		err_t e = uio_get_frame(from, page, off, len, &moved);
		p->tail += moved;
		*n += moved;
		TRY(e);
	}
	return OK;
}

static u32 round_capacity(u64 bytes)
{
	u32 capacity = PAGE_SIZE;
	while (capacity < bytes)
		capacity *= 2;
	return capacity;
}

err_t pipe_resize(struct pipe *p, u64 bytes, u32 *capacity)
{
	if (bytes == 0 || bytes > INT32_MAX)
		return ERR_INVAL;
	if (bytes > PIPE_MAX)
		return ERR_PERM;
	u32 wanted = round_capacity(bytes);
	struct frame_map fresh = {};
	err_t e = OK;
	{
		GUARD(pipe, &p->lock);
		u64 first = p->head / PAGE_SIZE;
		u64 start = p->head % PAGE_SIZE;
		u64 used = pipe_used(p);
		if (start + used > wanted)
			return ERR_BUSY;
		/* Pages in use move to the front, in order, as clones: failure leaves the pipe as
		 * it was. */
		for (u64 i = 0; i * PAGE_SIZE < start + used && e == OK; i++) {
			struct uframe *page = frame_map_find(&p->pages,
							     page_of(p, (first + i) * PAGE_SIZE));
			ASSERT(page != nullptr);
			e = frame_map_insert(&fresh, i, uframe_clone(page));
		}
		if (e == OK) {
			struct frame_map old = p->pages;
			p->pages = fresh;
			fresh = old;
			p->capacity = wanted;
			p->head = start;
			p->tail = start + used;
			if (used == 0)
				p->head = p->tail = 0;
			*capacity = wanted;
			pipe_update(p);
		}
	}
	frame_map_truncate(&fresh, 0);
	(void)waitq_wake_all(&p->writable);
	return e;
}

/* ---- ends ---- */

static void pipe_close_end(struct pipe *p, u32 mode)
{
	{
		GUARD(pipe, &p->lock);
		if ((mode & FILE_READ) != 0)
			p->readers--;
		if ((mode & FILE_WRITE) != 0)
			p->writers--;
		pipe_update(p);
	}
	(void)waitq_wake_all(&p->readable);
	(void)waitq_wake_all(&p->writable);
}

static void pipe_file_fini(struct pipe_file *f)
{
	if (!pipe_is_null(&f->pipe))
		pipe_close_end(pipe_get(&f->pipe), f->file.mode);
	pipe_drop(&f->pipe);
}
OBJECT_SUBTYPE(pipe_file, file, pipe_file_fini);

/* Fills a new end and counts it. */
static void pipe_file_init(struct pipe_file *f, struct pipe *p, u32 flags)
{
	u32 mode = file_mode_of_flags(flags);
	file_init(&f->file, &pipe_file_ops, mode, flags);
	f->pipe = pipe_clone(p);
	f->file.pollable = pollable_clone(&p->pollable);
	f->file.poll_mask = (mode & FILE_READ) != 0 ? POLLIN | POLLRDNORM : 0;
	f->file.poll_mask |= (mode & FILE_WRITE) != 0 ? POLLOUT | POLLWRNORM | POLLERR : 0;
	f->file.poll_ask = (mode & FILE_READ) != 0 ? POLLHUP
						   : 0; /* it depends on what this end has seen */
	GUARD(pipe, &p->lock);
	f->seen_writers = p->writers == 0 ? p->writer_count : p->writer_count - 1;
	if ((mode & FILE_READ) != 0) {
		p->readers++;
		p->reader_count++;
	}
	if ((mode & FILE_WRITE) != 0) {
		p->writers++;
		p->writer_count++;
	}
	pipe_update(p);
}

err_t pipe_open(struct file_ref *rd, struct file_ref *wr, u32 flags)
{
	SCOPED_REF(pipe, ref);
	SCOPED_REF(file, r);
	SCOPED_REF(file, w);
	TRY(pipe_new(&ref));
	TRY(pipe_file_alloc(&r));
	TRY(pipe_file_alloc(&w));
	u32 kept = flags & O_NONBLOCK;
	pipe_file_init(pipe_file_of(file_get(&r)), pipe_get(&ref), O_RDONLY | kept);
	pipe_file_init(pipe_file_of(file_get(&w)), pipe_get(&ref), O_WRONLY | kept);
	*rd = file_move(&r);
	*wr = file_move(&w);
	return OK;
}

/* Sleeps until the other side has somebody, or had since we came. */
static err_t wait_for_peer(struct pipe *p, u32 mode)
{
	bool reads = (mode & FILE_READ) != 0;
	u32 seen = 0;
	{
		GUARD(pipe, &p->lock);
		if ((reads ? p->writers : p->readers) != 0)
			return OK;
		seen = reads ? p->writer_count : p->reader_count;
	}
	SCOPED_WAITER(w);
	waitq_join(reads ? &p->readable : &p->writable, &w);
	for (;;) {
		{
			GUARD(pipe, &p->lock);
			if ((reads ? p->writer_count : p->reader_count) != seen)
				return OK;
		}
		err_t e = waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE);
		if (e != OK)
			return e == ERR_INTR ? ERR_RESTART : e;
	}
}

err_t pipe_open_end(struct pipe *p, u32 flags, enum pipe_wait wait, struct file_ref *out)
{
	SCOPED_REF(file, f);
	u32 mode = file_mode_of_flags(flags);
	bool both = mode == (FILE_READ | FILE_WRITE);
	if (mode == 0)
		return ERR_INVAL;
	if (mode == FILE_WRITE && (flags & O_NONBLOCK) != 0 && wait == PIPE_WAIT_PEER) {
		GUARD(pipe, &p->lock);
		if (p->readers == 0)
			return ERR_NXIO;
	}
	TRY(pipe_file_alloc(&f));
	pipe_file_init(pipe_file_of(file_get(&f)), p, flags);
	(void)waitq_wake_all(&p->readable);
	(void)waitq_wake_all(&p->writable);
	if (!both && (flags & O_NONBLOCK) == 0 && wait == PIPE_WAIT_PEER)
		TRY(wait_for_peer(p, mode));
	*out = file_move(&f);
	return OK;
}

err_t fifo_open(struct inode *i, u32 flags, struct file_ref *out)
{
	SCOPED_REF(pipe, ref);
	{
		GUARD(inode, &i->lock);
		if (!pipe_upgrade(i->fifo, &ref)) {
			TRY(pipe_new(&ref));
			i->fifo = pipe_weaken(pipe_get(&ref));
		}
	}
	return pipe_open_end(pipe_get(&ref), flags, PIPE_WAIT_PEER, out);
}

bool file_is_pipe(struct file *f)
{
	return pipe_file_is(f);
}
