/* SPDX-License-Identifier: MPL-2.0 */
/* cred - user and group ids: credentials(7). */
#include "process/internal.h"
#include "syscall/handlers_cred.h"

enum : u32 { UNCHANGED = UINT32_MAX };

err_t sys_getuid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	*ret = thread_cred(self)->uid;
	return OK;
}

err_t sys_geteuid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	*ret = thread_cred(self)->euid;
	return OK;
}

err_t sys_getgid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	*ret = thread_cred(self)->gid;
	return OK;
}

err_t sys_getegid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	*ret = thread_cred(self)->egid;
	return OK;
}

/* Puts the changed credentials in force: capabilities follow, the process counts for its new user.
 */
static err_t publish(struct thread *self, struct cred_ref fresh)
{
	SCOPED_REF(cred, c);
	c = cred_move(&fresh);
	struct cred *to = cred_get(&c);
	const struct cred *old = thread_cred(self);
	SCOPED_REF(user_account, user);
	if (to->uid != old->uid)
		TRY(user_account_find(to->uid, &user));
	cred_fix_caps(to, old);
	cred_fix_fs_caps(to, old->fsuid);
	if (to->euid != old->euid || to->egid != old->egid || to->fsuid != old->fsuid ||
	    to->fsgid != old->fsgid) {
		SCOPED_REF(process, none);
		atomic_u32_store(&thread_mm(self)->dumpable, 0);
		GUARD(process_tree, &world.lock);
		process_of(self)->death_signal = 0;
	}
	thread_set_cred(self, cred_move(&c));
	if (!user_account_is_null(&user))
		process_set_user(process_of(self), user_account_move(&user));
	return OK;
}

static bool can_set_uid(struct thread *self)
{
	return cred_has_cap(thread_cred(self), CAP_SETUID);
}

static bool can_set_gid(struct thread *self)
{
	return cred_has_cap(thread_cred(self), CAP_SETGID);
}

err_t sys_setuid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 uid = (u32)a->a0;
	const struct cred *old = thread_cred(self);
	SCOPED_REF(cred, c);
	(void)ret;
	if (uid == UNCHANGED)
		return ERR_INVAL;
	TRY(cred_copy(old, &c));
	struct cred *to = cred_get(&c);
	if (can_set_uid(self))
		to->uid = to->suid = uid;
	else if (uid != old->uid && uid != old->suid)
		return ERR_PERM;
	to->euid = to->fsuid = uid;
	return publish(self, cred_move(&c));
}

err_t sys_setgid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 gid = (u32)a->a0;
	const struct cred *old = thread_cred(self);
	SCOPED_REF(cred, c);
	(void)ret;
	if (gid == UNCHANGED)
		return ERR_INVAL;
	TRY(cred_copy(old, &c));
	struct cred *to = cred_get(&c);
	if (can_set_gid(self))
		to->gid = to->sgid = gid;
	else if (gid != old->gid && gid != old->sgid)
		return ERR_PERM;
	to->egid = to->fsgid = gid;
	return publish(self, cred_move(&c));
}

err_t sys_setreuid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 ruid = (u32)a->a0, euid = (u32)a->a1;
	const struct cred *old = thread_cred(self);
	SCOPED_REF(cred, c);
	(void)ret;
	TRY(cred_copy(old, &c));
	struct cred *to = cred_get(&c);
	if (ruid != UNCHANGED) {
		if (ruid != old->uid && ruid != old->euid && !can_set_uid(self))
			return ERR_PERM;
		to->uid = ruid;
	}
	if (euid != UNCHANGED) {
		if (euid != old->uid && euid != old->euid && euid != old->suid &&
		    !can_set_uid(self))
			return ERR_PERM;
		to->euid = euid;
	}
	if (ruid != UNCHANGED || (euid != UNCHANGED && euid != old->uid))
		to->suid = to->euid;
	to->fsuid = to->euid;
	return publish(self, cred_move(&c));
}

err_t sys_setregid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 rgid = (u32)a->a0, egid = (u32)a->a1;
	const struct cred *old = thread_cred(self);
	SCOPED_REF(cred, c);
	(void)ret;
	TRY(cred_copy(old, &c));
	struct cred *to = cred_get(&c);
	if (rgid != UNCHANGED) {
		if (rgid != old->gid && rgid != old->egid && !can_set_gid(self))
			return ERR_PERM;
		to->gid = rgid;
	}
	if (egid != UNCHANGED) {
		if (egid != old->gid && egid != old->egid && egid != old->sgid &&
		    !can_set_gid(self))
			return ERR_PERM;
		to->egid = egid;
	}
	if (rgid != UNCHANGED || (egid != UNCHANGED && egid != old->gid))
		to->sgid = to->egid;
	to->fsgid = to->egid;
	return publish(self, cred_move(&c));
}

static bool is_one_of(u32 id, u32 a, u32 b, u32 c)
{
	return id == UNCHANGED || id == a || id == b || id == c;
}

