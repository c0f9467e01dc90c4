/* SPDX-License-Identifier: MPL-2.0 */
/*
 * attribute - the files and directories of sysfs as inodes.
 *
 * An attribute is a file with a short text, made by a function when it is read.
 *
 *   Context:  task context, no lock held; operations may sleep.
 */
#pragma once
#include <osxtd/fmt.h>

#include "fs/vfs.h"

/* Writes the text, of at most a page: what does not fit is cut off.  number: see sys_new_file. */
typedef void sys_show_fn(u32 number, struct text *t);

struct sys_attribute {
	struct str name;
	sys_show_fn *show;
};

/* number: which one the file is about, of those that have the same (CPUs). */
err_t sys_new_file(const struct sys_attribute *a, u32 number, u64 ino, struct inode_ref *out);
err_t sys_new_dir(u32 mode, u64 ino, struct inode_ref *out);

/* The device number of the instance. */
u32 sys_device(void);
