/* SPDX-License-Identifier: MPL-2.0 */
/* links - what the symbolic links of procfs share. */
#pragma once
#include "fs/procfs/show.h"

/* Copies what fits of target; *len is its whole length. */
err_t proc_put_link(struct span buf, struct str target, usize *len);
/* The same for the text of a place, as the caller sees it from its root. */
err_t proc_put_path_link(const struct path *p, struct span buf, usize *len);
/* The caller's root directory; empty for the kernel's own tasks. */
void proc_reader_root(struct path *out);
