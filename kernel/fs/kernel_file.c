/* SPDX-License-Identifier: MPL-2.0 */
/* kernel_file - files as the kernel itself uses them. */
#include "fs/kernel_file.h"

#include "fs/mount.h"

err_t exec_file_open(struct fs_ctx *fs, const struct cred *cred, struct at *at, u32 at_flags,
		     struct file_ref *out)
{
	struct walk w CLEANUP(
		walk_fini) = { .flags = (at_flags & AT_SYMLINK_NOFOLLOW) != 0 ? 0 : WALK_FOLLOW };
	SCOPED_REF(file, f);
	TRY(namei(fs, cred, at, &w));
	if (!file_is_null(&w.file))
		return ERR_ACCES;
	struct inode *i = path_inode(&w.path);
	if (inode_is_lnk(i))
		return ERR_LOOP;
	if (!inode_is_reg(i) || (mount_flags(path_mount(&w.path)) & MS_NOEXEC) != 0)
		return ERR_ACCES;
	TRY(inode_permission(i, cred, ACCESS_X));
	/* Reading needs no permission of the user: the kernel reads. */
	TRY(vfs_open_exec(&w.path, &f));
	TRY(inode_deny_write(i));
	*out = file_move(&f);
	return OK;
}

void exec_file_release(struct file *f)
{
	if (file_has_path(f))
		inode_allow_write(file_inode(f));
}

err_t kernel_read(struct file *f, u64 pos, struct span buf, usize *n)
{
	struct uio to = uio_kernel(buf);
	return file_pread(f, &to, pos, n);
}

err_t kernel_write(struct file *f, u64 pos, struct cspan data)
{
	struct uio from = uio_kernel_const(data);
	while (uio_left(&from) != 0) {
		usize n = 0;
		TRY(file_pwrite(f, &from, pos, &n));
		if (n == 0)
			return ERR_IO;
		pos += n;
	}
	return OK;
}

err_t kernel_open(struct fs_ctx *fs, const struct cred *cred, struct str path, u32 flags, u32 mode,
		  struct file_ref *out)
{
	struct at at CLEANUP(at_fini) = { .name = path };
	struct open_request req = { .flags = flags, .mode = mode };
	return vfs_open(fs, cred, &at, &req, out);
}
