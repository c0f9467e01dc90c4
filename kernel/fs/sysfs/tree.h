/* SPDX-License-Identifier: MPL-2.0 */
/* tree - which directories and files sysfs has, and the instance made of them. */
#pragma once
#include "fs/vfs.h"

/* ERR_NOMEM. */
err_t sys_tree_new(const struct fs_type *type, struct super_ref *out);
