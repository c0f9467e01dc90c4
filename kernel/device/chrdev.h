/* SPDX-License-Identifier: MPL-2.0 */
/*
 * chrdev - character devices by major number: what open(2) of a device node reaches.
 *
 *   Locking:  majors are registered at boot, before the first process; lookups take no lock.
 *   Spec:     mknod(2); Linux Documentation/admin-guide/devices.txt for the numbers.
 */
#pragma once
#include <osxtd/fmt.h>

#include "fs/file.h"
#include "security/cred.h"

enum : u32 { CHRDEV_MAJOR_MAX = 256 };

struct chrdev_ops {
	const char *name; /* as in /proc/devices */
	/* Opens minor for the flags O_*; ERR_NXIO when there is no such minor. */
	err_t (*open)(u32 minor, u32 flags, struct file_ref *out);
	/* Whether cred may, beyond what the node's mode allows: ERR_PERM.  Null: it may. */
	err_t (*may_open)(u32 minor, u32 flags, const struct cred *cred);
};

/* ERR_BUSY when the major is taken, ERR_INVAL when it is too large. */
err_t chrdev_register(u32 major, const struct chrdev_ops *ops);
/* The text of /proc/devices' character part. */
void chrdev_show(struct text *t);
