/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sysfs - the file system "sysfs": what the machine is made of, one value per file.
 *
 * One instance, whatever the number of mounts.
 *
 *   Spec:  sysfs(5); Linux's Documentation/ABI/stable/sysfs-devices-system-cpu, as of 6.1.
 */
#pragma once
#include <osxtd/base.h>

/* Makes the instance and registers the type.  Once at boot, when the CPUs run. */
err_t sysfs_init(void);
