/* SPDX-License-Identifier: MPL-2.0 */
/* ramfs_internal - what ramfs' own files share. */
#pragma once
#include "fs/ramfs.h"

/* The limits and the use of one instance. */
struct ramfs_space {
	struct object object;
	u32 dev IMMUTABLE;
	struct atomic_u64 pages_max ATOMIC_ONLY; /* UINT64_MAX: no limit */
	struct atomic_u64 pages_used ATOMIC_ONLY;
	struct atomic_u64 inodes_max ATOMIC_ONLY;
	struct atomic_u64 inodes_used ATOMIC_ONLY;
	struct atomic_u64 next_ino ATOMIC_ONLY;
};
REF_TYPE(ramfs_space);

struct ramfs_super {
	struct super super;
	struct ramfs_space_ref space IMMUTABLE;
};
SUBTYPE(ramfs_super, super);

enum : u32 {
	SEAL_SEAL = 1,
	SEAL_SHRINK = 2,
	SEAL_GROW = 4,
	SEAL_WRITE = 8,
	SEAL_FUTURE_WRITE = 16,
	SEAL_ALL = 31
};

struct ramfs_inode {
	struct inode inode;
	struct ramfs_space_ref space IMMUTABLE;
	struct memobj_ref data IMMUTABLE;      /* of a regular file */
	struct buf link IMMUTABLE;	       /* of a symbolic link */
	struct atomic_u64 charged ATOMIC_ONLY; /* pages counted in space */
	struct atomic_u32 seals ATOMIC_ONLY;
};
SUBTYPE(ramfs_inode, inode);

err_t ramfs_inode_new(struct ramfs_space *space, const struct node_request *req,
		      struct inode_ref *out);
err_t ramfs_file_open(struct inode *i, u32 flags, struct file_ref *out);
/* Brings the count of the file's pages up to date. */
void ramfs_charge(struct ramfs_inode *r);
bool ramfs_is_limited(const struct ramfs_inode *r);
/* How many more pages the instance may take. */
u64 ramfs_room(const struct ramfs_inode *r);
/* Reads size=, nr_inodes=, nr_blocks=, mode=, uid=, gid=.  ERR_INVAL. */
struct ramfs_options {
	u64 pages_max, inodes_max;
	u32 mode, uid, gid;
};
err_t ramfs_parse_options(struct str text, struct ramfs_options *o);
err_t ramfs_remount(struct super *s, struct str options);
void ramfs_show_options(struct super *s, struct text *t);
/* Makes the instance, mounted nowhere, that memfd_create's files live in. */
err_t ramfs_memfd_register(const struct fs_type *type);
