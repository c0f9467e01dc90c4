/* SPDX-License-Identifier: MPL-2.0 */
/*
 * dir_sink - where directory entries go: the record format of getdents64(2) or getdents(2), in user
 * memory.
 *
 *   Context:  task context; dir_emit may fault.
 */
#pragma once
#include <osxtd/user.h>

#include "fs/file.h"

enum dir_format : u8 { DIR_FORMAT_64, DIR_FORMAT_OLD };

struct dir_sink {
	struct uaddr to;
	u64 room;
	u64 done; /* bytes written */
	enum dir_format format;
	err_t error; /* why dir_emit refused: ERR_FAULT, ERR_INVAL (no room for even one), OK (full)
		      */
};

/* Reads entries at the shared position.  ERR_NOTDIR, ERR_BADF, ERR_NOENT: the directory was
 * removed. */
err_t file_readdir(struct file *f, struct dir_sink *sink);
/* Opens a directory whose file system has no open operation for it. */
err_t dir_file_open(struct inode *i, u32 flags, struct file_ref *out);
