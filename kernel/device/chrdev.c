/* SPDX-License-Identifier: MPL-2.0 */
/* chrdev - the table of majors; see chrdev.h. */
#include "device/chrdev.h"

#include "fs/vfs.h"

static const struct chrdev_ops *shared majors[CHRDEV_MAJOR_MAX] OWNER(boot);

err_t chrdev_register(u32 major, const struct chrdev_ops *ops)
{
	if (major >= CHRDEV_MAJOR_MAX)
		return ERR_INVAL;
	if (array_at(majors, major) != nullptr)
		return ERR_BUSY;
	array_at(majors, major) = ops;
	return OK;
}

static const struct chrdev_ops *ops_of(u32 rdev)
{
	u32 major = dev_major(rdev);
	return major < CHRDEV_MAJOR_MAX ? array_at(majors, major) : nullptr;
}

err_t chrdev_may_open(u32 rdev, u32 flags, const struct cred *cred)
{
	const struct chrdev_ops *ops = ops_of(rdev);
	return ops != nullptr && ops->may_open != nullptr
		       ? ops->may_open(dev_minor(rdev), flags, cred)
		       : OK;
}

err_t chrdev_open(struct inode *i, u32 rdev, u32 flags, struct file_ref *out)
{
	(void)i;
	const struct chrdev_ops *ops = ops_of(rdev);
	return ops != nullptr ? ops->open(dev_minor(rdev), flags, out) : ERR_NXIO;
}

void chrdev_show(struct text *t)
{
	for (u32 major = 0; major < CHRDEV_MAJOR_MAX; major++) {
		if (array_at(majors, major) != nullptr)
			FMT(t, "{3} {}\n", major, array_at(majors, major)->name);
	}
}
