/* SPDX-License-Identifier: MPL-2.0 */
/* fs_fcntl - fcntl(2), ioctl(2), flock(2). */
#include "fs/flock.h"
#include "ipc/pipe.h"
#include "process/process.h"
#include "syscall/fs_common.h"

static err_t fcntl_dup(struct thread *self, struct file_ref *f, u64 from, u32 flags, i64 *ret)
{
	struct fd_slot slot CLEANUP(fd_release) = {};
	if (from >= fs_fd_limit(self) || from >= FD_MAX)
		return ERR_INVAL;
	TRY(fd_reserve(thread_files(self), (i32)from, fs_fd_limit(self), &slot));
	*ret = fd_number(&slot);
	fd_publish(&slot, flags, file_move(f));
	return OK;
}

static void change_flags(struct file *f, u32 mask, u32 wanted)
{
	u32 now = atomic_u32_load(&f->flags);
	while (!atomic_u32_cas(&f->flags, &now, (now & ~mask) | (wanted & mask)))
		continue;
	if (f->ops->flags_changed != nullptr)
		f->ops->flags_changed(f, (now & ~mask) | (wanted & mask));
}

static err_t fcntl_setfl(struct thread *self, struct file *f, u32 flags)
{
	u32 now = atomic_u32_load(&f->flags);
	if ((flags & ~now & O_NOATIME) != 0 && file_has_path(f) &&
	    !inode_owned_by(file_inode(f), thread_cred(self)))
		return ERR_PERM;
	if ((flags & ~now & O_DIRECT) != 0)
		return ERR_INVAL;
	/* O_ASYNC is accepted and stored; there is nobody to signal without F_SETOWN. */
	change_flags(f, O_SETFL_MASK, flags);
	return OK;
}

/* struct flock to bytes start … end. */
static err_t lock_range(struct file *f, const struct abi_flock *l, struct flock_range *out)
{
	struct file_stat st = {};
	i64 base = 0;
	switch ((u16)l->whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = (i64)atomic_u64_load(&f->pos);
		break;
	case SEEK_END:
		TRY(file_stat(f, &st));
		base = (i64)st.size;
		break;
	default:
		return ERR_INVAL;
	}
	i64 start = 0, end = INT64_MAX;
	if (!ckd_add(base, l->start, &start))
		return ERR_OVERFLOW;
	if (start < 0)
		return ERR_INVAL;
	if (l->len > 0 && !ckd_add(start, l->len - 1, &end))
		return ERR_OVERFLOW;
	if (l->len < 0) {
		end = start - 1;
		if (!ckd_add(start, l->len, &start) || start < 0)
			return ERR_INVAL;
	}
	out->start = (u64)start;
	out->end = (u64)end;
	return OK;
}

static err_t fcntl_getlk(struct inode *i, const struct flock_range *want, struct uaddr arg,
			 struct abi_flock *l)
{
	struct flock_range held = {};
	if (want->type == F_UNLCK)
		return ERR_INVAL;
	flock_test(i, want, &held);
	l->type = held.type;
	if (held.type != F_UNLCK) {
		l->whence = SEEK_SET;
		l->start = (i64)held.start;
		l->len = held.end == FLOCK_END ? 0 : (i64)(held.end - held.start + 1);
		l->pid = held.kind == FLOCK_OFD ? -1 : held.pid;
	}
	return user_put(arg, l);
}

static err_t fcntl_lock(struct thread *self, struct file *f, u32 cmd, struct uaddr arg)
{
	struct abi_flock l = {};
	struct flock_range want = {};
	bool is_ofd = cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
	bool is_get = cmd == F_GETLK || cmd == F_OFD_GETLK;
	TRY(user_get(arg, &l));
	if (!file_has_path(f) || (u16)l.type > F_UNLCK)
		return ERR_INVAL;
	if (is_ofd && l.pid != 0)
		return ERR_INVAL;
	want.kind = is_ofd ? FLOCK_OFD : FLOCK_POSIX;
	want.owner = is_ofd ? flock_file_owner(f) : fdtable_id(thread_files(self));
	want.type = (u8)l.type;
	want.pid = process_pid(thread_process(self));
	TRY(lock_range(f, &l, &want));
	if (is_get)
		return fcntl_getlk(file_inode(f), &want, arg, &l);
	if ((want.type == F_RDLCK && (f->mode & FILE_READ) == 0) ||
	    (want.type == F_WRLCK && (f->mode & FILE_WRITE) == 0))
		return ERR_BADF;
	bool waits = cmd == F_SETLKW || cmd == F_OFD_SETLKW;
	return flock_set(file_inode(f), &want, waits ? FLOCK_WAIT : FLOCK_NOWAIT);
}

/* Commands that O_PATH descriptors answer too. */
static bool is_path_command(u32 cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD || cmd == F_SETFD ||
	       cmd == F_GETFL;
}

