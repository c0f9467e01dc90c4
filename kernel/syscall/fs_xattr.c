/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fs_xattr - extended attributes: no file system here stores any.
 *
 * What a tmpfs of Linux 6.1 would answer when none is set: user.* is not supported, the other name
 * spaces are empty.
 *
 * Spec: xattr(7).
 */
#include "syscall/fs_common.h"

enum : usize { XATTR_NAME_MAX = 255 };

static err_t check_name(u64 name, bool *has_space)
{
	u8 memory[XATTR_NAME_MAX + 1] = {};
	usize len = 0;
	err_t e = user_read_str(arg_uaddr(name), span_of(memory), &len);
	if (e == ERR_NAMETOOLONG || (e == OK && len == 0))
		return ERR_RANGE;
	TRY(e);
	struct str s = str_of(cspan_sub(cspan_of(memory), 0, len));
	*has_space = str_starts_with(s, STR("security.")) || str_starts_with(s, STR("trusted.")) ||
		     str_starts_with(s, STR("system.posix_acl_"));
	return OK;
}

static err_t find_path(struct thread *self, u64 path, u32 at_flags)
{
	struct walk w CLEANUP(walk_fini) = { .flags = fs_follow(at_flags) };
	return fs_walk(self, AT_FDCWD, path, 0, &w);
}

static err_t find_fd(struct thread *self, u64 fd)
{
	SCOPED_REF(file, f);
	return fs_fd(self, fd, &f);
}

static err_t answer_get(u64 name)
{
	bool has_space = false;
	TRY(check_name(name, &has_space));
	return has_space ? ERR_NODATA : ERR_OPNOTSUPP;
}

static err_t answer_set(u64 name, u64 flags)
{
	bool has_space = false;
	if ((flags & ~3ull) != 0)
		return ERR_INVAL;
	TRY(check_name(name, &has_space));
	return ERR_OPNOTSUPP;
}

err_t sys_getxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	TRY(find_path(self, a->a0, 0));
	return answer_get(a->a1);
}

err_t sys_lgetxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	TRY(find_path(self, a->a0, AT_SYMLINK_NOFOLLOW));
	return answer_get(a->a1);
}

err_t sys_fgetxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	TRY(find_fd(self, a->a0));
	return answer_get(a->a1);
}

err_t sys_setxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	TRY(find_path(self, a->a0, 0));
	return answer_set(a->a1, a->a4);
}

err_t sys_lsetxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	TRY(find_path(self, a->a0, AT_SYMLINK_NOFOLLOW));
	return answer_set(a->a1, a->a4);
}

err_t sys_fsetxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	TRY(find_fd(self, a->a0));
	return answer_set(a->a1, a->a4);
}

err_t sys_removexattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	TRY(find_path(self, a->a0, 0));
	return answer_get(a->a1);
}

err_t sys_lremovexattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	TRY(find_path(self, a->a0, AT_SYMLINK_NOFOLLOW));
	return answer_get(a->a1);
}

err_t sys_fremovexattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	TRY(find_fd(self, a->a0));
	return answer_get(a->a1);
}

err_t sys_listxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return find_path(self, a->a0, 0);
}

err_t sys_llistxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return find_path(self, a->a0, AT_SYMLINK_NOFOLLOW);
}

err_t sys_flistxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return find_fd(self, a->a0);
}
