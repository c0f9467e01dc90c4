/* SPDX-License-Identifier: MPL-2.0 */
/*
 * kernel_file - files as the kernel itself uses them: exec, the initramfs, the first process.
 *
 *   Context:   task context, no lock held; may sleep.
 */
#pragma once
#include "fs/vfs_ops.h"

/*
 * Opens path for execution: a regular file with permission to execute on a mount without noexec,
 * and no writers from now on (ERR_TXTBSY); exec_file_release lets them in again.  at: as
 * execveat(2).  ERR_ACCES.
 */
err_t exec_file_open(struct fs_ctx *fs, const struct cred *cred, struct at *at, u32 at_flags,
		     struct file_ref *out);
void exec_file_release(struct file *f);
/* Reads at most span_len(buf) bytes at pos; *n = 0 at the end. */
err_t kernel_read(struct file *f, u64 pos, struct span buf, usize *n);
/* Writes everything at pos. */
err_t kernel_write(struct file *f, u64 pos, struct cspan data);
/* vfs_open of a path text, from the root of fs. */
err_t kernel_open(struct fs_ctx *fs, const struct cred *cred, struct str path, u32 flags, u32 mode,
		  struct file_ref *out);
