/* SPDX-License-Identifier: MPL-2.0 */
/*
 * initramfs - unpacks the initial archive into the root file system.
 *
 *   Trust:    the archive is hostile: a corrupt one is reported and unpacking ends; what came
 * before stays. Context:  boot task. Spec:     Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#pragma once
#include "fs/fs_ctx.h"
#include "security/cred.h"

/* Unpacks boot_initrd(): newc archives, plain or gzip, one behind the other.  ERR_BADMSG,
 * ERR_NOMEM, ERR_NOSPC. */
err_t initramfs_unpack(struct fs_ctx *fs, const struct cred *cred);
