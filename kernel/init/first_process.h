/* SPDX-License-Identifier: MPL-2.0 */
/* first_process - process 1: its descriptors, its program, its arguments and environment.  Spec:
 * Linux admin-guide/init.rst. */
#pragma once
#include "fs/fs_ctx.h"
#include "init/command_line.h"
#include "security/cred.h"

/* Starts process 1, which tries rdinit=, init= and the default programs in turn.  line must stay.
 * ERR_NOMEM. */
err_t first_process_start(const struct command_line *line, const struct cred *cred,
			  struct fs_ctx_ref fs);
