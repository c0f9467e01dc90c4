/* SPDX-License-Identifier: MPL-2.0 */
/*
 * kmsg - /dev/kmsg: the log as records, and a way to write to it.
 *
 * Each open file reads on its own from the oldest record, one record per read:
 * "level,sequence,microseconds,-;text\n".
 *
 *   Context:  task context.
 *   Spec:     Linux Documentation/ABI/testing/dev-kmsg.
 */
#pragma once
#include "fs/file.h"
#include "security/cred.h"

/* ERR_PERM for a reader who may not see the log (log_view.h). */
err_t kmsg_may_open(u32 flags, const struct cred *cred);
err_t kmsg_open(u32 flags, struct file_ref *out);
