/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fdtable_impl - the table itself, and its look-up inline: nearly every system call makes one.  For
 * fdtable.c and syscall/fs_common.h; all others use fdtable.h.
 *
 * T1: every entry below `lowest` is in use (file or reserved).
 * T2: every entry at or above `used` is free; the one below it is not.
 */
#pragma once
#include <osxtd/buf.h>

#include "fs/fdtable.h"

struct fd_entry {
	struct file_ref file OWNER(fdtable);
	bool reserved OWNER(fdtable);
	bool cloexec OWNER(fdtable);
};
VEC_TYPE(fd_vec, struct fd_entry);
enum : usize { FD_FIRST_SIZE = 32 };

struct fdtable {
	struct object object;
	struct fdtable_lock lock;
	struct fd_vec entries GUARDED(fdtable);
	usize lowest GUARDED(fdtable);
	usize used GUARDED(fdtable);
	u64 id IMMUTABLE;
};

ALWAYS_INLINE err_t fd_find(struct fdtable *t, i32 fd, struct file_ref *out)
{
	GUARD(fdtable, &t->lock);
	if (fd < 0 || (usize)fd >= t->used)
		return ERR_BADF;
	struct fd_entry *e = fd_vec_at(&t->entries, (usize)fd);
	if (file_is_null(&e->file))
		return ERR_BADF;
	*out = file_clone(file_get(&e->file));
	return OK;
}

/* As fd_get. */
ALWAYS_INLINE err_t fd_get_inline(struct fdtable *t, i32 fd, struct file_ref *out)
{
	TRY(fd_find(t, fd, out));
	if (likely((file_get(out)->mode & FILE_PATH) == 0))
		return OK;
	file_drop(out);
	return ERR_BADF;
}
