/* SPDX-License-Identifier: MPL-2.0 */
/* super - file system instances and the table of file system types. */
#include "fs/dentry.h"

static void super_fini(struct super *s)
{
	/* Paths hold mounts and mounts hold the super: nobody is inside any more. */
	GUARD(tree, &s->lock);
	if (!dentry_is_null(&s->root))
		dentry_tree_empty(dentry_get(&s->root));
	dentry_drop(&s->root);
}
OBJECT_BASE(super, super_fini);

/* A super without anything of its own. */
struct plain_super {
	struct super super;
	u64 unused;
};
SUBTYPE(plain_super, super);
static void plain_super_fini(struct plain_super *s)
{
	s->unused = 0;
}
OBJECT_SUBTYPE(plain_super, super, plain_super_fini);

u32 super_new_dev(void)
{
	shared static struct atomic_u32 last_minor = ATOMIC_INIT(20);
	return dev_make(0, atomic_u32_add(&last_minor, 1) + 1);
}

u32 super_only_dev(struct atomic_u32 *device)
{
	u32 dev = atomic_u32_load(device), none = 0;
	if (dev != 0)
		return dev;
	dev = super_new_dev();
	return atomic_u32_cas(device, &none, dev) ? dev : none;
}

err_t super_init(struct super *s, const struct fs_type *type, u32 dev, struct inode_ref root)
{
	s->type = type;
	s->dev = dev;
	return dentry_new(STR("/"), nullptr, inode_move(&root), &s->root);
}

err_t super_new(const struct fs_type *type, u32 dev, struct inode_ref root, struct super_ref *out)
{
	struct inode_ref held CLEANUP(inode_drop) = inode_move(&root);
	SCOPED_REF(super, s);
	TRY(plain_super_alloc(&s));
	TRY(super_init(super_get(&s), type, dev, inode_move(&held)));
	*out = super_move(&s);
	return OK;
}

err_t super_add(struct super *s, struct dentry *parent, struct str name, struct inode_ref inode,
		struct dentry_ref *out)
{
	struct inode_ref held CLEANUP(inode_drop) = inode_move(&inode);
	struct dentry *dir = parent == nullptr ? dentry_get(&s->root) : parent;
	SCOPED_REF(dentry, d);
	GUARD(tree, &s->lock);
	if (dentry_find(dir, name, name_hash(name)) != nullptr)
		return ERR_EXIST;
	bool is_dir = inode_is_dir(inode_get(&held));
	TRY(dentry_new(name, dir, inode_move(&held), &d));
	dentry_attach(dentry_get(&d));
	if (is_dir)
		count_up(&dentry_inode(dir)->nlink);
	if (out != nullptr)
		*out = dentry_move(&d);
	return OK;
}

err_t super_remove(struct super *s, struct dentry *parent, struct str name)
{
	struct dentry *dir = parent == nullptr ? dentry_get(&s->root) : parent;
	SCOPED_REF(dentry, d);
	GUARD(tree, &s->lock);
	d = dentry_clone_or_null(dentry_find(dir, name, name_hash(name)));
	if (dentry_is_null(&d))
		return ERR_NOENT;
	struct dentry *gone = dentry_get(&d);
	if (!names_is_null(&gone->names))
		dentry_tree_empty(gone);
	dentry_detach(gone);
	(void)atomic_u32_or(&gone->flags, DENTRY_DELETED);
	if (inode_is_dir(dentry_inode(gone)))
		count_down(&dentry_inode(dir)->nlink);
	return OK;
}

/* ---- types ---- */
LOCK_CLASS(fs_types, spin);
shared static struct fs_types_lock types_lock;
shared static const struct fs_type *types[16] GUARDED(fs_types);

err_t fs_type_register(const struct fs_type *type)
{
	GUARD(fs_types, &types_lock);
	for (usize i = 0; i < array_len(types); i++) {
		if (array_at(types, i) == nullptr) {
			array_at(types, i) = type;
			return OK;
		}
	}
	return ERR_NOMEM;
}

bool fs_type_find(struct str name, const struct fs_type **out)
{
	GUARD(fs_types, &types_lock);
	for (usize i = 0; i < array_len(types); i++) {
		const struct fs_type *type = array_at(types, i);
		if (type != nullptr && str_equal(type->name, name)) {
			*out = type;
			return true;
		}
	}
	return false;
}

void fs_types_show(struct text *t)
{
	GUARD(fs_types, &types_lock);
	for (usize i = 0; i < array_len(types); i++) {
		const struct fs_type *type = array_at(types, i);
		if (type != nullptr)
			FMT(t, "{}\t{}\n", (type->flags & FS_NODEV) != 0 ? STR("nodev") : STR(""),
			    type->name);
	}
}
