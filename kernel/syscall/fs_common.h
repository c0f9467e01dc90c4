/* SPDX-License-Identifier: MPL-2.0 */
/* fs_common - what the handlers of file calls share: descriptors and paths of the calling thread.
 */
#pragma once
#include "abi/fcntl.h"
#include "abi/resource.h"
#include "fs/fdtable_impl.h"
#include "fs/mount.h"
#include "fs/vfs_ops.h"
#include "process/thread.h"
#include "syscall/handlers_fs.h"

ALWAYS_INLINE err_t fs_fd(struct thread *self, u64 fd, struct file_ref *out)
{
	return fd_get_inline(thread_files(self), arg_int(fd), out);
}
ALWAYS_INLINE err_t fs_fd_any(struct thread *self, u64 fd, struct file_ref *out)
{
	return fd_find(thread_files(self), arg_int(fd), out);
}
ALWAYS_INLINE u64 fs_fd_limit(struct thread *self)
{
	return thread_rlimit(self, RLIMIT_NOFILE);
}
/* The path argument `name` relative to the descriptor `dirfd`. */
ALWAYS_INLINE err_t fs_at(struct thread *self, i32 dirfd, u64 name, u32 at_flags, struct at *out)
{
	return at_user(thread_files(self), dirfd, arg_uaddr(name), at_flags, out);
}
/* WALK_FOLLOW unless AT_SYMLINK_NOFOLLOW is in at_flags. */
ALWAYS_INLINE u32 fs_follow(u32 at_flags)
{
	return (at_flags & AT_SYMLINK_NOFOLLOW) != 0 ? 0 : WALK_FOLLOW;
}
/* The place that a path argument names; w.flags is set by the caller. */
err_t fs_walk(struct thread *self, i32 dirfd, u64 name, u32 at_flags, struct walk *w);
/* Turns ERR_PIPE into a SIGPIPE for the caller as well. */
err_t fs_write_result(struct thread *self, err_t e);
/* RLIMIT_FSIZE for a write of *len bytes at pos: cuts *len, or ERR_FBIG with SIGXFSZ. */
err_t fs_limit_size(struct thread *self, u64 pos, u64 *len);
