/* SPDX-License-Identifier: MPL-2.0 */
/* mount - the topology: which mount stands on what, and the way up and down. */
#include "fs/mount_tree.h"

shared struct mounts_lock mounts_lock;
shared static struct mount_list all_mounts GUARDED(mounts);

static void mount_fini(struct mount *m)
{
	dentry_drop(&m->point);
	mount_drop(&m->parent);
	dentry_drop(&m->root);
	super_drop(&m->super);
	buf_drop(&m->source);
}
OBJECT_TYPE(mount, mount_fini);

err_t mount_new(struct super *super, struct dentry *root, struct str source, u32 flags,
		struct mount_ref *out)
{
	shared static struct atomic_u32 last_id;
	SCOPED_REF(mount, ref);
	TRY(mount_alloc(&ref));
	struct mount *m = mount_get(&ref);
	TRY(buf_copy_of(str_bytes(source), &m->source));
	m->super = super_clone(super);
	m->root = dentry_clone(root == nullptr ? dentry_get(&super->root) : root);
	m->id = atomic_u32_add(&last_id, 1) + 1;
	atomic_u32_store(&m->flags, flags);
	*out = mount_move(&ref);
	return OK;
}

static struct mount *mount_standing_on(const struct mount *parent, const struct dentry *point)
	HOLDS(mounts)
{
	for (struct mount *m = mount_list_first(&all_mounts); m != nullptr;
	     m = mount_list_next(m)) {
		if (mount_get_or_null(&m->parent) == parent &&
		    dentry_get_or_null(&m->point) == point)
			return m;
	}
	return nullptr;
}

err_t mount_put_on(struct mount *m, const struct path *on)
{
	struct dentry *point = path_dentry(on);
	struct mount *parent = path_mount(on);
	if (mount_standing_on(parent, point) != nullptr)
		return ERR_BUSY;
	{
		GUARD(tree, &super_get(&parent->super)->lock);
		if (dentry_is_deleted(point))
			return ERR_NOENT;
		(void)atomic_u32_add(&point->mounted, 1);
	}
	m->parent = mount_clone(parent);
	m->point = dentry_clone(point);
	mount_list_push_back(&all_mounts, mount_clone(m));
	return OK;
}

void mount_cut(struct mount *m, struct mount_ref *out)
{
	if (!dentry_is_null(&m->point))
		(void)atomic_u32_sub(&dentry_get(&m->point)->mounted, 1);
	dentry_drop(&m->point);
	mount_drop(&m->parent);
	*out = mount_list_remove(&all_mounts, m);
}

bool mount_is_attached(const struct mount *m)
{
	return mount_list_is_linked(m) || mount_list_first(&all_mounts) == m;
}

bool mount_has_children(const struct mount *m)
{
	for (struct mount *c = mount_list_first(&all_mounts); c != nullptr;
	     c = mount_list_next(c)) {
		if (mount_get_or_null(&c->parent) == m)
			return true;
	}
	return false;
}

bool mount_is_below(struct mount *m, const struct mount *top)
{
	SCOPED_REF(mount, at);
	at = mount_clone(m);
	while (!mount_is_null(&at)) {
		if (mount_get(&at) == top)
			return true;
		mount_replace(&at, mount_clone_or_null(mount_get_or_null(&mount_get(&at)->parent)));
	}
	return false;
}

struct mount *mount_first_below(const struct mount *top)
{
	for (struct mount *m = mount_list_first(&all_mounts); m != nullptr;
	     m = mount_list_next(m)) {
		if (m != top && mount_is_below(m, top))
			return m;
	}
	return nullptr;
}

bool mount_after(u32 after, struct mount_ref *out)
{
	SCOPED_REF(mount, best);
	GUARD(mounts, &mounts_lock);
	for (struct mount *m = mount_list_first(&all_mounts); m != nullptr;
	     m = mount_list_next(m)) {
		if (m->id > after && (mount_is_null(&best) || m->id < mount_get(&best)->id))
			mount_replace(&best, mount_clone(m));
	}
	*out = mount_move(&best);
	return !mount_is_null(out);
}

