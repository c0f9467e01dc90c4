/* SPDX-License-Identifier: MPL-2.0 */
/*
 * stat - file modes, times and the records of stat(2), statx(2) and statfs(2).
 *
 * `struct stat` differs between architectures: arch_stat_put writes it.
 *
 *   Spec:  inode(7), stat(2), statx(2), statfs(2), utimensat(2).
 */
#pragma once
#include <osxtd/user.h>

enum : u32 {
	S_IFMT = 0170000,
	S_IFSOCK = 0140000,
	S_IFLNK = 0120000,
	S_IFREG = 0100000,
	S_IFBLK = 0060000,
	S_IFDIR = 0040000,
	S_IFCHR = 0020000,
	S_IFIFO = 0010000,
	S_ISUID = 04000,
	S_ISGID = 02000,
	S_ISVTX = 01000,
	S_PERM = 07777,
};
ALWAYS_INLINE bool mode_is_dir(u32 mode)
{
	return (mode & S_IFMT) == S_IFDIR;
}
ALWAYS_INLINE bool mode_is_reg(u32 mode)
{
	return (mode & S_IFMT) == S_IFREG;
}
ALWAYS_INLINE bool mode_is_lnk(u32 mode)
{
	return (mode & S_IFMT) == S_IFLNK;
}

struct file_time {
	i64 sec;
	i64 nsec;
};

/*
 * Everything that the stat family reports, in one form for all architectures.  It begins as struct
 * stat of x86_64 does, so that one architecture at least need not move it around; arch_stat_put of
 * the others does.
 */
struct file_stat {
	u64 dev; /* encoded as dev_t: dev_make */
	u64 ino;
	u64 nlink;
	u32 mode;
	u32 uid;
	u32 gid;
	u32 pad;
	u64 rdev;
	u64 size;
	u64 blksize;
	u64 blocks; /* of 512 bytes */
	struct file_time atime, mtime, ctime;
	u64 unused[3];
	struct file_time btime;
	u64 mount_id;
};
/* Writes the architecture's struct stat to user memory; kernel/arch. ERR_FAULT. */
err_t arch_stat_put(struct uaddr dst, const struct file_stat *st);

/* Linux's 32-bit dev_t. */
ALWAYS_INLINE u32 dev_make(u32 major, u32 minor)
{
	return (minor & 0xff) | (major & 0xfff) << 8 | (minor & 0xfff00) << 12;
}
ALWAYS_INLINE u32 dev_major(u32 dev)
{
	return dev >> 8 & 0xfff;
}
ALWAYS_INLINE u32 dev_minor(u32 dev)
{
	return (dev & 0xff) | (dev >> 12 & 0xfff00);
}

enum : u32 {
	STATX_BASIC_STATS = 0x7ff,
	STATX_BTIME = 0x800,
	STATX_MNT_ID = 0x1000,
	STATX_RESERVED = 0x80000000,
	STATX_ATTR_MOUNT_ROOT = 0x2000,
};
struct abi_statx_time {
	i64 sec;
	u32 nsec;
	i32 pad;
};
struct abi_statx {
	u32 mask;
	u32 blksize;
	u64 attributes;
	u32 nlink;
	u32 uid;
	u32 gid;
	u16 mode;
	u16 pad0;
	u64 ino;
	u64 size;
	u64 blocks;
	u64 attributes_mask;
	struct abi_statx_time atime, btime, ctime, mtime;
	u32 rdev_major, rdev_minor, dev_major, dev_minor;
	u64 mount_id;
	u32 dio_mem_align, dio_offset_align;
	u64 spare[12];
};
static_assert(sizeof(struct abi_statx) == 256);

struct abi_statfs {
	i64 type;
	i64 block_size;
	u64 blocks, blocks_free, blocks_available;
	u64 files, files_free;
	i32 fsid[2];
	i64 name_max;
	i64 fragment_size;
	i64 flags;
	i64 spare[4];
};
static_assert(sizeof(struct abi_statfs) == 120);

enum : i64 { UTIME_NOW = 0x3fffffff, UTIME_OMIT = 0x3ffffffe };
