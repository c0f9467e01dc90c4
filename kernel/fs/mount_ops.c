/* SPDX-License-Identifier: MPL-2.0 */
/* mount_ops - mount(2), umount2(2), pivot_root(2). */
#include "fs/mount_tree.h"

enum : u64 {
	KEPT_FLAGS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW | MS_NOATIME |
		     MS_NODIRATIME,
	PROPAGATION_FLAGS = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE,
};

u32 mount_flags_of(u64 ms_flags)
{
	u32 flags = (u32)(ms_flags & KEPT_FLAGS);
	if ((ms_flags & MS_STRICTATIME) != 0)
		return (flags & ~(u32)MS_NOATIME) | MS_STRICTATIME;
	return (flags & MS_NOATIME) != 0 ? flags : flags | MS_RELATIME;
}

static err_t place(struct fs_ctx *fs, const struct cred *cred, struct at *at, u32 walk_flags,
		   struct path *out)
{
	struct walk w CLEANUP(walk_fini) = { .flags = walk_flags };
	TRY(namei(fs, cred, at, &w));
	if (!file_is_null(&w.file))
		return ERR_INVAL;
	*out = path_move(&w.path);
	return OK;
}

static bool path_is_mount_root(const struct path *p)
{
	return path_dentry(p) == mount_root_dentry(path_mount(p));
}

static err_t attach(struct mount *m, const struct path *on)
{
	if (inode_is_dir(path_inode(on)) != inode_is_dir(dentry_inode(mount_root_dentry(m))))
		return ERR_NOTDIR;
	GUARD(mounts, &mounts_lock);
	if (!mount_is_attached(path_mount(on)))
		return ERR_INVAL;
	return mount_put_on(m, on);
}

err_t mount_attach(struct super_ref super, struct str source, u64 flags, const struct path *on)
{
	struct super_ref held CLEANUP(super_drop) = super_move(&super);
	SCOPED_REF(mount, m);
	TRY(mount_new(super_get(&held), nullptr, source, mount_flags_of(flags), &m));
	return attach(mount_get(&m), on);
}

static err_t remount_super(struct super *s, const struct mount_request *req)
{
	const struct super_ops *ops = s->type->ops;
	if ((req->flags & MS_BIND) != 0)
		return OK;
	if (ops != nullptr && ops->remount != nullptr)
		TRY(ops->remount(s, req->options));
	atomic_u32_store(&s->readonly, (req->flags & MS_RDONLY) != 0 ? 1 : 0);
	return OK;
}

/* A super without files open for writing may become read-only.  Whoever begins to write counts
 * himself before he looks at the flag (mount_get_write), so one of the two sees the other. */
static err_t remount(const struct path *on, const struct mount_request *req)
{
	if (!path_is_mount_root(on))
		return ERR_INVAL;
	struct mount *m = path_mount(on);
	u32 before = atomic_u32_load(&m->flags);
	err_t err = OK;
	if ((req->flags & MS_RDONLY) != 0) {
		(void)atomic_u32_or(&m->flags, MS_RDONLY);
		err = count_now(&m->writers) == 0 ? OK : ERR_BUSY;
	}
	if (err == OK)
		err = remount_super(mount_super(m), req);
	atomic_u32_store(&m->flags, err == OK ? mount_flags_of(req->flags) : before);
	return err;
}

static err_t mount_fresh(const struct path *on, const struct mount_request *req)
{
	const struct fs_type *type = nullptr;
	SCOPED_REF(super, s);
	if (str_len(req->type) == 0)
		return ERR_INVAL;
	if (!fs_type_find(req->type, &type))
		return ERR_NODEV;
	TRY(type->mount(type, req->source, req->options, &s));
	if (super_get(&s) == path_super(on) && path_is_mount_root(on))
		return ERR_BUSY;
	struct str source = str_len(req->source) == 0 ? STR("none") : req->source;
	return mount_attach(super_move(&s), source, req->flags, on);
}

err_t mount_do(struct fs_ctx *fs, const struct cred *cred, const struct mount_request *req,
	       struct at *at)
{
	struct path on CLEANUP(path_drop) = {};
	TRY(place(fs, cred, at, WALK_FOLLOW, &on));
	if (!cred_has_cap(cred, CAP_SYS_ADMIN))
		return ERR_PERM;
	if ((req->flags & MS_REMOUNT) != 0)
		return remount(&on, req);
	if ((req->flags & PROPAGATION_FLAGS) != 0) {
		/* Nothing propagates here: private is what every mount is already. */
		bool is_private = (req->flags & PROPAGATION_FLAGS &
				   ~(u64)(MS_PRIVATE | MS_SLAVE)) == 0;
		return path_is_mount_root(&on) && is_private ? OK : ERR_INVAL;
	}
	return mount_fresh(&on, req);
}

err_t mount_bind(struct fs_ctx *fs, const struct cred *cred, struct at *from, struct at *to,
		 u64 flags)
{
	struct path on CLEANUP(path_drop) = {};
	struct path what CLEANUP(path_drop) = {};
	SCOPED_REF(mount, m);
	(void)flags;
	TRY(place(fs, cred, to, WALK_FOLLOW, &on));
	if (!cred_has_cap(cred, CAP_SYS_ADMIN))
		return ERR_PERM;
	TRY(place(fs, cred, from, WALK_FOLLOW, &what));
	struct mount *source = path_mount(&what);
	if ((atomic_u32_load(&path_dentry(&what)->flags) & DENTRY_DYNAMIC) != 0)
		return ERR_INVAL;
	TRY(mount_new(mount_super(source), path_dentry(&what), buf_str(&source->source),
		      atomic_u32_load(&source->flags), &m));
	return attach(mount_get(&m), &on);
}