err_t mount_root(struct super_ref super, struct str source, struct path *root)
{
	struct super_ref held CLEANUP(super_drop) = super_move(&super);
	SCOPED_REF(mount, m);
	TRY(mount_new(super_get(&held), nullptr, source, 0, &m));
	GUARD(mounts, &mounts_lock);
	mount_list_push_back(&all_mounts, mount_clone(mount_get(&m)));
	root->dentry = dentry_clone(dentry_get(&mount_get(&m)->root));
	root->mount = mount_move(&m);
	return OK;
}

err_t mount_new_private(struct super *super, struct str source, struct path *root)
{
	SCOPED_REF(mount, m);
	TRY(mount_new(super, nullptr, source, 0, &m));
	root->dentry = dentry_clone(dentry_get(&mount_get(&m)->root));
	root->mount = mount_move(&m);
	return OK;
}

bool mount_cross(struct path *p)
{
	if (likely(atomic_u32_load(&path_dentry(p)->mounted) == 0))
		return false;
	struct path on_top CLEANUP(path_drop) = {};
	{
		GUARD(mounts, &mounts_lock);
		struct mount *m = mount_standing_on(path_mount(p), path_dentry(p));
		if (m == nullptr)
			return false;
		on_top.mount = mount_clone(m);
		on_top.dentry = dentry_clone(dentry_get(&m->root));
	}
	path_replace(p, &on_top);
	return true;
}

bool mount_up(struct path *p)
{
	struct path below CLEANUP(path_drop) = {};
	{
		GUARD(mounts, &mounts_lock);
		struct mount *m = path_mount(p);
		if (mount_is_null(&m->parent))
			return false;
		below.mount = mount_clone(mount_get(&m->parent));
		below.dentry = dentry_clone(dentry_get(&m->point));
	}
	path_replace(p, &below);
	return true;
}

struct super *mount_super(const struct mount *m)
{
	return super_get(&m->super);
}

struct dentry *mount_root_dentry(const struct mount *m)
{
	return dentry_get(&m->root);
}

u64 mount_flags(const struct mount *m)
{
	u64 flags = atomic_u32_load(&m->flags);
	return atomic_u32_load(&super_get(&m->super)->readonly) != 0 ? flags | MS_RDONLY : flags;
}

u32 mount_id(const struct mount *m)
{
	return m->id;
}

bool mount_is_readonly(const struct mount *m)
{
	return (mount_flags(m) & MS_RDONLY) != 0;
}

err_t mount_get_write(struct mount *m)
{
	count_up(&m->writers);
	if (!mount_is_readonly(m))
		return OK;
	count_down(&m->writers);
	return ERR_ROFS;
}

void mount_put_write(struct mount *m)
{
	count_down(&m->writers);
}

err_t mount_statfs(struct mount *m, struct abi_statfs *out)
{
	struct super *s = super_get(&m->super);
	const struct fs_type *type = s->type;
	enum : i64 { ST_VALID = 0x20, ST_RELATIME = 0x1000 };
	u64 flags = mount_flags(m);
	out->type = (i64)type->magic;
	out->block_size = PAGE_SIZE;
	out->fragment_size = PAGE_SIZE;
	out->name_max = NAME_MAX;
	out->fsid[0] = (i32)s->dev;
	/* ST_RDONLY … ST_NOEXEC and ST_NOATIME, ST_NODIRATIME have the values of their MS_ flags.
	 */
	out->flags = ST_VALID | (i64)(flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
					       MS_NOATIME | MS_NODIRATIME));
	if ((flags & MS_RELATIME) != 0)
		out->flags |= ST_RELATIME;
	return type->ops == nullptr || type->ops->statfs == nullptr ? OK
								    : type->ops->statfs(s, out);
}
