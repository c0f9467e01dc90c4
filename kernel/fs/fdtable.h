/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fdtable - the descriptors of a process: number -> open file, with the close-on-exec bit.
 *
 * A new descriptor is reserved, then published: nobody sees a half-made one, and failure in between
 * leaves nothing.
 *
 *   struct fd_slot slot CLEANUP(fd_release) = {};
 *   TRY(fd_reserve(files, 0, thread_rlimit(self, RLIMIT_NOFILE), &slot));
 *   …                                          // may fail
 *   fd_publish(&slot, flags, file_move(&f));   // point of no return
 *
 *   Lifetime:  counted; shared by CLONE_FILES, copied by fork.  The last reference closes
 * everything. Locking:   class fdtable, a leaf spin lock; files are dropped and flushed outside of
 * it. Context:   task context. Limits:    FD_MAX descriptors; the caller hands in RLIMIT_NOFILE.
 *   Spec:      open(2), dup(2), close(2), close_range(2), fcntl(2).
 */
#pragma once
#include <osxtd/lock.h>
#include <osxtd/object.h>

#include "abi/poll.h"
#include "fs/file.h"

struct fdtable;
REF_TYPE(fdtable);
LOCK_CLASS(fdtable, spin);

enum : u32 { FD_MAX = 131072 };

struct AFFINE fd_slot {
	struct fdtable_ref table;
	i32 number;
};

err_t fdtable_new(struct fdtable_ref *out);
err_t fdtable_fork(struct fdtable *from, struct fdtable_ref *out);
/* Closes the descriptors that exec(2) closes. */
void fdtable_close_on_exec(struct fdtable *t);
/* True when the caller's reference is not the only one. */
bool fdtable_is_shared(const struct fdtable *t);

/* One more reference to the file of fd; O_PATH files are refused (ERR_BADF) as most calls want. */
err_t fd_get(struct fdtable *t, i32 fd, struct file_ref *out);
/* As fd_get, O_PATH files included: fstat, dup, close, fchdir, the *at calls. */
err_t fd_get_any(struct fdtable *t, i32 fd, struct file_ref *out);

/*
 * poll(2), select(2): asks many files at once, with the table locked once and without references.
 * Begins at s->at and stops at s->count or at a file that only its poll operation can answer for
 * (ask it, count its answer, at++, go on).
 */
struct fd_poll {
	struct pollfds fds;
	usize count, at;
	u64 changed; /* bit i: fds[i].revents is another than before; count <= 64 */
	u32 found;   /* fds with an answer other than 0 */
};
void fd_poll_ready(struct fdtable *t, struct fd_poll *s);
/* Stores the answer for fds[at] and goes on to the next. */
ALWAYS_INLINE void fd_poll_answer(struct fd_poll *s, struct abi_pollfd *p, u32 events)
{
	u16 revents = (u16)(events & (p->events | POLLERR | POLLHUP | POLLNVAL));
	s->changed |= (u64)(revents != p->revents) << s->at;
	s->found += revents != 0;
	p->revents = revents;
	s->at++;
}

/*
 * The same for select(2): 64 descriptors from base on.  Bits of left go as they are answered; it
 * stops when the lowest that is left must be asked, or is not open.
 */
enum : u32 {
	SELECT_READ = POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR | POLLNVAL,
	SELECT_WRITE = POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR | POLLNVAL,
	SELECT_EXCEPT = POLLPRI | POLLNVAL,
};
struct fd_select {
	usize base;
	u64 left;
	u64 read, write, except; /* bits of those that are ready */
};
void fd_select_ready(struct fdtable *t, struct fd_select *s);
ALWAYS_INLINE void fd_select_answer(struct fd_select *s, u64 bit, u32 events)
{
	s->read |= (events & SELECT_READ) != 0 ? bit : 0;
	s->write |= (events & SELECT_WRITE) != 0 ? bit : 0;
	s->except |= (events & SELECT_EXCEPT) != 0 ? bit : 0;
}

/* The lowest free number >= from and < limit.  ERR_MFILE, ERR_NOMEM. */
err_t fd_reserve(struct fdtable *t, i32 from, u64 limit, struct fd_slot *out);
ALWAYS_INLINE i32 fd_number(const struct fd_slot *s)
{
	return s->number;
}
/* flags: O_CLOEXEC counts.  Empties the slot. */
void fd_publish(struct fd_slot *s, u32 flags, struct file_ref f);
/* Gives an unpublished number back; nothing for an empty slot. */
void fd_release(struct fd_slot *s);
/* fd_reserve from 0 and fd_publish in one. */
err_t fd_install(struct fdtable *t, u64 limit, u32 flags, struct file_ref *f, i32 *fd);

/* Flushes and drops.  ERR_BADF; the flush's error, the descriptor is gone all the same. */
err_t fd_close(struct fdtable *t, i32 fd);
/* close_range(2) without CLOSE_RANGE_UNSHARE; cloexec: only mark. */
void fd_close_range(struct fdtable *t, u32 first, u32 last, bool cloexec);
/* Makes `to` name f, closing what it named.  ERR_BADF when to >= limit, ERR_BUSY when it is
 * reserved. */
err_t fd_replace(struct fdtable *t, i32 to, u64 limit, u32 flags, struct file_ref f);
err_t fd_get_cloexec(struct fdtable *t, i32 fd, bool *cloexec);
err_t fd_set_cloexec(struct fdtable *t, i32 fd, bool cloexec);
/* For /proc/PID/fd: the lowest used number >= from; false when none. */
bool fd_next(struct fdtable *t, i32 from, i32 *fd);
/* Slots of the table (FDSize in /proc/PID/status). */
u32 fdtable_size(struct fdtable *t);
/* A number that no other table ever had: the owner of POSIX locks. */
u64 fdtable_id(const struct fdtable *t);
