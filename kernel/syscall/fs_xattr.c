/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fs_xattr - extended attributes: no file system here stores any.
 *
 * What a tmpfs of Linux 6.1 would answer when none is set: user.* is not supported, the other name
 * spaces are empty, and who may not use a name space is told so first.
 *
 * Spec: xattr(7).
 */
#include "syscall/fs_common.h"

enum : usize { XATTR_NAME_MAX = 255 };

enum name_space : u8 { SPACE_NONE, SPACE_USER, SPACE_TRUSTED, SPACE_EMPTY };

static err_t read_name(u64 name, enum name_space *space)
{
	u8 memory[XATTR_NAME_MAX + 1] = {};
	usize len = 0;
	err_t e = user_read_str(arg_uaddr(name), span_of(memory), &len);
	if (e == ERR_NAMETOOLONG || (e == OK && len == 0))
		return ERR_RANGE;
	TRY(e);
	struct str s = str_of(cspan_sub(cspan_of(memory), 0, len));
	*space = SPACE_NONE;
	if (str_starts_with(s, STR("user.")))
		*space = SPACE_USER;
	else if (str_starts_with(s, STR("trusted.")))
		*space = SPACE_TRUSTED;
	else if (str_starts_with(s, STR("security.")) ||
		 str_starts_with(s, STR("system.posix_acl_")))
		*space = SPACE_EMPTY;
	return OK;
}

/* The mode of what path leads to. */
static err_t find_path(struct thread *self, u64 path, u32 at_flags, u32 *mode)
{
	struct walk w CLEANUP(walk_fini) = { .flags = fs_follow(at_flags) };
	TRY(fs_walk(self, AT_FDCWD, path, 0, &w));
	*mode = file_is_null(&w.file) ? inode_mode(path_inode(&w.path)) : S_IFIFO;
	return OK;
}

static err_t find_fd(struct thread *self, u64 fd, u32 *mode)
{
	SCOPED_REF(file, f);
	TRY(fs_fd(self, fd, &f));
	*mode = file_has_path(file_get(&f)) ? inode_mode(file_inode(file_get(&f))) : S_IFIFO;
	return OK;
}

/* user.* belongs to files and folders, trusted.* to CAP_SYS_ADMIN. */
static bool is_allowed(struct thread *self, enum name_space space, u32 mode)
{
	if (space == SPACE_USER)
		return mode_is_reg(mode) || mode_is_dir(mode);
	return space != SPACE_TRUSTED || cred_has_cap(thread_cred(self), CAP_SYS_ADMIN);
}

static err_t answer_get(struct thread *self, u64 name, u32 mode)
{
	enum name_space space = SPACE_NONE;
	TRY(read_name(name, &space));
	if (!is_allowed(self, space, mode))
		return ERR_NODATA;
	return space == SPACE_TRUSTED || space == SPACE_EMPTY ? ERR_NODATA : ERR_OPNOTSUPP;
}

static err_t answer_remove(struct thread *self, u64 name, u32 mode)
{
	enum name_space space = SPACE_NONE;
	TRY(read_name(name, &space));
	return is_allowed(self, space, mode) ? answer_get(self, name, mode) : ERR_PERM;
}

static err_t answer_set(struct thread *self, u64 name, u64 flags, u32 mode)
{
	enum name_space space = SPACE_NONE;
	if ((flags & ~3ull) != 0)
		return ERR_INVAL;
	TRY(read_name(name, &space));
	return is_allowed(self, space, mode) ? ERR_OPNOTSUPP : ERR_PERM;
}

err_t sys_getxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	TRY(find_path(self, a->a0, 0, &mode));
	return answer_get(self, a->a1, mode);
}

err_t sys_lgetxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	TRY(find_path(self, a->a0, AT_SYMLINK_NOFOLLOW, &mode));
	return answer_get(self, a->a1, mode);
}

err_t sys_fgetxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	TRY(find_fd(self, a->a0, &mode));
	return answer_get(self, a->a1, mode);
}

err_t sys_setxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	TRY(find_path(self, a->a0, 0, &mode));
	return answer_set(self, a->a1, a->a4, mode);
}

err_t sys_lsetxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	TRY(find_path(self, a->a0, AT_SYMLINK_NOFOLLOW, &mode));
	return answer_set(self, a->a1, a->a4, mode);
}

err_t sys_fsetxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	TRY(find_fd(self, a->a0, &mode));
	return answer_set(self, a->a1, a->a4, mode);
}

err_t sys_removexattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	TRY(find_path(self, a->a0, 0, &mode));
	return answer_remove(self, a->a1, mode);
}

err_t sys_lremovexattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	TRY(find_path(self, a->a0, AT_SYMLINK_NOFOLLOW, &mode));
	return answer_remove(self, a->a1, mode);
}

err_t sys_fremovexattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	TRY(find_fd(self, a->a0, &mode));
	return answer_remove(self, a->a1, mode);
}

err_t sys_listxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	return find_path(self, a->a0, 0, &mode);
}

err_t sys_llistxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	return find_path(self, a->a0, AT_SYMLINK_NOFOLLOW, &mode);
}

err_t sys_flistxattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 mode = 0;
	(void)ret;
	return find_fd(self, a->a0, &mode);
}
