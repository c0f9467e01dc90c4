/* SPDX-License-Identifier: MPL-2.0 */
/*
 * vfs - the objects of the file tree: file system types, super blocks, inodes, dentries.
 *
 * A super is one file system instance; it owns its tree of dentries (names), each naming one inode
 * (the thing itself). File systems in memory keep their whole content in that tree.  Dynamic ones
 * (procfs) give a directory a `lookup` operation: it is asked for every name the tree does not
 * have, its answers live only as long as somebody holds them, and so what it stops answering has
 * vanished.  Entries that stay (procfs' fixed files) may be added to the tree with super_add.
 *
 *   Lifetime:  all counted.  A dentry holds its parent and its inode; the tree holds its dentries;
 * mounts hold the super, whose fini empties the tree.  An inode does not hold its super: paths do,
 * through their mount. Locking:   super.lock, class `tree` (mutex), guards names, parents and
 * children of all its dentries; inode.lock, class `inode` (mutex), taken after it, guards an
 * inode's content and times. Context:   task context. Spec:      inode(7), path_resolution(7).
 */
#pragma once
#include <osxtd/buf.h>
#include <osxtd/count.h>
#include <osxtd/fmt.h>
#include <osxtd/lock.h>
#include <osxtd/tree.h>

#include "abi/fcntl.h"
#include "abi/stat.h"
#include "fs/file.h"
#include "fs/path.h"
#include "ipc/pipe_ref.h"
#include "security/cred.h"

struct lock_set;
REF_TYPE(lock_set);
struct names;
REF_TYPE(names);

LOCK_CLASS(tree, mutex, AFTER(file_pos)); /* and after `mounts` (mount.h) */
LOCK_CLASS(inode, mutex, AFTER(tree));
/*
 * Guards the `locks` of all inodes.  Not the inode's own lock: the last reference to a file may go
 * with a mapping, under the lock of the mappings, which who writes to or shortens the inode waits
 * for.
 */
LOCK_CLASS(lock_sets, spin);
extern struct lock_sets_lock shared lock_sets_lock;

/* ---- inodes ---- */

/* What setattr changes: the bits of ATTR_* say which fields count. */
enum : u32 {
	ATTR_MODE = 1,
	ATTR_UID = 2,
	ATTR_GID = 4,
	ATTR_SIZE = 8,
	ATTR_ATIME = 16,
	ATTR_MTIME = 32,
	ATTR_TIMES_NOW = 64 /* with both times: who may write may do it */
};
struct attr_change {
	u32 valid;
	u32 mode; /* permission bits */
	u32 uid, gid;
	u64 size;
	struct file_time atime, mtime;
};
/* What a directory is asked to make. */
struct node_request {
	u32 mode;     /* type and permissions, umask applied */
	u32 uid, gid; /* the owner: setgid directories are accounted for */
	u32 rdev;
	struct str target; /* of a symbolic link */
};
/* Where a magic link (/proc/PID/fd/N) leads: to a place, or to a file that has none (a pipe). */
struct ON_STACK link_target {
	struct path path;
	struct file_ref file;
};

/* Each operation may be null; what happens then is in the comment. */
struct inode_ops {
	/* ---- of directories ---- */
	/* Makes or finds the inode of a name that is not in the tree.  Null: ENOENT, the tree has
	 * all names. */
	err_t (*lookup)(struct inode *dir, struct str name, struct inode_ref *out);
	/* Makes an inode for a new name; called under the tree lock.  Null: the directory cannot be
	 * changed (EPERM). */
	err_t (*create)(struct inode *dir, const struct node_request *req, struct inode_ref *out);
	/* Emits the entries from *pos (>= 2: "." and ".." are done) with dir_emit.  Null: the
	 * tree's. */
	err_t (*readdir)(struct inode *dir, struct dir_sink *sink, u64 *pos);
	/* ---- of symbolic links ---- */
	/* Copies as much of the target as fits; *len is its whole length. */
	err_t (*readlink)(struct inode *i, struct span buf, usize *len);
	/* A magic link: leads somewhere without a text.  Null: readlink's text is walked. */
	err_t (*follow)(struct inode *i, struct link_target *out);
	/* ---- of any inode ---- */
	/* Opens for the flags O_*; permissions are checked already.  Not asked of directories
	 * without the operation, devices and FIFOs.  The result gets its path from the caller.
	 * Null: ENXIO. */
	err_t (*open)(struct inode *i, u32 flags, struct file_ref *out);
	/* Completes *st, which has the inode's own fields.  Null: size 0 and no blocks. */
	err_t (*getattr)(struct inode *i, struct file_stat *st);
	/* Checked already; called under the inode's lock and followed by inode_apply.  Null: EPERM.
	 */
	err_t (*setattr)(struct inode *i, const struct attr_change *c);
	/* Refuses (EACCES) or grants what the mode bits grant.  Null: granted.  Not asked whether a
	 * directory may be searched that its mode lets everybody search. */
	err_t (*permission)(struct inode *i, const struct cred *cred, u32 mask);
	/* fallocate(2).  Null: EOPNOTSUPP. */
	err_t (*fallocate)(struct inode *i, u32 mode, u64 off, u64 len);
};

