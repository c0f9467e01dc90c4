/* SPDX-License-Identifier: MPL-2.0 */
/* attr - attributes of a place: stat, access, chmod, chown, utimes, truncate. */
#include "fs/mount.h"
#include "fs/vfs_ops.h"

err_t vfs_setattr(const struct path *p, const struct cred *cred, struct attr_change *c)
{
	TRY(path_want_write(p));
	return inode_change(path_inode(p), cred, c);
}

err_t vfs_stat(const struct path *p, struct file_stat *st)
{
	TRY(inode_stat(path_inode(p), st));
	st->mount_id = mount_id(path_mount(p));
	return OK;
}

err_t vfs_access(const struct path *p, const struct cred *cred, u32 mask)
{
	struct inode *i = path_inode(p);
	u32 type = inode_mode(i) & S_IFMT;
	bool is_content = type == S_IFREG || type == S_IFDIR || type == S_IFLNK;
	if (mask == 0)
		return OK;
	if ((mask & ACCESS_X) != 0 && type == S_IFREG &&
	    (mount_flags(path_mount(p)) & MS_NOEXEC) != 0)
		return ERR_ACCES;
	TRY(inode_permission(i, cred, mask));
	return (mask & ACCESS_W) != 0 && is_content ? path_want_write(p) : OK;
}
