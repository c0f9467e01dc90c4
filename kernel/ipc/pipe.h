/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pipe - the byte stream behind pipe(2) and FIFOs.
 *
 * A ring of pages that are allocated as bytes arrive, with one wait queue per direction.
 *
 *   Lifetime:  counted; each open end (a file) holds a reference, a FIFO's inode a weak one.
 *   Locking:   pipe.lock, class `pipe` (mutex), held over the copies to and from user memory.
 *   Context:   task context; reads, writes and FIFO opens may sleep.
 *   Limits:    PIPE_DEFAULT bytes, F_SETPIPE_SZ up to PIPE_MAX; writes of at most PIPE_BUF are
 * indivisible. Spec:      pipe(7), fifo(7); POSIX.1-2024 XSH write(), {PIPE_BUF}.
 */
#pragma once
#include <osxtd/lock.h>
#include <osxtd/object.h>

#include "fs/file.h"
#include "ipc/pipe_ref.h"

LOCK_CLASS(pipe, mutex, AFTER(file_pos));

enum : u32 { PIPE_DEFAULT = 65536, PIPE_MAX = 1 << 20 };

/* Both ends of a new pipe.  flags: O_NONBLOCK, O_DIRECT is refused by the caller. */
err_t pipe_open(struct file_ref *rd, struct file_ref *wr, u32 flags);
/* An end of the FIFO i for flags O_*: waits for the other end as fifo(7) says.  ERR_NXIO,
 * ERR_RESTART. */
err_t fifo_open(struct inode *i, u32 flags, struct file_ref *out);
bool file_is_pipe(struct file *f);
