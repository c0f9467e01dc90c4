/* SPDX-License-Identifier: MPL-2.0 */
/* fs_names - mkdir(2), mknod(2), link(2), symlink(2), unlink(2), rmdir(2), rename(2). */
#include "syscall/fs_common.h"

static err_t do_mkdir(struct thread *self, i32 dirfd, u64 name, u64 mode)
{
	struct at at CLEANUP(at_fini) = {};
	TRY(fs_at(self, dirfd, name, 0, &at));
	return vfs_mkdir(thread_fs(self), thread_cred(self), &at, (u32)mode);
}

err_t sys_mkdir(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_mkdir(self, AT_FDCWD, a->a0, a->a1);
}

err_t sys_mkdirat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_mkdir(self, arg_int(a->a0), a->a1, a->a2);
}

static err_t do_mknod(struct thread *self, i32 dirfd, u64 name, u64 mode, u64 dev)
{
	struct at at CLEANUP(at_fini) = {};
	TRY(fs_at(self, dirfd, name, 0, &at));
	return vfs_mknod(thread_fs(self), thread_cred(self), &at, (u32)mode & (S_IFMT | S_PERM),
			 (u32)dev);
}

err_t sys_mknod(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_mknod(self, AT_FDCWD, a->a0, a->a1, a->a2);
}

err_t sys_mknodat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_mknod(self, arg_int(a->a0), a->a1, a->a2, a->a3);
}

static err_t do_unlink(struct thread *self, i32 dirfd, u64 name, u32 at_flags)
{
	struct at at CLEANUP(at_fini) = {};
	if ((at_flags & ~(u32)AT_REMOVEDIR) != 0)
		return ERR_INVAL;
	TRY(fs_at(self, dirfd, name, 0, &at));
	if ((at_flags & AT_REMOVEDIR) != 0)
		return vfs_rmdir(thread_fs(self), thread_cred(self), &at);
	return vfs_unlink(thread_fs(self), thread_cred(self), &at);
}

err_t sys_unlink(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_unlink(self, AT_FDCWD, a->a0, 0);
}

err_t sys_unlinkat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_unlink(self, arg_int(a->a0), a->a1, (u32)a->a2);
}

err_t sys_rmdir(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_unlink(self, AT_FDCWD, a->a0, AT_REMOVEDIR);
}

static err_t do_link(struct thread *self, i32 old_fd, u64 old_name, i32 new_fd, u64 new_name,
		     u32 at_flags)
{
	struct at from CLEANUP(at_fini) = {};
	struct at to CLEANUP(at_fini) = {};
	if ((at_flags & ~(u32)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0)
		return ERR_INVAL;
	/* An open descriptor is not permission enough to give its file a name. */
	if ((at_flags & AT_EMPTY_PATH) != 0 &&
	    !cred_has_cap(thread_cred(self), CAP_DAC_READ_SEARCH))
		return ERR_NOENT;
	TRY(fs_at(self, old_fd, old_name, at_flags, &from));
	TRY(fs_at(self, new_fd, new_name, 0, &to));
	return vfs_link(thread_fs(self), thread_cred(self), &from, &to, at_flags);
}

err_t sys_link(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_link(self, AT_FDCWD, a->a0, AT_FDCWD, a->a1, 0);
}

err_t sys_linkat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_link(self, arg_int(a->a0), a->a1, arg_int(a->a2), a->a3, (u32)a->a4);
}

static err_t do_symlink(struct thread *self, u64 target, i32 dirfd, u64 name)
{
	struct at text CLEANUP(at_fini) = {};
	struct at at CLEANUP(at_fini) = {};
	TRY(fs_at(self, AT_FDCWD, target, 0, &text));
	TRY(fs_at(self, dirfd, name, 0, &at));
	return vfs_symlink(thread_fs(self), thread_cred(self), text.name, &at);
}

err_t sys_symlink(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_symlink(self, a->a0, AT_FDCWD, a->a1);
}

err_t sys_symlinkat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_symlink(self, a->a0, arg_int(a->a1), a->a2);
}

static err_t do_rename(struct thread *self, i32 old_fd, u64 old_name, i32 new_fd, u64 new_name,
		       u32 flags)
{
	struct at from CLEANUP(at_fini) = {};
	struct at to CLEANUP(at_fini) = {};
	if ((flags & ~(u32)(RENAME_NOREPLACE | RENAME_EXCHANGE)) != 0 ||
	    flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return ERR_INVAL;
	TRY(fs_at(self, old_fd, old_name, 0, &from));
	TRY(fs_at(self, new_fd, new_name, 0, &to));
	return vfs_rename(thread_fs(self), thread_cred(self), &from, &to, flags);
}

err_t sys_rename(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_rename(self, AT_FDCWD, a->a0, AT_FDCWD, a->a1, 0);
}

err_t sys_renameat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_rename(self, arg_int(a->a0), a->a1, arg_int(a->a2), a->a3, 0);
}

err_t sys_renameat2(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_rename(self, arg_int(a->a0), a->a1, arg_int(a->a2), a->a3, (u32)a->a4);
}