/* Base struct of every inode; subtypes: OBJECT_SUBTYPE(ramfs_inode, inode, …). */
struct inode {
	struct object object;
	const struct inode_ops *ops IMMUTABLE;
	u64 ino IMMUTABLE;
	u32 dev IMMUTABLE; /* the super's */
	u32 rdev IMMUTABLE;
	struct atomic_u32 mode ATOMIC_ONLY; /* the type never changes */
	struct atomic_u32 uid ATOMIC_ONLY;
	struct atomic_u32 gid ATOMIC_ONLY;
	struct count nlink ATOMIC_ONLY;
	struct atomic_i32 writers
		ATOMIC_ONLY; /* > 0: files open for writing; < 0: programs that run it */
	struct inode_lock lock;
	struct file_time atime GUARDED(inode);
	struct file_time mtime GUARDED(inode);
	struct file_time ctime GUARDED(inode);
	struct file_time btime IMMUTABLE;
	struct pipe_weak
		fifo GUARDED(inode); /* S_IFIFO: the pipe, which lives while an end is open */
	struct lock_set_ref
		locks GUARDED(lock_sets);	 /* flock and fcntl locks; empty until the first */
	struct atomic_u32 has_locks ATOMIC_ONLY; /* locks is not empty: close looks only then */
};

/* Fills a zeroed inode: all times are now, one link (two for a directory). */
void inode_init(struct inode *i, const struct inode_ops *ops, const struct node_request *req,
		u32 dev, u64 ino);
ALWAYS_INLINE u32 inode_mode(const struct inode *i)
{
	return atomic_u32_load(&i->mode);
}
ALWAYS_INLINE bool inode_is_dir(const struct inode *i)
{
	return mode_is_dir(inode_mode(i));
}
ALWAYS_INLINE bool inode_is_reg(const struct inode *i)
{
	return mode_is_reg(inode_mode(i));
}
ALWAYS_INLINE bool inode_is_lnk(const struct inode *i)
{
	return mode_is_lnk(inode_mode(i));
}
/* The inode's own fields: everything but mount_id, and size and blocks where getattr gives them. */
ALWAYS_INLINE struct file_stat inode_fields(struct inode *i)
{
	GUARD(inode, &i->lock);
	return (struct file_stat){
		.dev = i->dev,
		.ino = i->ino,
		.nlink = count_now(&i->nlink),
		.mode = inode_mode(i),
		.uid = atomic_u32_load(&i->uid),
		.gid = atomic_u32_load(&i->gid),
		.rdev = i->rdev,
		.blksize = PAGE_SIZE,
		.atime = i->atime,
		.mtime = i->mtime,
		.ctime = i->ctime,
		.btime = i->btime,
	};
}
ALWAYS_INLINE err_t inode_getattr(struct inode *i, struct file_stat *st)
{
	return i->ops->getattr == nullptr ? OK : i->ops->getattr(i, st);
}
/* Everything but mount_id. */
err_t inode_stat(struct inode *i, struct file_stat *st);
/* mask: ACCESS_* bits, by the fs ids of cred.  ERR_ACCES. */
err_t inode_permission(struct inode *i, const struct cred *cred, u32 mask);
/* True when cred may act as the owner of i. */
bool inode_owned_by(const struct inode *i, const struct cred *cred);
/* Permission checks of chmod, chown, utimes, truncate; then setattr and the fields.  ERR_PERM,
 * ERR_ACCES. */
err_t inode_change(struct inode *i, const struct cred *cred, struct attr_change *c);
/* Stores the attributes themselves; size is the file system's.  For setattr-less kernel use too. */
void inode_apply(struct inode *i, const struct attr_change *c) HOLDS(inode);

/* Times: the clock of file times; marks for read and write calls. */
struct file_time fs_now(void);
/* mount_flags: MS_NOATIME and kin; applies the relatime rule. */
void inode_touch_atime(struct inode *i, u64 mount_flags);
void inode_touch_mtime(struct inode *i); /* and ctime */
void inode_touch_ctime(struct inode *i);

/* Counts a writer; ERR_TXTBSY while the file is being executed.  And the reverse, for exec. */
err_t inode_get_write(struct inode *i);
void inode_put_write(struct inode *i);
err_t inode_deny_write(struct inode *i);
void inode_allow_write(struct inode *i);

/* ---- dentries ---- */
enum : usize { DENTRY_INLINE_NAME = 40 };

/* OWNER(tree): changes under the super's tree lock only, which a dentry that dies has no need of.
 */
