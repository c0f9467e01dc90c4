/* SPDX-License-Identifier: MPL-2.0 */
/* fs_dirs - getdents(2), getcwd(2), chdir(2), chroot(2), umask(2). */
#include "fs/dir_sink.h"
#include "syscall/fs_common.h"

static err_t do_getdents(struct thread *self, const struct sysargs *a, enum dir_format format,
			 i64 *ret)
{
	SCOPED_REF(file, f);
	struct dir_sink sink = { .to = arg_uaddr(a->a1), .room = (u32)a->a2, .format = format };
	TRY(fs_fd(self, a->a0, &f));
	TRY(file_readdir(file_get(&f), &sink));
	*ret = (i64)sink.done;
	return OK;
}

err_t sys_getdents(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return do_getdents(self, a, DIR_FORMAT_OLD, ret);
}

err_t sys_getdents64(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return do_getdents(self, a, DIR_FORMAT_64, ret);
}

err_t sys_getcwd(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct path cwd CLEANUP(path_drop) = {};
	struct path root CLEANUP(path_drop) = {};
	SCOPED_BUF(memory);
	fs_ctx_cwd(thread_fs(self), &cwd);
	fs_ctx_root(thread_fs(self), &root);
	if ((atomic_u32_load(&path_dentry(&cwd)->flags) & DENTRY_DELETED) != 0)
		return ERR_NOENT;
	TRY(buf_alloc(PATH_MAX, &memory));
	struct text t = text_in(buf_span(&memory));
	TRY(path_show(&cwd, &root, PATH_PLAIN, &t));
	text_put_char(&t, '\0');
	if (text_overflowed(&t))
		return ERR_NAMETOOLONG;
	if (text_needed(&t) > a->a1)
		return ERR_RANGE;
	TRY(user_write(arg_uaddr(a->a0), str_bytes(text_str(&t))));
	*ret = (i64)text_needed(&t);
	return OK;
}

err_t sys_chdir(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct walk w CLEANUP(walk_fini) = { .flags = WALK_FOLLOW | WALK_DIRECTORY };
	(void)ret;
	TRY(fs_walk(self, AT_FDCWD, a->a0, 0, &w));
	TRY(path_may_enter(&w.path, thread_cred(self)));
	fs_ctx_set_cwd(thread_fs(self), &w.path);
	return OK;
}

err_t sys_fchdir(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	(void)ret;
	TRY(fs_fd_any(self, a->a0, &f));
	struct file *file = file_get(&f);
	if (!file_has_path(file))
		return ERR_NOTDIR;
	TRY(path_may_enter(&file->path, thread_cred(self)));
	struct path there CLEANUP(path_drop) = path_clone(&file->path);
	fs_ctx_set_cwd(thread_fs(self), &there);
	return OK;
}

err_t sys_chroot(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct walk w CLEANUP(walk_fini) = { .flags = WALK_FOLLOW | WALK_DIRECTORY };
	(void)ret;
	TRY(fs_walk(self, AT_FDCWD, a->a0, 0, &w));
	TRY(path_may_enter(&w.path, thread_cred(self)));
	if (!cred_has_cap(thread_cred(self), CAP_SYS_CHROOT))
		return ERR_PERM;
	fs_ctx_set_root(thread_fs(self), &w.path);
	return OK;
}

err_t sys_umask(struct thread *self, const struct sysargs *a, i64 *ret)
{
	*ret = fs_ctx_set_umask(thread_fs(self), (u32)a->a0);
	return OK;
}
