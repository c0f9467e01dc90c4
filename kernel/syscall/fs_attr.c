/* SPDX-License-Identifier: MPL-2.0 */
/* fs_attr - chmod(2), chown(2), utimensat(2) and their relatives. */
#include "abi/time.h"
#include "syscall/fs_common.h"

/* Attributes of what a path names, or of what a descriptor has open. */
static err_t change_walked(struct thread *self, const struct walk *w, struct attr_change *c)
{
	if (!file_is_null(&w->file))
		return ERR_INVAL;
	return vfs_setattr(&w->path, thread_cred(self), c);
}

static err_t change_at(struct thread *self, i32 dirfd, u64 name, u32 at_flags,
		       struct attr_change *c)
{
	struct walk w CLEANUP(walk_fini) = { .flags = fs_follow(at_flags) };
	TRY(fs_walk(self, dirfd, name, at_flags, &w));
	return change_walked(self, &w, c);
}

static err_t change_fd(struct thread *self, u64 fd, struct attr_change *c)
{
	SCOPED_REF(file, f);
	TRY(fs_fd(self, fd, &f));
	if (!file_has_path(file_get(&f)))
		return ERR_INVAL;
	return vfs_setattr(&file_get(&f)->path, thread_cred(self), c);
}

err_t sys_chmod(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = { .valid = ATTR_MODE, .mode = (u32)a->a1 & S_PERM };
	(void)ret;
	return change_at(self, AT_FDCWD, a->a0, 0, &c);
}

err_t sys_fchmod(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = { .valid = ATTR_MODE, .mode = (u32)a->a1 & S_PERM };
	(void)ret;
	return change_fd(self, a->a0, &c);
}

err_t sys_fchmodat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = { .valid = ATTR_MODE, .mode = (u32)a->a2 & S_PERM };
	(void)ret;
	return change_at(self, arg_int(a->a0), a->a1, 0, &c);
}

static struct attr_change owner_change(u64 uid, u64 gid)
{
	struct attr_change c = { .uid = (u32)uid, .gid = (u32)gid };
	if (c.uid != UINT32_MAX)
		c.valid |= ATTR_UID;
	if (c.gid != UINT32_MAX)
		c.valid |= ATTR_GID;
	return c;
}

err_t sys_chown(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = owner_change(a->a1, a->a2);
	(void)ret;
	return change_at(self, AT_FDCWD, a->a0, 0, &c);
}

err_t sys_lchown(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = owner_change(a->a1, a->a2);
	(void)ret;
	return change_at(self, AT_FDCWD, a->a0, AT_SYMLINK_NOFOLLOW, &c);
}

err_t sys_fchown(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = owner_change(a->a1, a->a2);
	(void)ret;
	return change_fd(self, a->a0, &c);
}

err_t sys_fchownat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = owner_change(a->a2, a->a3);
	u32 flags = (u32)a->a4;
	(void)ret;
	if ((flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return ERR_INVAL;
	return change_at(self, arg_int(a->a0), a->a1, flags, &c);
}

/* Two times of utimensat(2); false in *any when both are to be left alone. */
static err_t times_change(const struct abi_timespec *t0, const struct abi_timespec *t1,
			  struct attr_change *c)
{
	struct file_time now = fs_now();
	bool now0 = t0->nsec == UTIME_NOW, now1 = t1->nsec == UTIME_NOW;
	bool omit0 = t0->nsec == UTIME_OMIT, omit1 = t1->nsec == UTIME_OMIT;
	if (!now0 && !omit0 && (t0->nsec < 0 || t0->nsec >= (i64)NSEC_PER_SEC))
		return ERR_INVAL;
	if (!now1 && !omit1 && (t1->nsec < 0 || t1->nsec >= (i64)NSEC_PER_SEC))
		return ERR_INVAL;
	c->valid |= (omit0 ? 0u : (u32)ATTR_ATIME) | (omit1 ? 0u : (u32)ATTR_MTIME);
	if (now0 && now1)
		c->valid |= ATTR_TIMES_NOW;
	c->atime = now0 ? now : (struct file_time){ t0->sec, t0->nsec };
	c->mtime = now1 ? now : (struct file_time){ t1->sec, t1->nsec };
	return OK;
}

static struct attr_change times_now(void)
{
	struct file_time now = fs_now();
	struct attr_change c = { .valid = ATTR_ATIME | ATTR_MTIME | ATTR_TIMES_NOW,
				 .atime = now,
				 .mtime = now };
	return c;
}

static err_t change_times(struct thread *self, i32 dirfd, u64 name, u32 at_flags,
			  struct attr_change *c)
{
	if (name == 0 && dirfd != AT_FDCWD)
		return (at_flags != 0) ? ERR_INVAL : change_fd(self, (u32)dirfd, c);
	return change_at(self, dirfd, name, at_flags, c);
}

err_t sys_utimensat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_timespec times[2] = {};
	struct attr_change c = {};
	u32 flags = (u32)a->a3;
	(void)ret;
	if (a->a2 == 0) {
		c = times_now();
	} else {
		TRY(user_read(arg_uaddr(a->a2), span_of(times)));
		if (times[0].nsec == UTIME_OMIT && times[1].nsec == UTIME_OMIT)
			return OK;
		TRY(times_change(&times[0], &times[1], &c));
	}
	if ((flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return ERR_INVAL;
	return change_times(self, arg_int(a->a0), a->a1, flags, &c);
}

/* utimes(2) and futimesat(2): microseconds. */
static err_t timevals_change(u64 from, struct attr_change *c)
{
	struct abi_timeval tv[2] = {};
	*c = times_now();
	if (from == 0)
		return OK;
	TRY(user_read(arg_uaddr(from), span_of(tv)));
	for (usize i = 0; i < 2; i++) {
		if (array_at(tv, i).usec < 0 || array_at(tv, i).usec >= 1000000)
			return ERR_INVAL;
	}
	struct abi_timespec t0 = { tv[0].sec, tv[0].usec * 1000 };
	struct abi_timespec t1 = { tv[1].sec, tv[1].usec * 1000 };
	c->valid = 0;
	return times_change(&t0, &t1, c);
}

err_t sys_utimes(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = {};
	(void)ret;
	TRY(timevals_change(a->a1, &c));
	return change_at(self, AT_FDCWD, a->a0, 0, &c);
}

err_t sys_futimesat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = {};
	(void)ret;
	TRY(timevals_change(a->a2, &c));
	return change_times(self, arg_int(a->a0), a->a1, 0, &c);
}

err_t sys_utime(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct attr_change c = times_now();
	i64 times[2] = {};
	(void)ret;
	if (a->a1 != 0) {
		TRY(user_read(arg_uaddr(a->a1), span_of(times)));
		c = (struct attr_change){ .valid = ATTR_ATIME | ATTR_MTIME,
					  .atime = { times[0], 0 },
					  .mtime = { times[1], 0 } };
	}
	return change_at(self, AT_FDCWD, a->a0, 0, &c);
}
