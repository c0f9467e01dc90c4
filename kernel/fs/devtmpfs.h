/* SPDX-License-Identifier: MPL-2.0 */
/*
 * devtmpfs - the file system of device nodes: one instance, filled at boot, the same wherever it is
 * mounted.
 *
 *   Spec:  Linux Documentation/admin-guide/devices.txt.
 */
#pragma once
#include <osxtd/base.h>

/* Makes the instance and registers the type.  Once at boot, after ramfs_register. */
err_t devtmpfs_init(void);