err_t mount_relocate(struct fs_ctx *fs, const struct cred *cred, struct at *from, struct at *to)
{
	struct path on CLEANUP(path_drop) = {};
	struct path what CLEANUP(path_drop) = {};
	SCOPED_REF(mount, listed);
	TRY(place(fs, cred, to, WALK_FOLLOW, &on));
	if (!cred_has_cap(cred, CAP_SYS_ADMIN))
		return ERR_PERM;
	TRY(place(fs, cred, from, WALK_FOLLOW, &what));
	struct mount *m = path_mount(&what);
	if (!path_is_mount_root(&what))
		return ERR_INVAL;
	if (inode_is_dir(path_inode(&on)) != inode_is_dir(path_inode(&what)))
		return ERR_NOTDIR;
	GUARD(mounts, &mounts_lock);
	if (mount_is_null(&m->parent) || !mount_is_attached(path_mount(&on)))
		return ERR_INVAL;
	if (mount_is_below(path_mount(&on), m))
		return ERR_LOOP;
	if (dentry_is_deleted(path_dentry(&on)))
		return ERR_NOENT;
	mount_cut(m, &listed);
	return mount_put_on(m, &on);
}

/* References to a mount that nobody uses: the list's and the caller's path. */
enum : u32 { IDLE_REFS = 2 };

static err_t umount_one(struct mount *m, u32 flags, struct mount_ref *cut) HOLDS(mounts)
{
	if (mount_has_children(m) || object_refs(&m->object) > IDLE_REFS)
		return ERR_BUSY;
	if ((flags & MNT_EXPIRE) != 0 && atomic_u32_swap(&m->expiring, 1) == 0)
		return ERR_AGAIN;
	mount_cut(m, cut);
	return OK;
}

/* Cuts off everything below m and m itself; what was cut dies when its last user goes. */
static void umount_lazily(struct mount *m)
{
	for (;;) {
		SCOPED_REF(mount, cut);
		GUARD(mounts, &mounts_lock);
		struct mount *below = mount_first_below(m);
		if (below == nullptr) {
			if (mount_is_attached(m))
				mount_cut(m, &cut);
			return;
		}
		/* From the leaves up, so that each is still connected when it is found. */
		for (struct mount *deeper = mount_first_below(below); deeper != nullptr;
		     deeper = mount_first_below(deeper))
			below = deeper;
		mount_cut(below, &cut);
	}
}

void mount_unroot(struct fs_ctx *fs)
{
	struct path root CLEANUP(path_drop) = {};
	fs_ctx_root(fs, &root);
	umount_lazily(path_mount(&root));
}

err_t mount_umount(struct fs_ctx *fs, const struct cred *cred, struct at *at, u32 flags)
{
	struct path p CLEANUP(path_drop) = {};
	SCOPED_REF(mount, cut);
	if ((flags & ~(u32)(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)) != 0)
		return ERR_INVAL;
	TRY(place(fs, cred, at, (flags & UMOUNT_NOFOLLOW) != 0 ? 0 : WALK_FOLLOW, &p));
	if (!cred_has_cap(cred, CAP_SYS_ADMIN))
		return ERR_PERM;
	if (!path_is_mount_root(&p))
		return ERR_INVAL;
	if ((flags & MNT_EXPIRE) != 0 && (flags & (MNT_FORCE | MNT_DETACH)) != 0)
		return ERR_INVAL;
	struct mount *m = path_mount(&p);
	{
		GUARD(mounts, &mounts_lock);
		if (mount_is_null(&m->parent))
			return ERR_INVAL;
		if ((flags & MNT_DETACH) == 0)
			return umount_one(m, flags, &cut);
	}
	umount_lazily(m);
	return OK;
}

/* pivot_root(2): the caller's root moves to put_old, new_root takes its place. */
err_t mount_pivot(struct fs_ctx *fs, const struct cred *cred, struct at *new_root,
		  struct at *put_old)
{
	struct path new_path CLEANUP(path_drop) = {};
	struct path old_path CLEANUP(path_drop) = {};
	struct path root CLEANUP(path_drop) = {};
	struct path below CLEANUP(path_drop) = {};
	SCOPED_REF(mount, cut_new);
	SCOPED_REF(mount, cut_old);
	if (!cred_has_cap(cred, CAP_SYS_ADMIN))
		return ERR_PERM;
	TRY(place(fs, cred, new_root, WALK_FOLLOW | WALK_DIRECTORY, &new_path));
	TRY(place(fs, cred, put_old, WALK_FOLLOW | WALK_DIRECTORY, &old_path));
	fs_ctx_root(fs, &root);
	struct mount *new_mount = path_mount(&new_path);
	struct mount *old_mount = path_mount(&root);
	if (new_mount == old_mount || path_mount(&old_path) == old_mount)
		return ERR_BUSY;
	below = path_clone(&root);
	if (!path_is_mount_root(&root) || !path_is_mount_root(&new_path) || !mount_up(&below))
		return ERR_INVAL;
	{
		GUARD(mounts, &mounts_lock);
		if (mount_is_null(&new_mount->parent) ||
		    !mount_is_below(path_mount(&old_path), new_mount))
			return ERR_INVAL;
		mount_cut(new_mount, &cut_new);
		mount_cut(old_mount, &cut_old);
		TRY(mount_put_on(old_mount, &old_path));
		TRY(mount_put_on(new_mount, &below));
	}
	fs_ctx_set_root(fs, &new_path);
	return OK;
}