struct dentry {
	struct object object;
	struct inode_ref inode IMMUTABLE;
	struct tree_link node OWNER(tree);
	/* name_hash(name): also the position in readdir, hence 3 … 2^63-1 */
	u64 hash OWNER(tree);
	struct dentry_ref parent OWNER(tree); /* empty for a root */
	struct names_ref names IMMUTABLE; /* the entries of a directory; empty for anything else */
	u32 name_len OWNER(tree);
	u8 name_inline[DENTRY_INLINE_NAME] OWNER(tree);
	struct buf name_long OWNER(tree);
	struct atomic_u32 mounted ATOMIC_ONLY; /* how many mounts stand here */
	struct atomic_u32 flags ATOMIC_ONLY;   /* DENTRY_* */
};
enum : u32 {
	DENTRY_DELETED = 1,  /* unlinked: no new entries below, "(deleted)" in texts */
	DENTRY_DYNAMIC = 2,  /* made by lookup: not in the tree */
	DENTRY_LINKABLE = 4, /* of O_TMPFILE: link(2) may give it a name */
};

TREE_TYPE(name_tree, dentry, node, hash);
/* The entries of a directory, under the super's tree lock. */
struct names {
	struct object object;
	struct name_tree tree OWNER(tree);
};

/* Borrows: a dentry's inode never changes. */
BORROWS ALWAYS_INLINE struct inode *dentry_inode(const struct dentry *d)
{
	return inode_get(&d->inode);
}
BORROWS ALWAYS_INLINE struct inode *path_inode(const struct path *p)
{
	return dentry_inode(path_dentry(p));
}
/* The inode that a file was opened at; traps when it has no path (file_has_path). */
ALWAYS_INLINE bool file_has_path(const struct file *f)
{
	return !path_is_null(&f->path);
}
BORROWS ALWAYS_INLINE struct inode *file_inode(const struct file *f)
{
	return path_inode(&f->path);
}
struct str dentry_name(const struct dentry *d) HOLDS(tree);

/* ---- supers and file system types ---- */
struct super_ops {
	err_t (*statfs)(struct super *s,
			struct abi_statfs *out); /* null: zeroes but for the type's magic */
	/* mount -o remount with new options.  Null: EINVAL unless options are empty. */
	err_t (*remount)(struct super *s, struct str options);
	void (*show_options)(struct super *s,
			     struct text *t); /* ",size=…" for /proc/mounts; null: nothing */
};
enum : u32 { FS_NODEV = 1 /* needs no block device */ };
struct fs_type {
	struct str name;
	u32 flags;
	u64 magic;		     /* f_type of statfs(2) */
	const struct super_ops *ops; /* may be null */
	/* A new instance, or one more reference to the only one. */
	err_t (*mount)(const struct fs_type *type, struct str source, struct str options,
		       struct super_ref *out);
};
struct super {
	struct object object;
	const struct fs_type *type IMMUTABLE;
	u32 dev IMMUTABLE;
	struct dentry_ref root IMMUTABLE;
	struct tree_lock lock;
	struct atomic_u32 readonly ATOMIC_ONLY;
};

/* Makes a super whose root is the given directory inode (made with dev, from super_new_dev). */
u32 super_new_dev(void);
/* The number of a file system of which there is one: drawn when it is first asked for. */
u32 super_only_dev(struct atomic_u32 *device);
err_t super_new(const struct fs_type *type, u32 dev, struct inode_ref root, struct super_ref *out);
/* For subtypes of super: fills a zeroed one. */
err_t super_init(struct super *s, const struct fs_type *type, u32 dev, struct inode_ref root);
/* Adds a name for a ready inode below parent (null: the root).  For building a tree before or while
 * it is mounted. ERR_EXIST, ERR_NOMEM.  *out, when not null, gets the new dentry. */
err_t super_add(struct super *s, struct dentry *parent, struct str name, struct inode_ref inode,
		struct dentry_ref *out);
/* Takes a name below parent (null: the root) away. ERR_NOENT. */
err_t super_remove(struct super *s, struct dentry *parent, struct str name);

/* At boot, each type once.  ERR_NOMEM when the table is full. */
err_t fs_type_register(const struct fs_type *type);
/* The type's table entry; false when it is unknown. */
bool fs_type_find(struct str name, const struct fs_type **out);
/* The text of /proc/filesystems. */
void fs_types_show(struct text *t);

/* ---- reading directories ---- */
/* One entry; next is the position behind it.  False when the reader has no room: stop, without
 * counting the entry. */
bool dir_emit(struct dir_sink *sink, struct str name, u64 ino, u8 dtype, u64 next);

/* ---- character devices: implemented by kernel/device/chrdev.c ---- */
/* Opens what is registered for rdev (dev_major, dev_minor of abi/stat.h).  ERR_NXIO when nothing
 * is. */
err_t chrdev_open(struct inode *i, u32 rdev, u32 flags, struct file_ref *out);
/* What the driver asks of the opener beyond the node's permissions.  ERR_PERM. */
err_t chrdev_may_open(u32 rdev, u32 flags, const struct cred *cred);
