/* SPDX-License-Identifier: MPL-2.0 */
/* pipe_internal - the pipe itself; for the files of ipc/pipe* only. */
#pragma once
#include <osxtd/frame_map.h>
#include <osxtd/waitq.h>

#include "abi/fcntl.h"
#include "ipc/pipe.h"

/*
 * R1: head <= tail <= head + capacity; byte p stands in page p / PAGE_SIZE modulo the number of
 * pages. R2: while the pipe is empty, head and tail are 0, so that a lightly used pipe stays in one
 * page.
 */
struct pipe {
	struct pollable pollable; /* events of both ends: pipe_update */
	struct pipe_lock lock;
	struct frame_map pages GUARDED(pipe);
	u64 head GUARDED(pipe);
	u64 tail GUARDED(pipe);
	u32 capacity GUARDED(pipe); /* a power of two, at least a page */
	u32 readers GUARDED(pipe);
	u32 writers GUARDED(pipe);
	u32 reader_count GUARDED(
		pipe); /* ends ever opened: who waits for the other side sees short visits too */
	u32 writer_count GUARDED(pipe);
	u64 ino IMMUTABLE;
	struct file_time created IMMUTABLE;
	struct waitq readable OWNER(waitq); /* waiting for data or writers */
	struct waitq writable OWNER(waitq); /* waiting for room or readers */
};

SUBTYPE(pipe, pollable);

struct pipe_file {
	struct file file;
	struct pipe_ref pipe IMMUTABLE;
	u32 seen_writers IMMUTABLE; /* no POLLHUP while writer_count is this: nobody came yet */
};
SUBTYPE(pipe_file, file);

err_t pipe_new(struct pipe_ref *out);
/* A new end for flags; waits for the other side as fifo(7) says when wait is true. */
enum pipe_wait : u8 { PIPE_NO_WAIT, PIPE_WAIT_PEER };
err_t pipe_open_end(struct pipe *p, u32 flags, enum pipe_wait wait, struct file_ref *out);

/* The ring.  Moves what is there or fits; stops early at a fault (the error comes with *n). */
err_t pipe_take(struct pipe *p, struct uio *to, usize *n) HOLDS(pipe);
err_t pipe_put(struct pipe *p, struct uio *from, usize *n) HOLDS(pipe);
/* F_SETPIPE_SZ.  ERR_INVAL, ERR_PERM, ERR_BUSY, ERR_NOMEM. */
err_t pipe_resize(struct pipe *p, u64 bytes, u32 *capacity);
/* After any change of what poll tells of p. */
ALWAYS_INLINE void pipe_update(struct pipe *p) HOLDS(pipe)
{
	u64 used = p->tail - p->head;
	u32 events = used != 0 ? POLLIN | POLLRDNORM : 0;
	events |= p->capacity - used >= PIPE_BUF ? POLLOUT | POLLWRNORM : 0;
	events |= p->writers == 0 ? POLLHUP : 0;
	events |= p->readers == 0 ? POLLERR : 0;
	atomic_u32_store_release(&p->pollable.events, events);
}
/* The operations of ends (pipe_file.c). */
extern const struct file_ops pipe_file_ops;
ALWAYS_INLINE u64 pipe_used(const struct pipe *p) HOLDS(pipe)
{
	return p->tail - p->head;
}
