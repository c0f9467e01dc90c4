/* SPDX-License-Identifier: MPL-2.0 */
/*
 * times - access, modification and change times of inodes.
 *
 * Spec: inode(7); mount(2) MS_RELATIME: the access time moves only when it is not newer than a
 * modification or is older than a day.
 */
#include "fs/vfs.h"
#include "time/clock.h"

struct file_time fs_now(void)
{
	u64 ns = clock_realtime_ns();
	struct file_time t = { (i64)(ns / 1000000000), (i64)(ns % 1000000000) };
	return t;
}

static bool time_before(const struct file_time *a, const struct file_time *b)
{
	return a->sec < b->sec || (a->sec == b->sec && a->nsec < b->nsec);
}

void inode_touch_atime(struct inode *i, u64 flags)
{
	if ((flags & MS_NOATIME) != 0 || ((flags & MS_NODIRATIME) != 0 && inode_is_dir(i)))
		return;
	struct file_time now = fs_now();
	GUARD(inode, &i->lock);
	bool stale = !time_before(&i->mtime, &i->atime) || !time_before(&i->ctime, &i->atime) ||
		     i->atime.sec < now.sec - 24 * 60 * 60;
	if (stale || (flags & MS_STRICTATIME) != 0)
		i->atime = now;
}

void inode_touch_mtime(struct inode *i)
{
	struct file_time now = fs_now();
	GUARD(inode, &i->lock);
	i->mtime = now;
	i->ctime = now;
}

void inode_touch_ctime(struct inode *i)
{
	struct file_time now = fs_now();
	GUARD(inode, &i->lock);
	i->ctime = now;
}
