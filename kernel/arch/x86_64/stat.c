/* SPDX-License-Identifier: MPL-2.0 */
/* stat - struct stat of x86_64: the front of struct file_stat.  Spec: stat(2). */
#include "abi/stat.h"

enum : usize { STAT_SIZE = 144 };
static_assert(offsetof(struct file_stat, nlink) == 16);
static_assert(offsetof(struct file_stat, mode) == 24);
static_assert(offsetof(struct file_stat, gid) == 32);
static_assert(offsetof(struct file_stat, rdev) == 40);
static_assert(offsetof(struct file_stat, size) == 48);
static_assert(offsetof(struct file_stat, blksize) == 56);
static_assert(offsetof(struct file_stat, blocks) == 64);
static_assert(offsetof(struct file_stat, atime) == 72);
static_assert(offsetof(struct file_stat, ctime) == 104);
static_assert(offsetof(struct file_stat, btime) == STAT_SIZE);

err_t arch_stat_put(struct uaddr dst, const struct file_stat *st)
{
	return user_write(dst, cspan_sub(cspan_of(*st), 0, STAT_SIZE));
}
