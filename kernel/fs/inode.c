/* SPDX-License-Identifier: MPL-2.0 */
/* inode - what every inode has: owner, mode, times, links; permission checks and attribute changes.
 */
#include "fs/flock.h"
#include "fs/vfs.h"

static void inode_fini(struct inode *i)
{
	flock_drop_all(i);
}
OBJECT_BASE(inode, inode_fini);

void inode_init(struct inode *i, const struct inode_ops *ops, const struct node_request *req,
		u32 dev, u64 ino)
{
	struct file_time now = fs_now();
	i->ops = ops;
	i->ino = ino;
	i->dev = dev;
	i->rdev = req->rdev;
	i->btime = now;
	atomic_u32_store(&i->mode, req->mode);
	atomic_u32_store(&i->uid, req->uid);
	atomic_u32_store(&i->gid, req->gid);
	count_set(&i->nlink, mode_is_dir(req->mode) ? 2 : 1);
	GUARD(inode, &i->lock);
	i->atime = now;
	i->mtime = now;
	i->ctime = now;
}

err_t inode_stat(struct inode *i, struct file_stat *st)
{
	*st = inode_fields(i);
	return inode_getattr(i, st);
}

/* What capabilities grant beyond the mode bits. */
static bool cred_overrides(const struct cred *cred, u32 mode, u32 mask)
{
	if (mode_is_dir(mode)) {
		if (cred_has_cap(cred, CAP_DAC_OVERRIDE))
			return true;
		return (mask & ACCESS_W) == 0 && cred_has_cap(cred, CAP_DAC_READ_SEARCH);
	}
	if (((mask & ACCESS_X) == 0 || (mode & 0111) != 0) && cred_has_cap(cred, CAP_DAC_OVERRIDE))
		return true;
	return mask == ACCESS_R && cred_has_cap(cred, CAP_DAC_READ_SEARCH);
}

err_t inode_permission(struct inode *i, const struct cred *cred, u32 mask)
{
	u32 mode = inode_mode(i);
	u32 bits = mode;
	if (cred->fsuid == atomic_u32_load(&i->uid))
		bits = mode >> 6;
	else if (((mode >> 3 ^ mode) & 7) != 0 && cred_in_group(cred, atomic_u32_load(&i->gid)))
		bits = mode >> 3;
	if ((mask & ~bits & 7) != 0 && !cred_overrides(cred, mode, mask))
		return ERR_ACCES;
	return i->ops->permission == nullptr ? OK : i->ops->permission(i, cred, mask);
}

bool inode_owned_by(const struct inode *i, const struct cred *cred)
{
	return cred->fsuid == atomic_u32_load(&i->uid) || cred_has_cap(cred, CAP_FOWNER);
}

static err_t change_owner_check(const struct inode *i, const struct cred *cred,
				const struct attr_change *c)
{
	bool owner = cred->fsuid == atomic_u32_load(&i->uid);
	if (cred_has_cap(cred, CAP_CHOWN))
		return OK;
	if ((c->valid & ATTR_UID) != 0 && (!owner || c->uid != atomic_u32_load(&i->uid)))
		return ERR_PERM;
	if ((c->valid & ATTR_GID) != 0 &&
	    (!owner || (c->gid != atomic_u32_load(&i->gid) && !cred_in_group(cred, c->gid))))
		return ERR_PERM;
	return OK;
}

/* chown(2): a program that changes hands loses its set-id bits. */
static void change_owner_modes(const struct inode *i, struct attr_change *c)
{
	u32 mode = inode_mode(i);
	if (mode_is_dir(mode) || (c->valid & ATTR_MODE) != 0)
		return;
	u32 drop = S_ISUID | ((mode & 0010) != 0 ? S_ISGID : 0);
	if ((mode & drop) == 0)
		return;
	c->valid |= ATTR_MODE;
	c->mode = mode & S_PERM & ~drop;
}

static err_t change_check(struct inode *i, const struct cred *cred, struct attr_change *c)
{
	if ((c->valid & (ATTR_UID | ATTR_GID)) != 0)
		TRY(change_owner_check(i, cred, c));
	if ((c->valid & ATTR_MODE) != 0) {
		if (!inode_owned_by(i, cred))
			return ERR_PERM;
		u32 gid = (c->valid & ATTR_GID) != 0 ? c->gid : atomic_u32_load(&i->gid);
		if (!cred_in_group(cred, gid) && !cred_has_cap(cred, CAP_FSETID))
			c->mode &= ~(u32)S_ISGID;
	}
	if ((c->valid & (ATTR_ATIME | ATTR_MTIME)) != 0 && !inode_owned_by(i, cred)) {
		if ((c->valid & ATTR_TIMES_NOW) == 0)
			return ERR_PERM;
		TRY(inode_permission(i, cred, ACCESS_W));
	}
	return OK;
}

void inode_apply(struct inode *i, const struct attr_change *c)
{
	struct file_time now = fs_now();
	if ((c->valid & ATTR_MODE) != 0)
		atomic_u32_store(&i->mode, (inode_mode(i) & S_IFMT) | (c->mode & S_PERM));
	if ((c->valid & ATTR_UID) != 0)
		atomic_u32_store(&i->uid, c->uid);
	if ((c->valid & ATTR_GID) != 0)
		atomic_u32_store(&i->gid, c->gid);
	if ((c->valid & ATTR_ATIME) != 0)
		i->atime = c->atime;
	if ((c->valid & ATTR_MTIME) != 0)
		i->mtime = c->mtime;
	else if ((c->valid & ATTR_SIZE) != 0)
		i->mtime = now;
	i->ctime = now;
}

err_t inode_change(struct inode *i, const struct cred *cred, struct attr_change *c)
{
	TRY(change_check(i, cred, c));
	if (i->ops->setattr == nullptr)
		return ERR_PERM;
	GUARD(inode, &i->lock);
	if ((c->valid & (ATTR_UID | ATTR_GID)) != 0)
		change_owner_modes(i, c);
	TRY(i->ops->setattr(i, c));
	inode_apply(i, c);
	return OK;
}

/* ---- who writes, who executes ---- */

/* A count that reached its limit on either side stays there, and so does the other side's refusal.
 */
enum : i32 { WRITERS_LIMIT = INT32_MAX / 2 };

static bool is_at_limit(i32 writers)
{
	return writers >= WRITERS_LIMIT || writers <= -WRITERS_LIMIT;
}

/* One more on the side that `step` counts towards, if the other side has none. */
static err_t writers_enter(struct inode *i, i32 step)
{
	i32 now = atomic_i32_load(&i->writers);
	do {
		if (step > 0 ? now < 0 : now > 0)
			return ERR_TXTBSY;
		if (is_at_limit(now))
			return OK;
	} while (!atomic_i32_cas(&i->writers, &now, now + step));
	return OK;
}

static void writers_leave(struct inode *i, i32 step)
{
	i32 now = atomic_i32_load(&i->writers);
	do {
		if (is_at_limit(now))
			return;
	} while (!atomic_i32_cas(&i->writers, &now, now - step));
}

err_t inode_get_write(struct inode *i)
{
	return writers_enter(i, 1);
}

void inode_put_write(struct inode *i)
{
	writers_leave(i, 1);
}

err_t inode_deny_write(struct inode *i)
{
	return writers_enter(i, -1);
}

void inode_allow_write(struct inode *i)
{
	writers_leave(i, -1);
}
