/* SPDX-License-Identifier: MPL-2.0 */
/* fs_stat - stat(2), statx(2), access(2), readlink(2), statfs(2). */
#include "syscall/fs_common.h"

static err_t stat_walked(const struct walk *w, struct file_stat *st)
{
	if (!file_is_null(&w->file))
		return file_stat(file_get(&w->file), st);
	return vfs_stat(&w->path, st);
}

static err_t stat_fd(struct thread *self, u64 fd, struct file_stat *st)
{
	SCOPED_REF(file, f);
	TRY(fs_fd_any(self, fd, &f));
	return file_stat(file_get(&f), st);
}

/* fstat(3) of C libraries is fstatat(fd, "", AT_EMPTY_PATH). */
static bool is_fd_itself(i32 dirfd, u64 name, u32 at_flags)
{
	u8 first = 1;
	if ((at_flags & AT_EMPTY_PATH) == 0 || dirfd < 0)
		return false;
	return user_get(arg_uaddr(name), &first) == OK && first == 0;
}

/* stat(2) of what has an inode: the fields come as a value, so that nothing is cleared before it is
 * filled. */
static err_t put_inode(struct inode *i, u64 out)
{
	struct file_stat st = inode_fields(i);
	TRY(inode_getattr(i, &st));
	return arch_stat_put(arg_uaddr(out), &st);
}

static NOINLINE err_t put_file(struct file *f, u64 out)
{
	struct file_stat st = {};
	TRY(file_stat(f, &st));
	return arch_stat_put(arg_uaddr(out), &st);
}

static err_t put_fd(struct thread *self, u64 fd, u64 out)
{
	SCOPED_REF(file, ref);
	TRY(fs_fd_any(self, fd, &ref));
	struct file *f = file_get(&ref);
	return likely(file_has_path(f)) ? put_inode(file_inode(f), out) : put_file(f, out);
}

static err_t stat_to_user(struct thread *self, i32 dirfd, u64 name, u32 at_flags, u64 out)
{
	if (is_fd_itself(dirfd, name, at_flags))
		return put_fd(self, (u32)dirfd, out);
	struct walk w CLEANUP(walk_fini) = { .flags = fs_follow(at_flags) };
	TRY(fs_walk(self, dirfd, name, at_flags, &w));
	return likely(file_is_null(&w.file)) ? put_inode(path_inode(&w.path), out)
					     : put_file(file_get(&w.file), out);
}

err_t sys_stat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return stat_to_user(self, AT_FDCWD, a->a0, 0, a->a1);
}

err_t sys_lstat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return stat_to_user(self, AT_FDCWD, a->a0, AT_SYMLINK_NOFOLLOW, a->a1);
}

err_t sys_fstat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return put_fd(self, a->a0, a->a1);
}

err_t sys_newfstatat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 flags = (u32)a->a3;
	(void)ret;
	if ((flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
			    AT_STATX_SYNC_TYPE)) != 0)
		return ERR_INVAL;
	return stat_to_user(self, arg_int(a->a0), a->a1, flags, a->a2);
}

static err_t stat_at(struct thread *self, i32 dirfd, u64 name, u32 at_flags, struct file_stat *st)
{
	if (is_fd_itself(dirfd, name, at_flags))
		return stat_fd(self, (u32)dirfd, st);
	struct walk w CLEANUP(walk_fini) = { .flags = fs_follow(at_flags) };
	TRY(fs_walk(self, dirfd, name, at_flags, &w));
	return stat_walked(&w, st);
}

static struct abi_statx_time statx_time(const struct file_time *t)
{
	struct abi_statx_time out = { .sec = t->sec, .nsec = (u32)t->nsec };
	return out;
}

err_t sys_statx(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct file_stat st = {};
	u32 flags = (u32)a->a2;
	(void)ret;
	if ((a->a3 & STATX_RESERVED) != 0 || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return ERR_INVAL;
	if ((flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
			    AT_STATX_SYNC_TYPE)) != 0)
		return ERR_INVAL;
	TRY(stat_at(self, arg_int(a->a0), a->a1, flags, &st));
	struct abi_statx x = {
		.mask = STATX_BASIC_STATS | ((u32)a->a3 & (STATX_BTIME | STATX_MNT_ID)),
		.blksize = (u32)st.blksize,
		.nlink = (u32)st.nlink,
		.uid = st.uid,
		.gid = st.gid,
		.mode = (u16)st.mode,
		.ino = st.ino,
		.size = st.size,
		.blocks = st.blocks,
		.atime = statx_time(&st.atime),
		.btime = statx_time(&st.btime),
		.ctime = statx_time(&st.ctime),
		.mtime = statx_time(&st.mtime),
		.rdev_major = dev_major((u32)st.rdev),
		.rdev_minor = dev_minor((u32)st.rdev),
		.dev_major = dev_major((u32)st.dev),
		.dev_minor = dev_minor((u32)st.dev),
		.mount_id = st.mount_id,
	};
	return user_put(arg_uaddr(a->a4), &x);
}

