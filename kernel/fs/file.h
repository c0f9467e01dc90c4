/* SPDX-License-Identifier: MPL-2.0 */
/*
 * file - the open file description behind a descriptor: a base struct with an ops table.
 *
 * Subtypes (`struct pipe_file { struct file file; … }`, OBJECT_SUBTYPE) live with what they open: inodes in fs/,
 * pipes in ipc/, terminals in device/.  The last reference runs the subtype's fini, which is the release.
 *
 *   Lifetime:  counted; each descriptor and each call in flight holds a reference.
 *   Locking:   position: class file_pos (mutex), held over a read or write that uses the shared position.
 *   Context:   task context; operations may sleep.
 *   Spec:      open(2), read(2), write(2), lseek(2), ioctl(2), poll(2).
 */
#pragma once
#include <osxtd/lock.h>
#include <osxtd/object.h>
#include <osxtd/user.h>

#include "events/poll.h"

struct file;
REF_TYPE(file);
struct inode;
struct thread;
struct dir_sink;
struct map_request; /* vm/mm.h: what mmap(2) asks for and gets */

LOCK_CLASS(file_pos, mutex);

enum : u32 { /* f->flags: O_* of the ABI without creation flags; see abi/fcntl.h */
	FILE_READ = 1,   /* f->mode bits */
	FILE_WRITE = 2,
	FILE_SEEK = 4,   /* has a position: lseek, pread and pwrite work */
	FILE_PATH = 8,   /* O_PATH */
	FILE_DIR = 16,
};

/*
 * Each operation may be null: the default is in the comment.  *n and *ret are 0 before the call.
 * pos is the position to use and advance; files without FILE_SEEK ignore it.
 */
struct file_ops {
	const char *name;
	err_t (*read)(struct file *f, struct uio *to, u64 *pos, usize *n);                 /* EINVAL */
	err_t (*write)(struct file *f, struct uio *from, u64 *pos, usize *n);              /* EINVAL */
	err_t (*seek)(struct file *f, i64 off, u32 whence, u64 *pos);                      /* by inode size, ESPIPE */
	u32 (*poll)(struct file *f, struct poll_table *pt);                                /* always readable and writable */
	err_t (*ioctl)(struct file *f, struct thread *self, u32 cmd, u64 arg, i64 *ret);   /* ENOTTY */
	err_t (*mmap)(struct file *f, struct map_request *req);                            /* ENODEV */
	err_t (*readdir)(struct file *f, struct dir_sink *sink, u64 *pos);                 /* ENOTDIR */
	err_t (*sync)(struct file *f, bool data_only);                                     /* EINVAL */
	/* Each close(2) of a descriptor, before the reference goes. */
	err_t (*flush)(struct file *f);                                                    /* OK */
};

struct file {
	struct object object;
	const struct file_ops *ops IMMUTABLE;
	u32 mode IMMUTABLE;                 /* FILE_* */
	struct atomic_u32 flags ATOMIC_ONLY; /* O_APPEND, O_NONBLOCK, …: F_SETFL may change them */
	struct file_pos_lock pos_lock;
	u64 pos GUARDED(file_pos);
};
