/* SPDX-License-Identifier: MPL-2.0 */
/* fs_open - open(2), openat2(2), close(2), dup(2), pipe(2), memfd_create(2). */
#include "fs/ramfs.h"
#include "ipc/pipe.h"
#include "syscall/fs_common.h"

/* The descriptor number is taken first: EMFILE must not leave a new file behind. */
static err_t do_open(struct thread *self, i32 dirfd, u64 name, const struct open_request *req,
		     i64 *ret)
{
	struct at at CLEANUP(at_fini) = {};
	struct fd_slot slot CLEANUP(fd_release) = {};
	SCOPED_REF(file, f);
	TRY(fs_at(self, dirfd, name, 0, &at));
	TRY(fd_reserve(thread_files(self), 0, fs_fd_limit(self), &slot));
	TRY(vfs_open(thread_fs(self), thread_cred(self), &at, req, &f));
	*ret = fd_number(&slot);
	fd_publish(&slot, req->flags, file_move(&f)); /* point of no return */
	return OK;
}

static struct open_request open_args(u64 flags, u64 mode)
{
	struct open_request req = { .flags = ((u32)flags & O_ALL) | O_LARGEFILE,
				    .mode = (u32)mode & S_PERM };
	return req;
}

err_t sys_open(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct open_request req = open_args(a->a1, a->a2);
	return do_open(self, AT_FDCWD, a->a0, &req, ret);
}

err_t sys_openat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct open_request req = open_args(a->a2, a->a3);
	return do_open(self, arg_int(a->a0), a->a1, &req, ret);
}

err_t sys_creat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct open_request req = open_args(O_CREAT | O_WRONLY | O_TRUNC, a->a1);
	return do_open(self, AT_FDCWD, a->a0, &req, ret);
}

enum : u64 { OPEN_HOW_MAX = PAGE_SIZE };

/* struct open_how of a later version is fine while what we do not know of is zero. */
static err_t read_open_how(struct uaddr from, u64 size, struct abi_open_how *how)
{
	if (size < sizeof(*how))
		return ERR_INVAL;
	if (size > OPEN_HOW_MAX)
		return ERR_2BIG;
	TRY(user_get(from, how));
	for (u64 at = sizeof(*how); at < size; at++) {
		u8 byte = 0;
		TRY(user_get(uaddr_add(from, at), &byte));
		if (byte != 0)
			return ERR_2BIG;
	}
	return OK;
}

err_t sys_openat2(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_open_how how = {};
	TRY(read_open_how(arg_uaddr(a->a2), a->a3, &how));
	bool makes = (how.flags & (O_CREAT | O_TMPFILE_BIT)) != 0;
	if ((how.flags & ~(u64)O_ALL) != 0 || (how.resolve & ~(u64)RESOLVE_ALL) != 0)
		return ERR_INVAL;
	if (how.mode != 0 && (!makes || (how.mode & ~(u64)S_PERM) != 0))
		return ERR_INVAL;
	if ((how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) ==
	    (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		return ERR_INVAL;
	u64 with_path = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_LARGEFILE;
	if ((how.flags & O_PATH) != 0 && (how.flags & ~with_path) != 0)
		return ERR_INVAL;
	if ((how.resolve & RESOLVE_CACHED) != 0 &&
	    (how.flags & (O_TRUNC | O_CREAT | O_TMPFILE_BIT)) != 0)
		return ERR_AGAIN;
	struct open_request req = open_args(how.flags, how.mode);
	req.resolve = (u32)how.resolve;
	return do_open(self, arg_int(a->a0), a->a1, &req, ret);
}

err_t sys_close(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return fd_close(thread_files(self), arg_int(a->a0));
}

enum : u32 { CLOSE_RANGE_UNSHARE = 2, CLOSE_RANGE_CLOEXEC = 4 };

err_t sys_close_range(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 first = (u32)a->a0;
	u32 last = (u32)a->a1;
	u32 flags = (u32)a->a2;
	(void)ret;
	if ((flags & ~(u32)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) != 0 || first > last)
		return ERR_INVAL;
	if ((flags & CLOSE_RANGE_UNSHARE) != 0)
		TRY(thread_unshare_files(self));
	fd_close_range(thread_files(self), first, last, (flags & CLOSE_RANGE_CLOEXEC) != 0);
	return OK;
}

err_t sys_dup(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	i32 fd = 0;
	TRY(fs_fd_any(self, a->a0, &f));
	TRY(fd_install(thread_files(self), fs_fd_limit(self), 0, &f, &fd));
	*ret = fd;
	return OK;
}

static err_t dup_to(struct thread *self, const struct sysargs *a, u32 flags, i64 *ret)
{
	SCOPED_REF(file, f);
	i32 to = arg_int(a->a1);
	if (to < 0 || (u64)to >= fs_fd_limit(self))
		return ERR_BADF;
	TRY(fs_fd_any(self, a->a0, &f));
	TRY(fd_replace(thread_files(self), to, fs_fd_limit(self), flags, file_move(&f)));
	*ret = to;
	return OK;
}

err_t sys_dup2(struct thread *self, const struct sysargs *a, i64 *ret)
{
	if (arg_int(a->a0) == arg_int(a->a1)) {
		SCOPED_REF(file, f);
		TRY(fs_fd_any(self, a->a0, &f));
		*ret = arg_int(a->a1);
		return OK;
	}
	return dup_to(self, a, 0, ret);
}

err_t sys_dup3(struct thread *self, const struct sysargs *a, i64 *ret)
{
	if ((a->a2 & ~(u64)O_CLOEXEC) != 0 || arg_int(a->a0) == arg_int(a->a1))
		return ERR_INVAL;
	return dup_to(self, a, (u32)a->a2, ret);
}

static err_t do_pipe(struct thread *self, struct uaddr out, u32 flags)
{
	SCOPED_REF(file, rd);
	SCOPED_REF(file, wr);
	struct fd_slot rfd CLEANUP(fd_release) = {};
	struct fd_slot wfd CLEANUP(fd_release) = {};
	if ((flags & ~(u32)(O_CLOEXEC | O_NONBLOCK)) != 0)
		return ERR_INVAL;
	TRY(pipe_open(&rd, &wr, flags));
	TRY(fd_reserve(thread_files(self), 0, fs_fd_limit(self), &rfd));
	TRY(fd_reserve(thread_files(self), 0, fs_fd_limit(self), &wfd));
	i32 fds[2] = { fd_number(&rfd), fd_number(&wfd) };
	TRY(user_write(out, cspan_of(fds)));
	fd_publish(&rfd, flags, file_move(&rd)); /* point of no return */
	fd_publish(&wfd, flags, file_move(&wr));
	return OK;
}

err_t sys_pipe(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_pipe(self, arg_uaddr(a->a0), 0);
}

err_t sys_pipe2(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_pipe(self, arg_uaddr(a->a0), (u32)a->a1);
}

err_t sys_memfd_create(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u8 memory[256] = {};
	usize len = 0;
	SCOPED_REF(file, f);
	i32 fd = 0;
	err_t e = user_read_str(arg_uaddr(a->a0), span_of(memory), &len);
	if (e != OK)
		return e == ERR_NAMETOOLONG ? ERR_INVAL : e;
	struct str name = str_of(cspan_sub(cspan_of(memory), 0, len));
	TRY(ramfs_memfd(name, (u32)a->a1, thread_cred(self), &f));
	TRY(fd_install(thread_files(self), fs_fd_limit(self), (a->a1 & 1) != 0 ? O_CLOEXEC : 0, &f,
		       &fd));
	*ret = fd;
	return OK;
}
