// SPDX-License-Identifier: MPL-2.0
/* sets - the constants that an argument may have. */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include "kinds.h"
#include "sysfuzz.h"

struct set {
	bool are_bits; /* may be combined */
	uint8_t count;
	const uint64_t *values;
};
#define VALUES(...)                                                                                \
	.values = (const uint64_t[]){ __VA_ARGS__ },                                               \
	.count = sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t)
#define BITS(...) { .are_bits = true, VALUES(__VA_ARGS__) }
#define ONE(...)  { VALUES(__VA_ARGS__) }
#define SET(kind) [kind - K_FIRST_SET]

static const struct set sets[K_END - K_FIRST_SET] = {
	SET(K_OPEN) = BITS(O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_CREAT, O_CREAT, O_EXCL, O_TRUNC,
			   O_APPEND, O_NONBLOCK, O_NONBLOCK, O_DIRECTORY, O_NOFOLLOW, O_PATH,
			   020200000, O_CLOEXEC, O_NOATIME, 040000, O_SYNC, O_ASYNC),
	SET(K_PROT) = BITS(0, PROT_READ, PROT_READ | PROT_WRITE, PROT_WRITE, PROT_EXEC,
			   PROT_GROWSDOWN, PROT_GROWSUP),
	SET(K_MAP) = BITS(MAP_PRIVATE, MAP_SHARED, MAP_PRIVATE | MAP_ANONYMOUS,
			  MAP_SHARED | MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED, MAP_FIXED_NOREPLACE,
			  MAP_GROWSDOWN, MAP_LOCKED, MAP_NORESERVE, MAP_POPULATE, MAP_STACK,
			  MAP_HUGETLB, MAP_SYNC, 3, 0x40, MAP_DENYWRITE),
	SET(K_REMAP) = BITS(MREMAP_MAYMOVE, MREMAP_FIXED, MREMAP_MAYMOVE | MREMAP_FIXED, 4),
	SET(K_ADVICE) = ONE(0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
			    23, 24, 25, 100, 101),
	SET(K_MSYNC) = BITS(MS_ASYNC, MS_INVALIDATE, MS_SYNC),
	SET(K_AT) = BITS(0, AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, AT_NO_AUTOMOUNT,
			 AT_EMPTY_PATH, AT_EACCESS, AT_STATX_FORCE_SYNC, AT_STATX_DONT_SYNC),
	SET(K_CLONE) = BITS(SIGCHLD, 0, SIGCHLD | CLONE_VM | CLONE_VFORK, CLONE_FS, CLONE_FILES,
			    CLONE_SIGHAND | CLONE_VM, CLONE_PTRACE, CLONE_PARENT, CLONE_SYSVSEM,
			    CLONE_SETTLS, CLONE_PARENT_SETTID, CLONE_CHILD_CLEARTID,
			    CLONE_CHILD_SETTID, CLONE_NEWNS, CLONE_NEWPID, CLONE_IO, 0x1000,
			    CLONE_UNTRACED),
	SET(K_WAIT) = BITS(WNOHANG, WNOHANG, WUNTRACED, WCONTINUED, WEXITED | WNOHANG, WSTOPPED,
			   WNOWAIT, 0x20000000, 0x40000000, 0x80000000),
	SET(K_WHENCE) = ONE(0, 1, 2, 3, 4, 5),
	SET(K_FCNTL) = ONE(F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW,
			   F_SETOWN, F_GETOWN, F_SETSIG, F_GETSIG, 15, 16, 36, 37, 38, 36, 37, 38,
			   1024, 1025, 1026, F_DUPFD_CLOEXEC, 1031, 1032, 1033, 1034, 1035, 1036,
			   1037, 1038, 1039, 1040),
	SET(K_IOCTL) = ONE(
		TCGETS, TCSETS, TCSETSW, TCSETSF, TCGETA, TCSETA, TCSETAW, TCSETAF, TCSBRK, TCXONC,
		TCFLSH, TIOCEXCL, TIOCNXCL, TIOCSCTTY, TIOCGPGRP, TIOCSPGRP, TIOCOUTQ, TIOCGWINSZ,
		TIOCSWINSZ, TIOCMGET, TIOCMSET, TIOCGSOFTCAR, FIONREAD, TIOCLINUX, TIOCCONS,
		TIOCGSERIAL, TIOCPKT, FIONBIO, TIOCNOTTY, TIOCSETD, TIOCGETD, TCSBRKP, TIOCGSID,
		0x802c542a, 0x402c542b, 0x402c542c, 0x402c542d, TIOCGPTN, TIOCSPTLCK, TIOCVHANGUP,
		FIONCLEX, FIOCLEX, FIOASYNC, FIOQSIZE, 0x80045200, 0x40045201, 0x40085203, 0x5204,
		0x5207, 1, 2, 0x80086601, 0x40086602, 0x40049409, 0x6363),
	SET(K_PRCTL) = ONE(1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 15, 16, 16, 21, 22, 23, 24, 25, 26,
			   27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 45,
			   46, 47, 50, 52, 53, 54, 55, 56, 59, 62, 65, 66, 0x53564d41),
	SET(K_ARCH) = ONE(ARCH_SET_GS, ARCH_SET_FS, ARCH_GET_FS, ARCH_GET_GS, 0x1011, 0x1012,
			  0x1021, 0x1022, 0x2001, 0x4001),
	SET(K_FUTEX_OP) = ONE(0, 1, 0x80, 0x81, 3, 4, 5, 9, 10, 0x83, 0x84, 0x85, 0x89, 0x8a, 6, 7,
			      8, 11, 12, 13, 0x109, 0x189, 0x100),
	SET(K_CLOCK) = ONE(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, -2ull, -3ull, -6ull, -7ull, -1ull),
	SET(K_ABSTIME) = ONE(0, 1),
	SET(K_SIG_HOW) = ONE(0, 1, 2),
	SET(K_FALLOCATE) = BITS(0, 1, 3, 2, 8, 16, 32, 64),
	SET(K_RENAME) = BITS(0, 1, 2, 4),
	SET(K_MOUNT) = BITS(0, MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND,
			    MS_MOVE, MS_REC, MS_PRIVATE, MS_SHARED, MS_NOATIME, MS_RELATIME,
			    MS_SILENT, MS_BIND | MS_REMOUNT),
	SET(K_UMOUNT) = BITS(0, 1, 2, 4, 8),
	SET(K_SPLICE) = BITS(0, 1, 2, 2, 4, 8),
	SET(K_RW) = BITS(0, 1, 2, 4, 8, 16),
	SET(K_MEMFD) = BITS(0, 1, 2, 2, 4, 8, 16),
	SET(K_UNSHARE) = BITS(0, CLONE_FILES, CLONE_FS, CLONE_SYSVSEM, CLONE_VM, CLONE_THREAD,
			      CLONE_NEWNS, CLONE_SIGHAND),
	SET(K_POLICY) = ONE(0, 1, 2, 3, 5, 6, 0x40000000, 0x40000001),
	SET(K_RESOURCE) = ONE(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
	SET(K_LOCK) = BITS(1, 2, 8, 4),
	SET(K_FSTYPE) = ONE(0),
	SET(K_SYSLOG) = ONE(0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11),
	SET(K_CLOSE_RANGE) = BITS(0, 2, 4),
	SET(K_XATTR) = BITS(0, 1, 2),
	SET(K_MEMBARRIER) = ONE(0, 1, 2, 4, 8, 16, 32, 64, 128),
	SET(K_WHICH) = ONE(0, 1, 2, 3),
	SET(K_PIPE) = BITS(0, O_NONBLOCK, O_NONBLOCK, O_CLOEXEC, O_DIRECT),
	SET(K_SIGSET_SIZE) = ONE(8, 8, 8, 8, 8, 8, 8, 4, 16, 0),
	SET(K_STATX) = ONE(0x7ff, 0xfff, 0, 0x1fff, 0x80000000),
};

uint64_t set_value(unsigned kind)
{
	const struct set *s = &sets[kind - K_FIRST_SET];
	uint64_t v = s->values[below(s->count)];

	if (below(40) == 0)
		return odd_value();
	while (s->are_bits && below(3) != 0)
		v |= s->values[below(s->count)];
	return v;
}
