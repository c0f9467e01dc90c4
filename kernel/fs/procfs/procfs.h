/* SPDX-License-Identifier: MPL-2.0 */
/*
 * procfs - the file system "proc": the state of the system and of its processes as files.
 *
 * One instance, whatever the number of mounts.  What is always there stands in the dentry tree;
 * processes, threads and descriptors are looked up when somebody asks for them, so they vanish by
 * themselves.
 *
 *   Spec:  proc(5), as of Linux 6.1.
 */
#pragma once
#include <osxtd/base.h>

/* Makes the instance and registers the type.  Once at boot. */
err_t procfs_init(void);