static err_t fcntl_descriptor(struct thread *self, i32 fd, struct file_ref *f, u32 cmd, u64 arg,
			      i64 *ret)
{
	bool cloexec = false;
	switch (cmd) {
	case F_DUPFD:
		return fcntl_dup(self, f, (u32)arg, 0, ret);
	case F_DUPFD_CLOEXEC:
		return fcntl_dup(self, f, (u32)arg, O_CLOEXEC, ret);
	case F_GETFD:
		TRY(fd_get_cloexec(thread_files(self), fd, &cloexec));
		*ret = cloexec ? FD_CLOEXEC : 0;
		return OK;
	case F_SETFD:
		return fd_set_cloexec(thread_files(self), fd, (arg & FD_CLOEXEC) != 0);
	default:
		*ret = atomic_u32_load(&file_get(f)->flags);
		return OK;
	}
}

err_t sys_fcntl(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	u32 cmd = (u32)a->a1;
	u64 arg = a->a2;
	TRY(fs_fd_any(self, a->a0, &f));
	if (is_path_command(cmd))
		return fcntl_descriptor(self, arg_int(a->a0), &f, cmd, arg, ret);
	struct file *file = file_get(&f);
	if ((file->mode & FILE_PATH) != 0)
		return ERR_BADF;
	switch (cmd) {
	case F_SETFL:
		return fcntl_setfl(self, file, (u32)arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return fcntl_lock(self, file, cmd, arg_uaddr(arg));
	case F_GETOWN:
	case F_GETSIG:
		return OK; /* nobody: SIGIO is not sent */
	case F_GETLEASE:
		*ret = F_UNLCK;
		return OK;
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
		if (!file_is_pipe(file))
			return ERR_BADF;
		[[fallthrough]];
	default:
		return file->ops->fcntl == nullptr ? ERR_INVAL
						   : file->ops->fcntl(file, cmd, arg, ret);
	}
}

static err_t ioctl_readable(struct file *f, u64 arg)
{
	struct file_stat st = {};
	TRY(file_stat(f, &st));
	/* Modulo 2^64: positions of /proc/PID/mem go as far. */
	u64 left = st.size - atomic_u64_load(&f->pos);
	return user_write_u32(arg_uaddr(arg), (u32)left);
}

/* Sharing of blocks between files, for which cp asks: no file system here does it. */
static err_t ioctl_clone(struct thread *self, struct file *f, u64 source)
{
	SCOPED_REF(file, from);
	if ((f->mode & FILE_REGULAR) == 0)
		return ERR_NOTTY;
	TRY(fs_fd(self, source, &from));
	return ERR_OPNOTSUPP;
}

err_t sys_ioctl(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, ref);
	u32 cmd = (u32)a->a1;
	u32 on = 0;
	TRY(fs_fd(self, a->a0, &ref));
	struct file *f = file_get(&ref);
	switch (cmd) {
	case FIOCLEX:
		return fd_set_cloexec(thread_files(self), arg_int(a->a0), true);
	case FIONCLEX:
		return fd_set_cloexec(thread_files(self), arg_int(a->a0), false);
	case FIONBIO:
		TRY(user_read_u32(arg_uaddr(a->a2), &on));
		change_flags(f, O_NONBLOCK, on != 0 ? O_NONBLOCK : 0);
		return OK;
	case FIOASYNC:
		TRY(user_read_u32(arg_uaddr(a->a2), &on));
		return on != 0 ? ERR_NOTTY : OK;
	case FIGETBSZ:
		return user_write_u32(arg_uaddr(a->a2), PAGE_SIZE);
	case FIONREAD:
		if ((f->mode & FILE_REGULAR) != 0)
			return ioctl_readable(f, a->a2);
		return file_ioctl(f, self, cmd, a->a2, ret);
	case FICLONE:
		return ioctl_clone(self, f, a->a2);
	default:
		return file_ioctl(f, self, cmd, a->a2, ret);
	}
}

err_t sys_flock(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(file, f);
	u32 op = (u32)a->a1 & ~(u32)LOCK_NB;
	(void)ret;
	if ((op & LOCK_MAND) != 0) /* mandatory locks are gone; asking for them does nothing */
		return OK;
	struct flock_range want = { .kind = FLOCK_BSD, .start = 0, .end = FLOCK_END };
	switch (op) {
	case LOCK_SH:
		want.type = F_RDLCK;
		break;
	case LOCK_EX:
		want.type = F_WRLCK;
		break;
	case LOCK_UN:
		want.type = F_UNLCK;
		break;
	default:
		return ERR_INVAL;
	}
	TRY(fs_fd(self, a->a0, &f));
	if (!file_has_path(file_get(&f)))
		return ERR_BADF;
	want.owner = flock_file_owner(file_get(&f));
	return flock_set(file_inode(file_get(&f)), &want,
			 (a->a1 & LOCK_NB) != 0 ? FLOCK_NOWAIT : FLOCK_WAIT);
}