/* access(2) asks for the real ids: credentials that act as these. */
static err_t real_cred(const struct cred *now, struct cred_ref *out)
{
	TRY(cred_copy(now, out));
	struct cred *c = cred_get(out);
	c->fsuid = c->uid;
	c->fsgid = c->gid;
	c->cap_effective = c->uid == 0 ? c->cap_permitted : 0;
	return OK;
}

static err_t do_access(struct thread *self, i32 dirfd, u64 name, u32 mode, u32 at_flags)
{
	const struct cred *cred = thread_cred(self);
	SCOPED_REF(cred, real);
	struct at at CLEANUP(at_fini) = {};
	struct walk w CLEANUP(walk_fini) = { .flags = fs_follow(at_flags) };
	if ((mode & ~7u) != 0 ||
	    (at_flags & ~(u32)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return ERR_INVAL;
	if ((at_flags & AT_EACCESS) == 0 &&
	    (cred->fsuid != cred->uid || cred->fsgid != cred->gid ||
	     cred->cap_effective != (cred->uid == 0 ? cred->cap_permitted : 0))) {
		TRY(real_cred(cred, &real));
		cred = cred_get(&real);
	}
	TRY(fs_at(self, dirfd, name, at_flags, &at));
	TRY(namei(thread_fs(self), cred, &at, &w));
	return file_is_null(&w.file) ? vfs_access(&w.path, cred, mode) : OK;
}

err_t sys_access(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_access(self, AT_FDCWD, a->a0, (u32)a->a1, 0);
}

err_t sys_faccessat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_access(self, arg_int(a->a0), a->a1, (u32)a->a2, 0);
}

err_t sys_faccessat2(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return do_access(self, arg_int(a->a0), a->a1, (u32)a->a2, (u32)a->a3);
}

/* Copies a link's text of len bytes, or as much as size allows. */
static err_t put_link(struct uaddr out, u64 size, struct cspan text, usize len, i64 *ret)
{
	usize have = min_of(len, cspan_len(text));
	usize n = min_of(have, size);
	TRY(user_write(out, cspan_sub(text, 0, n)));
	*ret = (i64)n;
	return OK;
}

static err_t do_readlink(struct thread *self, i32 dirfd, u64 name, u64 out, i32 size, i64 *ret)
{
	struct at at CLEANUP(at_fini) = {};
	struct walk w CLEANUP(walk_fini) = {};
	u8 small[128] = {};
	SCOPED_BUF(large);
	usize len = 0;
	if (size <= 0)
		return ERR_INVAL;
	TRY(fs_at(self, dirfd, name, AT_EMPTY_PATH, &at));
	bool is_empty = str_len(at.name) == 0;
	if (is_empty && dirfd == AT_FDCWD)
		return ERR_NOENT;
	TRY(namei(thread_fs(self), thread_cred(self), &at, &w));
	struct inode *i = file_is_null(&w.file) ? path_inode(&w.path) : nullptr;
	if (i == nullptr || !inode_is_lnk(i) || i->ops->readlink == nullptr)
		return is_empty ? ERR_NOENT : ERR_INVAL;
	TRY(i->ops->readlink(i, span_of(small), &len));
	if (len <= sizeof(small) || (u32)size <= sizeof(small))
		return put_link(arg_uaddr(out), (u32)size, cspan_of(small), len, ret);
	TRY(buf_alloc(PATH_MAX, &large));
	TRY(i->ops->readlink(i, buf_span(&large), &len));
	return put_link(arg_uaddr(out), (u32)size, span_const(buf_span(&large)), len, ret);
}

err_t sys_readlink(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return do_readlink(self, AT_FDCWD, a->a0, a->a1, arg_int(a->a2), ret);
}

err_t sys_readlinkat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return do_readlink(self, arg_int(a->a0), a->a1, a->a2, arg_int(a->a3), ret);
}

err_t sys_statfs(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct walk w CLEANUP(walk_fini) = { .flags = WALK_FOLLOW };
	struct abi_statfs st = {};
	(void)ret;
	TRY(fs_walk(self, AT_FDCWD, a->a0, 0, &w));
	if (!file_is_null(&w.file))
		return ERR_NOSYS;
	TRY(mount_statfs(path_mount(&w.path), &st));
	return user_put(arg_uaddr(a->a1), &st);
}

enum : i64 { PIPEFS_MAGIC = 0x50495045, ANON_INODE_MAGIC = 0x09041934 };

err_t sys_fstatfs(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	struct file_stat fst = {};
	struct abi_statfs st = { .block_size = PAGE_SIZE,
				 .fragment_size = PAGE_SIZE,
				 .name_max = NAME_MAX };
	(void)ret;
	TRY(fs_fd_any(self, a->a0, &f));
	if (file_has_path(file_get(&f))) {
		TRY(mount_statfs(path_mount(&file_get(&f)->path), &st));
	} else {
		TRY(file_stat(file_get(&f), &fst));
		st.type = (fst.mode & S_IFMT) == S_IFIFO ? PIPEFS_MAGIC : ANON_INODE_MAGIC;
	}
	return user_put(arg_uaddr(a->a1), &st);
}