err_t sys_setresuid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 r = (u32)a->a0, e = (u32)a->a1, s = (u32)a->a2;
	const struct cred *old = thread_cred(self);
	SCOPED_REF(cred, c);
	(void)ret;
	if (!can_set_uid(self) && (!is_one_of(r, old->uid, old->euid, old->suid) ||
				   !is_one_of(e, old->uid, old->euid, old->suid) ||
				   !is_one_of(s, old->uid, old->euid, old->suid)))
		return ERR_PERM;
	TRY(cred_copy(old, &c));
	struct cred *to = cred_get(&c);
	to->uid = r == UNCHANGED ? old->uid : r;
	to->euid = e == UNCHANGED ? old->euid : e;
	to->suid = s == UNCHANGED ? old->suid : s;
	to->fsuid = to->euid;
	return publish(self, cred_move(&c));
}

err_t sys_setresgid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 r = (u32)a->a0, e = (u32)a->a1, s = (u32)a->a2;
	const struct cred *old = thread_cred(self);
	SCOPED_REF(cred, c);
	(void)ret;
	if (!can_set_gid(self) && (!is_one_of(r, old->gid, old->egid, old->sgid) ||
				   !is_one_of(e, old->gid, old->egid, old->sgid) ||
				   !is_one_of(s, old->gid, old->egid, old->sgid)))
		return ERR_PERM;
	TRY(cred_copy(old, &c));
	struct cred *to = cred_get(&c);
	to->gid = r == UNCHANGED ? old->gid : r;
	to->egid = e == UNCHANGED ? old->egid : e;
	to->sgid = s == UNCHANGED ? old->sgid : s;
	to->fsgid = to->egid;
	return publish(self, cred_move(&c));
}

static err_t put_three(const struct sysargs *a, u32 r, u32 e, u32 s)
{
	TRY(user_write_u32(arg_uaddr(a->a0), r));
	TRY(user_write_u32(arg_uaddr(a->a1), e));
	return user_write_u32(arg_uaddr(a->a2), s);
}

err_t sys_getresuid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	const struct cred *c = thread_cred(self);
	(void)ret;
	return put_three(a, c->uid, c->euid, c->suid);
}

err_t sys_getresgid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	const struct cred *c = thread_cred(self);
	(void)ret;
	return put_three(a, c->gid, c->egid, c->sgid);
}

/* Both give the old id, whatever happens. */
err_t sys_setfsuid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 uid = (u32)a->a0;
	const struct cred *old = thread_cred(self);
	SCOPED_REF(cred, c);
	*ret = old->fsuid;
	if (uid == UNCHANGED || (!is_one_of(uid, old->uid, old->euid, old->suid) &&
				 uid != old->fsuid && !can_set_uid(self)))
		return OK;
	if (cred_copy(old, &c) != OK)
		return OK;
	cred_get(&c)->fsuid = uid;
	return publish(self, cred_move(&c));
}

err_t sys_setfsgid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 gid = (u32)a->a0;
	const struct cred *old = thread_cred(self);
	SCOPED_REF(cred, c);
	*ret = old->fsgid;
	if (gid == UNCHANGED || (!is_one_of(gid, old->gid, old->egid, old->sgid) &&
				 gid != old->fsgid && !can_set_gid(self)))
		return OK;
	if (cred_copy(old, &c) != OK)
		return OK;
	cred_get(&c)->fsgid = gid;
	return publish(self, cred_move(&c));
}

err_t sys_getgroups(struct thread *self, const struct sysargs *a, i64 *ret)
{
	const struct cred *c = thread_cred(self);
	i32 room = arg_int(a->a0);
	if (room < 0)
		return ERR_INVAL;
	*ret = c->group_count;
	if (room == 0)
		return OK;
	if ((u32)room < c->group_count)
		return ERR_INVAL;
	for (u32 i = 0; i < c->group_count; i++)
		TRY(user_write_u32(uaddr_add(arg_uaddr(a->a1), (u64)i * 4),
				   array_at(c->groups, i)));
	return OK;
}

err_t sys_setgroups(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 count = (u32)a->a0;
	SCOPED_REF(cred, c);
	(void)ret;
	if (!can_set_gid(self))
		return ERR_PERM;
	if (count > CRED_GROUPS_MAX)
		return ERR_INVAL;
	TRY(cred_copy(thread_cred(self), &c));
	struct cred *to = cred_get(&c);
	to->group_count = count;
	for (u32 i = 0; i < count; i++) {
		TRY(user_read_u32(uaddr_add(arg_uaddr(a->a1), (u64)i * 4),
				  &array_at(to->groups, i)));
		if (array_at(to->groups, i) == UINT32_MAX) /* no group: "leave it" elsewhere */
			return ERR_INVAL;
	}
	thread_set_cred(self, cred_move(&c));
	return OK;
}
