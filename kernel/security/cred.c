/* SPDX-License-Identifier: MPL-2.0 */
#include "security/cred.h"

static void cred_fini(struct cred *c)
{
	(void)c;
}
OBJECT_TYPE(cred, cred_fini);

enum : u64 { CAP_ALL = ((u64)1 << (CAP_LAST + 1)) - 1 };

err_t cred_new_root(struct cred_ref *out)
{
	SCOPED_REF(cred, r);
	TRY(cred_alloc(&r));
	struct cred *c = cred_get(&r);
	c->cap_permitted = c->cap_effective = c->cap_bounding = CAP_ALL;
	*out = cred_move(&r);
	return OK;
}

err_t cred_copy(const struct cred *from, struct cred_ref *out)
{
	SCOPED_REF(cred, r);
	TRY(cred_alloc(&r));
	struct cred *c = cred_get(&r);
	c->uid = from->uid;
	c->euid = from->euid;
	c->suid = from->suid;
	c->fsuid = from->fsuid;
	c->gid = from->gid;
	c->egid = from->egid;
	c->sgid = from->sgid;
	c->fsgid = from->fsgid;
	c->cap_permitted = from->cap_permitted;
	c->cap_effective = from->cap_effective;
	c->cap_inheritable = from->cap_inheritable;
	c->cap_bounding = from->cap_bounding;
	c->cap_ambient = from->cap_ambient;
	c->securebits = from->securebits;
	c->group_count = from->group_count;
	for (u32 i = 0; i < from->group_count; i++)
		array_at(c->groups, i) = array_at(from->groups, i);
	*out = cred_move(&r);
	return OK;
}

bool cred_in_group(const struct cred *c, u32 gid)
{
	if (gid == c->fsgid)
		return true;
	for (u32 i = 0; i < c->group_count; i++)
		if (array_at(c->groups, i) == gid)
			return true;
	return false;
}

/* capabilities(7), "Effect of user ID changes on capabilities". */
void cred_fix_caps(struct cred *c, const struct cred *old)
{
	bool had_root = old->uid == 0 || old->euid == 0 || old->suid == 0;
	bool has_root = c->uid == 0 || c->euid == 0 || c->suid == 0;
	if ((c->securebits & SECBIT_NO_SETUID_FIXUP) != 0)
		return;
	if (had_root && !has_root) {
		if ((c->securebits & SECBIT_KEEP_CAPS) == 0) {
			c->cap_permitted = 0;
			c->cap_effective = 0;
		}
		c->cap_ambient = 0;
	}
	if (old->euid == 0 && c->euid != 0)
		c->cap_effective = 0;
	if (old->euid != 0 && c->euid == 0)
		c->cap_effective = c->cap_permitted;
}

enum : u64 {
	FS_CAPS = (u64)1 << CAP_CHOWN | (u64)1 << CAP_DAC_OVERRIDE | (u64)1 << CAP_DAC_READ_SEARCH |
		  (u64)1 << CAP_FOWNER | (u64)1 << CAP_FSETID | (u64)1 << CAP_MKNOD
};

void cred_fix_fs_caps(struct cred *c, u32 old_fsuid)
{
	if ((c->securebits & SECBIT_NO_SETUID_FIXUP) != 0)
		return;
	if (old_fsuid == 0 && c->fsuid != 0)
		c->cap_effective &= ~FS_CAPS;
	if (old_fsuid != 0 && c->fsuid == 0)
		c->cap_effective |= c->cap_permitted & FS_CAPS;
}
