/* SPDX-License-Identifier: MPL-2.0 */
/* stat - struct stat of x86_64.  Spec: stat(2); System V ABI for x86-64, Linux's layout. */
#include "abi/stat.h"

struct abi_stat_time {
	i64 sec;
	u64 nsec;
};
struct abi_stat {
	u64 dev;
	u64 ino;
	u64 nlink;
	u32 mode;
	u32 uid;
	u32 gid;
	u32 pad;
	u64 rdev;
	i64 size;
	i64 blksize;
	i64 blocks;
	struct abi_stat_time atime, mtime, ctime;
	i64 unused[3];
};
static_assert(sizeof(struct abi_stat) == 144);

err_t arch_stat_put(struct uaddr dst, const struct file_stat *st)
{
	struct abi_stat out = {
		.dev = st->dev,
		.ino = st->ino,
		.nlink = st->nlink,
		.mode = st->mode,
		.uid = st->uid,
		.gid = st->gid,
		.rdev = st->rdev,
		.size = (i64)st->size,
		.blksize = st->blksize,
		.blocks = (i64)st->blocks,
		.atime = { st->atime.sec, (u64)st->atime.nsec },
		.mtime = { st->mtime.sec, (u64)st->mtime.nsec },
		.ctime = { st->ctime.sec, (u64)st->ctime.nsec },
	};
	return user_put(dst, &out);
}
