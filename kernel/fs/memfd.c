/* SPDX-License-Identifier: MPL-2.0 */
/*
 * memfd - files without a name: memfd_create(2).
 *
 * They live in an instance of ramfs that is mounted nowhere, so that they are files like all
 * others.
 */
#include "fs/dentry.h"
#include "fs/mount.h"
#include "fs/ramfs_internal.h"
#include "fs/vfs_ops.h"

LOCK_CLASS(memfd, spin);
shared static struct memfd_lock memfd_lock;
shared static struct path memfd_root GUARDED(memfd);

enum : u32 { MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2, MFD_NOEXEC_SEAL = 8, MFD_EXEC = 16 };
enum : usize { MEMFD_NAME_MAX = 249 };

err_t ramfs_memfd_register(const struct fs_type *type)
{
	struct path root CLEANUP(path_drop) = {};
	SCOPED_REF(super, s);
	TRY(ramfs_new(type, STR(""), &s));
	TRY(mount_new_private(super_get(&s), STR("memfd"), &root));
	GUARD(memfd, &memfd_lock);
	memfd_root = path_move(&root);
	return OK;
}

err_t ramfs_memfd(struct str name, u32 flags, const struct cred *cred, struct file_ref *out)
{
	struct path path CLEANUP(path_drop) = {};
	SCOPED_REF(inode, i);
	SCOPED_BUF(memory);
	if ((flags & ~(u32)(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC)) != 0)
		return ERR_INVAL;
	if (str_len(name) > MEMFD_NAME_MAX ||
	    (flags & (MFD_NOEXEC_SEAL | MFD_EXEC)) == (MFD_NOEXEC_SEAL | MFD_EXEC))
		return ERR_INVAL;
	{
		GUARD(memfd, &memfd_lock);
		path = path_clone(&memfd_root);
	}
	TRY(buf_alloc(MEMFD_NAME_MAX + 8, &memory));
	struct text text = text_in(buf_span(&memory));
	FMT(&text, "memfd:{}", name);
	struct dentry *root = path_dentry(&path);
	struct ramfs_space *space = ramfs_space_get(&ramfs_inode_of(dentry_inode(root))->space);
	u32 mode = (flags & MFD_NOEXEC_SEAL) != 0 ? 0666 : 0777;
	struct node_request req = { .mode = S_IFREG | mode,
				    .uid = cred->fsuid,
				    .gid = cred->fsgid };
	TRY(ramfs_inode_new(space, &req, &i));
	count_set(&inode_get(&i)->nlink, 0);
	if ((flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL)) != 0)
		atomic_u32_store(&ramfs_inode_of(inode_get(&i))->seals, 0);
	SCOPED_REF(dentry, d);
	TRY(dentry_new(text_str(&text), root, inode_move(&i), &d));
	(void)atomic_u32_or(&dentry_get(&d)->flags, DENTRY_DELETED);
	dentry_replace(&path.dentry, dentry_move(&d));
	return vfs_open_path(&path, cred, O_RDWR | O_LARGEFILE, out);
}
