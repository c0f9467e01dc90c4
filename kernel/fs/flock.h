/* SPDX-License-Identifier: MPL-2.0 */
/*
 * flock - advisory locks on files: flock(2), and fcntl(2) record locks of processes and of open
 * file descriptions.
 *
 * One set per inode, made with the first lock.  A lock's owner is a number: flock and F_OFD locks
 * belong to the open file description, POSIX locks to the descriptor table (its id).
 *
 *   Lifetime:  the set is counted and held by its inode; locks by their set.
 *   Locking:   class lock_set (spin) inside; deadlock search: class lock_waits (spin), before it.
 *   Context:   task context, no lock held; F_SETLKW and flock may sleep.
 *   Errors:    ERR_AGAIN (held by another, no waiting), ERR_DEADLK, ERR_RESTART, ERR_NOMEM,
 * ERR_INVAL. Spec:      flock(2), fcntl(2) "Advisory record locking", "Open file description
 * locks".
 */
#pragma once
#include <osxtd/list.h>
#include <osxtd/lock.h>
#include <osxtd/object.h>
#include <osxtd/waitq.h>

#include "fs/vfs.h"

enum flock_kind : u8 { FLOCK_BSD, FLOCK_POSIX, FLOCK_OFD };
enum : u64 { FLOCK_END = INT64_MAX };

/* A lock that is wanted, found or removed: bytes start … end, both inclusive. */
struct flock_range {
	enum flock_kind kind;
	u8 type; /* F_RDLCK, F_WRLCK, F_UNLCK */
	u64 owner;
	u64 start, end;
	i32 pid; /* reported by F_GETLK */
};
enum flock_wait : u8 { FLOCK_NOWAIT, FLOCK_WAIT };

/* Sets or removes; replaces what the owner had in the range. */
err_t flock_set(struct inode *i, const struct flock_range *want, enum flock_wait wait);
/* The first lock that keeps *want from being granted; type F_UNLCK when there is none. */
void flock_test(struct inode *i, const struct flock_range *want, struct flock_range *out);
/* The identity of an open file description in lock tables. */
u64 flock_file_owner(struct file *f);
/* Removes all locks of an owner: close(2) of any descriptor (POSIX), the last reference (BSD, OFD).
 */
void flock_forget(struct inode *i, enum flock_kind kind, u64 owner);
/* The end of the inode: the set goes. */
void flock_drop_all(struct inode *i);
