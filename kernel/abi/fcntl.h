/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fcntl - numbers of the file calls: open flags, *at flags, fcntl commands, access modes, mount
 * flags.
 *
 *   Spec:  open(2), openat(2), fcntl(2), access(2), mount(2), renameat2(2); the same on every
 * 64-bit architecture that uses Linux's generic numbers (x86_64, riscv64, loongarch64).
 */
#pragma once
#include <osxtd/base.h>

enum : u32 { /* open(2) */
	     O_RDONLY = 0,
	     O_WRONLY = 1,
	     O_RDWR = 2,
	     O_ACCMODE = 3,
	     O_CREAT = 0100,
	     O_EXCL = 0200,
	     O_NOCTTY = 0400,
	     O_TRUNC = 01000,
	     O_APPEND = 02000,
	     O_NONBLOCK = 04000,
	     O_DSYNC = 010000,
	     O_ASYNC = 020000,
	     O_DIRECT = 040000,
	     O_LARGEFILE = 0100000,
	     O_DIRECTORY = 0200000,
	     O_NOFOLLOW = 0400000,
	     O_NOATIME = 01000000,
	     O_CLOEXEC = 02000000,
	     O_SYNC = 04010000,
	     O_PATH = 010000000,
	     O_TMPFILE_BIT = 020000000,
	     O_TMPFILE = 020200000,
	     O_CREATION_FLAGS = 0100 | 0200 | 0400 | 01000, /* not kept in the description */
	     O_SETFL_MASK = 02000 | 04000 | 020000 | 040000 | 01000000,
	     O_ALL = 037777703,
};
enum : i32 { AT_FDCWD = -100 };
enum : u32 {
	AT_SYMLINK_NOFOLLOW = 0x100,
	AT_EACCESS = 0x200,
	AT_REMOVEDIR = 0x200,
	AT_SYMLINK_FOLLOW = 0x400,
	AT_NO_AUTOMOUNT = 0x800,
	AT_EMPTY_PATH = 0x1000,
	AT_STATX_SYNC_TYPE = 0x6000,
};
enum : u32 { /* openat2(2) */
	     RESOLVE_NO_XDEV = 1,
	     RESOLVE_NO_MAGICLINKS = 2,
	     RESOLVE_NO_SYMLINKS = 4,
	     RESOLVE_BENEATH = 8,
	     RESOLVE_IN_ROOT = 16,
	     RESOLVE_CACHED = 32,
	     RESOLVE_ALL = 63,
};
enum : u32 { /* fcntl(2) */
	     F_DUPFD = 0,
	     F_GETFD = 1,
	     F_SETFD = 2,
	     F_GETFL = 3,
	     F_SETFL = 4,
	     F_GETLK = 5,
	     F_SETLK = 6,
	     F_SETLKW = 7,
	     F_SETOWN = 8,
	     F_GETOWN = 9,
	     F_SETSIG = 10,
	     F_GETSIG = 11,
	     F_SETOWN_EX = 15,
	     F_GETOWN_EX = 16,
	     F_OFD_GETLK = 36,
	     F_OFD_SETLK = 37,
	     F_OFD_SETLKW = 38,
	     F_SETLEASE = 1024,
	     F_GETLEASE = 1025,
	     F_NOTIFY = 1026,
	     F_DUPFD_CLOEXEC = 1030,
	     F_SETPIPE_SZ = 1031,
	     F_GETPIPE_SZ = 1032,
	     F_ADD_SEALS = 1033,
	     F_GET_SEALS = 1034,
	     FD_CLOEXEC = 1,
};
enum : u32 { F_RDLCK = 0, F_WRLCK = 1, F_UNLCK = 2 };
enum : u32 { LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8, LOCK_MAND = 32 };
enum : u32 { SEEK_SET = 0, SEEK_CUR = 1, SEEK_END = 2, SEEK_DATA = 3, SEEK_HOLE = 4 };
enum : u32 { ACCESS_X = 1, ACCESS_W = 2, ACCESS_R = 4 };
enum : u32 { RENAME_NOREPLACE = 1, RENAME_EXCHANGE = 2, RENAME_WHITEOUT = 4 };
enum : u32 { /* fallocate(2) */
	     FALLOC_KEEP_SIZE = 1,
	     FALLOC_PUNCH_HOLE = 2,
	     FALLOC_COLLAPSE_RANGE = 8,
	     FALLOC_ZERO_RANGE = 16,
	     FALLOC_INSERT_RANGE = 32,
	     FALLOC_UNSHARE_RANGE = 64,
};
enum : u32 { /* ioctl(2), the part that every file answers */
	     FIGETBSZ = 2,
	     FIOCLEX = 0x5451,
	     FIONCLEX = 0x5450,
	     FIONREAD = 0x541b,
	     FIONBIO = 0x5421,
	     FIOASYNC = 0x5452,
	     FICLONE = 0x40049409,
};
enum : u32 { /* preadv2(2) */
	     RWF_HIPRI = 1,
	     RWF_DSYNC = 2,
	     RWF_SYNC = 4,
	     RWF_NOWAIT = 8,
	     RWF_APPEND = 16,
	     RWF_ALL = 31,
};
enum : u64 { /* mount(2) */
	     MS_RDONLY = 1,
	     MS_NOSUID = 2,
	     MS_NODEV = 4,
	     MS_NOEXEC = 8,
	     MS_SYNCHRONOUS = 16,
	     MS_REMOUNT = 32,
	     MS_MANDLOCK = 64,
	     MS_DIRSYNC = 128,
	     MS_NOSYMFOLLOW = 256,
	     MS_NOATIME = 1024,
	     MS_NODIRATIME = 2048,
	     MS_BIND = 4096,
	     MS_MOVE = 8192,
	     MS_REC = 16384,
	     MS_SILENT = 32768,
	     MS_UNBINDABLE = 1 << 17,
	     MS_PRIVATE = 1 << 18,
	     MS_SLAVE = 1 << 19,
	     MS_SHARED = 1 << 20,
	     MS_RELATIME = 1 << 21,
	     MS_STRICTATIME = 1 << 24,
	     MS_MGC_VAL = 0xc0ed0000,
	     MS_MGC_MSK = 0xffff0000,
};
enum : u32 { MNT_FORCE = 1, MNT_DETACH = 2, MNT_EXPIRE = 4, UMOUNT_NOFOLLOW = 8 };
enum : u32 { PATH_MAX = 4096, NAME_MAX = 255, SYMLINK_MAX_FOLLOW = 40, PIPE_BUF = 4096 };

/* struct flock */
struct abi_flock {
	i16 type;
	i16 whence;
	u32 pad0;
	i64 start;
	i64 len;
	i32 pid;
	u32 pad1;
};
static_assert(sizeof(struct abi_flock) == 32);

struct abi_open_how {
	u64 flags;
	u64 mode;
	u64 resolve;
};
