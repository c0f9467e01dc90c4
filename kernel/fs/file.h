/* SPDX-License-Identifier: MPL-2.0 */
/*
 * file - the open file description behind a descriptor: a base struct with an ops table.
 *
 * Subtypes (`struct pipe_file { struct file file; … }`, OBJECT_SUBTYPE) live with what they open:
 * inodes in fs/, pipes in ipc/, terminals in device/.  The last reference runs the subtype's fini,
 * which is the release. Make one with X_alloc(&ref), then file_init(file_get(&ref), &ops, mode,
 * flags).
 *
 *   Lifetime:  counted; each descriptor and each call in flight holds a reference.
 *   Locking:   position: class file_pos (mutex), held over a read or write that uses the shared
 * position. Context:   task context; operations may sleep. Spec:      open(2), read(2), write(2),
 * lseek(2), ioctl(2), poll(2).
 */
#pragma once
#include <osxtd/lock.h>
#include <osxtd/object.h>
#include <osxtd/user.h>

#include "abi/stat.h"
#include "events/poll.h"
#include "events/pollable.h"
#include "fs/path.h"

struct file;
REF_TYPE(file);
struct thread;
struct text;
struct dir_sink;
struct map_request; /* vm/mm.h: what mmap(2) asks for and gets */

LOCK_CLASS(file_pos, mutex);

enum : u32 {		    /* f->flags: O_* of the ABI without creation flags; see abi/fcntl.h */
	     FILE_READ = 1, /* f->mode bits */
	     FILE_WRITE = 2,
	     FILE_SEEK = 4, /* has a position: lseek, pread and pwrite work */
	     FILE_PATH = 8, /* O_PATH */
	     FILE_DIR = 16,
	     FILE_COUNTED = 32, /* fs/ alone: counts as a writer of its inode and mount */
	     FILE_REGULAR = 64, /* fs/ alone: RLIMIT_FSIZE applies */
};

/*
 * Each operation may be null: the default is in the comment.  *n and *ret are 0 before the call.
 * pos is the position to use and advance; files without FILE_SEEK ignore it.
 */
struct file_ops {
	const char
		*name; /* what /proc/PID/fd shows for a file without a path: "anon_inode:[name]" */
	err_t (*read)(struct file *f, struct uio *to, u64 *pos, usize *n);    /* EINVAL */
	err_t (*write)(struct file *f, struct uio *from, u64 *pos, usize *n); /* EINVAL */
	err_t (*seek)(struct file *f, i64 off, u32 whence, u64 *pos); /* by inode size, ESPIPE */
	u32 (*poll)(struct file *f, struct poll_table *pt); /* always readable and writable */
	err_t (*ioctl)(struct file *f, struct thread *self, u32 cmd, u64 arg,
		       i64 *ret);					   /* ENOTTY */
	err_t (*mmap)(struct file *f, struct map_request *req);		   /* ENODEV */
	err_t (*readdir)(struct file *f, struct dir_sink *sink, u64 *pos); /* ENOTDIR */
	err_t (*sync)(struct file *f, bool data_only);			   /* EINVAL */
	/* Each close(2) of a descriptor, before the reference goes. */
	err_t (*flush)(struct file *f); /* OK */
	/* fstat(2) of a file without a path; *st is zeroed. */
	err_t (*getattr)(struct file *f, struct file_stat *st); /* a nameless 0600 file */
	/* open(2) of /proc/PID/fd/N for a file without a path. */
	err_t (*reopen)(struct file *f, u32 flags, struct file_ref *out); /* ENXIO */
	/* Appends the text of /proc/PID/fd/N for a file without a path. */
	void (*describe)(struct file *f, struct text *t); /* anon_inode:[name] */
	/* fcntl(2) with a command that is not fs/'s own (F_SETPIPE_SZ …). */
	err_t (*fcntl)(struct file *f, u32 cmd, u64 arg, i64 *ret); /* EINVAL */
	/* Told after F_SETFL or FIONBIO changed the flags. */
	void (*flags_changed)(struct file *f, u32 flags); /* nothing */
};

struct file {
	struct object object;
	const struct file_ops *ops IMMUTABLE;
	u32 mode IMMUTABLE;		     /* FILE_* */
	struct atomic_u32 flags ATOMIC_ONLY; /* O_APPEND, O_NONBLOCK, …: F_SETFL may change them */
	/* Where readiness can be read without asking; may be empty.  It is `events` of it within
	 * poll_mask, unless one of poll_ask is among them: then only the poll operation knows. */
	struct pollable_ref pollable IMMUTABLE;
	u32 poll_mask IMMUTABLE, poll_ask IMMUTABLE;
	struct path path
		IMMUTABLE; /* where it was opened; empty for pipes, sockets and their like */
	struct atomic_u64 lock_owner
		ATOMIC_ONLY; /* fs/flock.c: identity in lock tables, 0 until needed */
	struct file_pos_lock pos_lock;
	struct atomic_u64 pos ATOMIC_ONLY; /* set under pos_lock; who only looks takes no lock */
};

/* Fills the zeroed base of a subtype.  flags: O_*; creation flags are dropped. */
void file_init(struct file *f, const struct file_ops *ops, u32 mode, u32 flags);
/* FILE_READ and FILE_WRITE as O_ACCMODE of flags says. */
u32 file_mode_of_flags(u32 flags);
ALWAYS_INLINE bool file_is_nonblocking(const struct file *f)
{
	return (atomic_u32_load(&f->flags) & 04000) != 0;
}

/* ---- one wrapper per operation: checks and defaults ---- */
/* With the shared position, under its lock.  ERR_BADF when not open for it, ERR_INVAL without the
 * operation. */
err_t file_read(struct file *f, struct uio *to, usize *n);
err_t file_write(struct file *f, struct uio *from, usize *n);
/* At a position of the caller's own.  ERR_SPIPE without FILE_SEEK. */
err_t file_pread(struct file *f, struct uio *to, u64 pos, usize *n);
err_t file_pwrite(struct file *f, struct uio *from, u64 pos, usize *n);
err_t file_seek(struct file *f, i64 off, u32 whence, u64 *pos);
u32 file_poll(struct file *f, struct poll_table *pt);
err_t file_ioctl(struct file *f, struct thread *self, u32 cmd, u64 arg, i64 *ret);
err_t file_mmap(struct file *f, struct map_request *req);
err_t file_sync(struct file *f, bool data_only);
err_t file_flush(struct file *f);
err_t file_stat(struct file *f, struct file_stat *st);
/* The text of /proc/PID/fd/N; root: the reader's root directory. */
void file_describe(struct file *f, const struct path *root, struct text *t);
