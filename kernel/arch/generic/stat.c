/* SPDX-License-Identifier: MPL-2.0 */
/* stat - struct stat of the architectures that have the generic one.  Spec: stat(2). */
#include "abi/stat.h"

struct generic_stat {
	u64 dev, ino;
	u32 mode, nlink, uid, gid;
	u64 rdev, pad1, size;
	u32 blksize, pad2;
	u64 blocks;
	struct file_time atime, mtime, ctime;
	u32 unused[2];
};
static_assert(sizeof(struct generic_stat) == 128);

err_t arch_stat_put(struct uaddr dst, const struct file_stat *st)
{
	struct generic_stat s = {
		.dev = st->dev,
		.ino = st->ino,
		.mode = st->mode,
		.nlink = (u32)st->nlink,
		.uid = st->uid,
		.gid = st->gid,
		.rdev = st->rdev,
		.size = st->size,
		.blksize = (u32)st->blksize,
		.blocks = st->blocks,
		.atime = st->atime,
		.mtime = st->mtime,
		.ctime = st->ctime,
	};
	return user_write(dst, cspan_of(s));
}
