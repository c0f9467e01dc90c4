// SPDX-License-Identifier: MPL-2.0
/* values - a random argument of each kind: resources that exist, structures that make sense, and
 * now and then anything at all. */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#include "kinds.h"
#include "sysfuzz.h"

/* ---- sets of constants ---- */

struct set {
	bool are_bits; /* may be combined */
	uint8_t count;
	const uint64_t *values;
};
#define VALUES(...)                                                                                \
	.values = (const uint64_t[]){ __VA_ARGS__ },                                               \
	.count = sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t)
#define BITS(...)                                                                                  \
	{                                                                                          \
		.are_bits = true, VALUES(__VA_ARGS__)                                              \
	}
#define ONE(...)                                                                                   \
	{                                                                                          \
		VALUES(__VA_ARGS__)                                                                \
	}
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
	SET(K_IOCTL) = ONE(TCGETS, TCSETS, TCSETSW, TCSETSF, TCGETA, TCSETA, TCSETAW, TCSETAF,
			   TCSBRK, TCXONC, TCFLSH, TIOCEXCL, TIOCNXCL, TIOCSCTTY, TIOCGPGRP,
			   TIOCSPGRP, TIOCOUTQ, TIOCGWINSZ, TIOCSWINSZ, TIOCMGET, TIOCMSET,
			   TIOCGSOFTCAR, FIONREAD, TIOCLINUX, TIOCCONS, TIOCGSERIAL, TIOCPKT,
			   FIONBIO, TIOCNOTTY, TIOCSETD, TIOCGETD, TCSBRKP, TIOCGSID, 0x802c542a,
			   0x402c542b, 0x402c542c, 0x402c542d, TIOCGPTN, TIOCSPTLCK, TIOCVHANGUP,
			   FIONCLEX, FIOCLEX, FIOASYNC, FIOQSIZE, 0x80045200, 0x40045201,
			   0x40085203, 0x5204, 0x5207, 1, 2, 0x80086601, 0x40086602, 0x40049409,
			   0x6363),
	SET(K_PRCTL) = ONE(1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 15, 16, 16, 21, 22, 23, 24, 25, 26,
			   27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 45, 46,
			   47, 50, 52, 53, 54, 55, 56, 59, 62, 65, 66, 0x53564d41),
	SET(K_ARCH) = ONE(ARCH_SET_GS, ARCH_SET_FS, ARCH_GET_FS, ARCH_GET_GS, 0x1011, 0x1012, 0x1021,
			  0x1022, 0x2001, 0x4001),
	SET(K_FUTEX_OP) = ONE(0, 1, 0x80, 0x81, 3, 4, 5, 9, 10, 0x83, 0x84, 0x85, 0x89, 0x8a, 6, 7, 8,
			      11, 12, 13, 0x109, 0x189, 0x100),
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

/* ---- memory ---- */

/* A place for a structure: rarely one that is not there or ends at a hole. */
static uint64_t place(void)
{
	static const uint64_t bad[] = { 0,
					1,
					4095,
					ARENA - 8,
					ARENA + 224 * 4096ul,
					ARENA + 232 * 4096ul,
					ARENA + 232 * 4096ul - 4,
					ARENA + 232 * 4096ul - 1,
					ARENA + ARENA_PAGES * 4096ul - 8,
					0x7fffffffefff,
					0x7ffffffff000,
					0x800000000000,
					0xffff800000000000,
					0xffffffff80200000,
					0xfffffffffffffff8,
					0xffffffffffffffff };

	if (below(25) == 0)
		return PICK(bad);
	if (below(6) == 0)
		return ARENA + below(220 * 4096);
	return ARENA + below(40) * 4096ul + below(64) * 64;
}

static void memory(struct arg *a, unsigned words)
{
	a->kind = A_MEMORY;
	a->value = place();
	a->words = (uint8_t)words;
	a->repeat = 1;
}

static const char *const names[] = {
	"a",
	"b",
	"c",
	"d",
	"d/a",
	"d/b",
	"d/d",
	"d/d/a",
	"l",
	"l/a",
	"fifo",
	"loop1",
	"x",
	"",
	".",
	"..",
	"../..",
	"/",
	"/t",
	"/t/a",
	"/t/d",
	"/x",
	"a/",
	"d/",
	"d/.",
	"d/..",
	"a/.",
	"d/d/../../a",
	"/dev",
	"/dev/null",
	"/dev/zero",
	"/dev/full",
	"/dev/random",
	"/dev/urandom",
	"/dev/kmsg",
	"/dev/tty",
	"/dev/ttyS0",
	"/dev/console",
	"/proc",
	"/proc/self",
	"/proc/self/fd",
	"/proc/self/fd/3",
	"/proc/self/fd/5",
	"/proc/self/fd/9",
	"/proc/self/fdinfo/4",
	"/proc/self/maps",
	"/proc/self/smaps",
	"/proc/self/mem",
	"/proc/self/exe",
	"/proc/self/cwd",
	"/proc/self/root",
	"/proc/self/cwd/a",
	"/proc/self/root/t/d",
	"/proc/self/status",
	"/proc/self/stat",
	"/proc/self/statm",
	"/proc/self/environ",
	"/proc/self/cmdline",
	"/proc/self/auxv",
	"/proc/self/comm",
	"/proc/self/task",
	"/proc/self/limits",
	"/proc/self/mountinfo",
	"/proc/self/mounts",
	"/proc/self/oom_score_adj",
	"/proc/self/wchan",
	"/proc/self/timers",
	"/proc/self/stack",
	"/proc/self/clear_refs",
	"/proc/self/sched",
	"/proc/thread-self",
	"/proc/thread-self/comm",
	"/proc/1",
	"/proc/1/stat",
	"/proc/1/fd",
	"/proc/1/maps",
	"/proc/2/status",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/uptime",
	"/proc/loadavg",
	"/proc/cpuinfo",
	"/proc/vmstat",
	"/proc/version",
	"/proc/devices",
	"/proc/filesystems",
	"/proc/interrupts",
	"/proc/kmsg",
	"/proc/sys",
	"/proc/sys/kernel",
	"/proc/sys/kernel/hostname",
	"/proc/sys/kernel/pid_max",
	"/proc/sys/kernel/printk",
	"/proc/sys/kernel/random/uuid",
	"/proc/sys/kernel/random/boot_id",
	"/proc/sys/vm/overcommit_memory",
	"/proc/sys/vm/drop_caches",
	"/proc/sys/fs/file-nr",
	"/proc/sys/fs/file-max",
	"/proc/sys/fs/pipe-max-size",
};
static const char *const words_of_text[] = { "",	   "tmpfs",	 "proc",  "devtmpfs", "ramfs",
					     "user.a",	   "name",	 "none",  "size=1m",  "mode=755",
					     "size=4k,nr_inodes=10", "security.x", "trusted.y", "a=b",
					     "nr_blocks=7", "uid=5,gid=6",
					     "system.posix_acl_access" };

static void text(struct arg *a, const char *s)
{
	size_t n = strlen(s);

	memory(a, (unsigned)(n / 8 + 1));
	memcpy(a->word, s, n);
	a->is_text = true;
}

static void path(struct arg *a)
{
	static const char *const pieces[] = { "./././.", "d/../d/.", "xxxxxxxx", "////////",
					      "a/../a/.", "l/../l/." };

	if (below(20) != 0) {
		text(a, PICK(names));
		return;
	}
	/* A long one: the string ends where the arena has zeroes. */
	memory(a, 1);
	a->value = ARENA + 40 * 4096ul + below(16) * 8192ul;
	memcpy(a->word, PICK(pieces), 8);
	a->repeat = (uint16_t)(1 + below(REPEAT_MAX));
}

static void fill(struct arg *a, unsigned words, uint64_t (*one)(void))
{
	memory(a, words);
	for (unsigned i = 0; i < words; i++)
		a->word[i] = one();
}

static uint64_t any_word(void)
{
	return below(3) != 0 ? below(3) != 0 ? odd_value() : below(1000) : place();
}

static uint64_t data_word(void)
{
	return below(4) != 0 ? 0x6161616161616161 * below(2) + below(256) : chance();
}

/* ---- numbers ---- */

/* The number of an earlier call with that result; -1: there is none, or chance is against it. */
static int earlier(const struct program *p, unsigned c, enum result want)
{
	unsigned seen = 0;
	int found = -1;

	for (unsigned i = 0; i < c; i++)
		if (call_types[p->call[i].type].result == want && below(++seen) == 0)
			found = (int)i;
	return below(8) == 0 ? -1 : found;
}

static bool from_earlier(const struct program *p, unsigned c, enum result want, struct arg *a)
{
	int from = below(2) != 0 ? earlier(p, c, want) : -1;

	if (from < 0)
		return false;
	a->kind = A_RESULT;
	a->value = (uint64_t)from;
	return true;
}

static uint64_t fd_number(void)
{
	static const uint64_t odd[] = { -1ull, -100ull, 0, 1, 2, 63, 64, 255, 1023, 0x7fffffff,
					0x80000000, 0xffffffff, 4096 };

	return below(15) != 0 ? 3 + below(24) : PICK(odd);
}

static uint64_t pid_number(void)
{
	switch (below(8)) {
	case 0:
		return odd_value();
	case 1:
		return 1;
	case 2:
		return -1ull * (2 + below(6));
	case 3:
	case 4:
		return 2 + below(6);
	default:
		return 0;
	}
}

static uint64_t signal_number(void)
{
	return below(12) != 0 ? 1 + below(64) : odd_value();
}

static uint64_t size(void)
{
	static const uint64_t usual[] = { 0,  1,  7,   8,   15,	  16,	24,   32,   64,	  88,
					  112, 128, 144, 256, 512, 1000, 1024, 4095, 4096, 4097,
					  8192, 10000, 65536, 70000, 0x100000 };

	return below(15) != 0 ? PICK(usual) : odd_value();
}

static uint64_t offset(void)
{
	static const uint64_t usual[] = { 0, 1, 8, 100, 4095, 4096, 4097, 8192, 12288, 65536, 0x100000,
					  -1ull, -8ull };

	return below(10) != 0 ? PICK(usual) : odd_value();
}

static uint64_t page(void)
{
	return below(12) != 0 ? ARENA + below(ARENA_PAGES) * 4096ul
	       : below(3) != 0 ? place()
			       : odd_value() & ~4095ull;
}

static uint64_t page_length(void)
{
	return below(12) != 0 ? below(20) * 4096ul : below(2) ? below(ARENA_PAGES) * 4096ul : size();
}

static uint64_t mode(void)
{
	static const uint64_t types[] = { 0, 0, 0, 0, S_IFREG, S_IFIFO, S_IFCHR, S_IFDIR, S_IFSOCK,
					  S_IFBLK, S_IFLNK };

	return below(15) != 0 ? PICK(types) | (below(3) != 0 ? 0700 : 0) | below(010000) : odd_value();
}

static uint64_t id_number(void)
{
	static const uint64_t ids[] = { 0, 1000, 1000, 1, 65534, -1ull, 0xffffffff, 1001 };

	return below(12) != 0 ? PICK(ids) : odd_value();
}

static uint64_t nanoseconds(void)
{
	return below(8) != 0 ? below(3000000) : odd_value();
}

static uint64_t seconds(void)
{
	return below(8) != 0 ? 0 : odd_value();
}

static uint64_t mask(void)
{
	return below(2) != 0 ? 1ull << below(64) : below(2) != 0 ? 0 : chance();
}

/* ---- structures ---- */

static void times(struct arg *a, unsigned pairs)
{
	memory(a, 2 * pairs);
	for (unsigned i = 0; i < pairs; i++) {
		a->word[2 * i] = seconds();
		a->word[2 * i + 1] = nanoseconds();
		if (below(12) == 0)
			a->word[2 * i + 1] = below(2) != 0 ? 0x3fffffff : 0x3ffffffe;
	}
}

static void iovec(struct arg *a)
{
	unsigned n = 1 + below(WORDS_MAX / 2);

	memory(a, 2 * n);
	for (unsigned i = 0; i < n; i++) {
		a->word[2 * i] = place();
		a->word[2 * i + 1] = size();
	}
	if (below(12) == 0)
		a->repeat = (uint16_t)(1 + below(100));
}

static void pollfds(struct arg *a)
{
	unsigned n = 1 + below(WORDS_MAX);

	memory(a, n);
	for (unsigned i = 0; i < n; i++)
		a->word[i] = (fd_number() & 0xffffffff) | (uint64_t)below(0x4000) << 32;
}

static void flock_arg(struct arg *a)
{
	memory(a, 4);
	a->word[0] = below(4) | (uint64_t)below(4) << 16;
	a->word[1] = offset();
	a->word[2] = offset();
	a->word[3] = below(4) != 0 ? 0 : pid_number();
}

static void sigaction_arg(struct arg *a)
{
	static const uint64_t flags[] = { 0, SA_RESTART, SA_ONSTACK, SA_NODEFER, SA_RESETHAND,
					  SA_SIGINFO, SA_NOCLDSTOP, SA_NOCLDWAIT };

	memory(a, 4);
	/* 2: replaced by a handler of the fuzzer's when the call is made. */
	a->word[0] = below(8) != 0 ? below(3) : place();
	a->word[1] = 0x04000000 | PICK(flags) | PICK(flags);
	a->word[2] = 3;
	a->word[3] = mask();
}

static void siginfo(struct arg *a)
{
	static const uint64_t codes[] = { -1u, -2u, -3u, -6u, 0, 0x80, -60u };

	memory(a, 16);
	a->word[0] = signal_number() & 0xffffffff;
	a->word[1] = PICK(codes);
	a->word[2] = chance();
	a->word[3] = chance();
}

static void clone_args(struct arg *a)
{
	memory(a, 11);
	a->word[0] = set_value(K_CLONE) & ~0xffull;
	a->word[2] = place();
	a->word[3] = place();
	a->word[4] = below(4) != 0 ? SIGCHLD : below(70);
	if (below(3) == 0) {
		a->word[5] = page();
		a->word[6] = page_length();
	}
	a->word[7] = below(4) != 0 ? 0 : place();
	if (below(8) == 0)
		a->word[8 + below(3)] = odd_value();
	a->words = (uint8_t)(below(6) != 0 ? 8 + 3 * below(2) : 1 + below(11));
}

static void vector(struct arg *a)
{
	unsigned n = below(6);

	memory(a, n + 1);
	for (unsigned i = 0; i < n; i++)
		a->word[i] = ARENA + below(40) * 4096ul;
	a->word[n] = below(20) != 0 ? 0 : place();
	if (below(20) == 0)
		a->repeat = (uint16_t)(1 + below(REPEAT_MAX));
}

static void sched_attr(struct arg *a)
{
	memory(a, 6 + below(2));
	a->word[0] = (below(6) != 0 ? 48 : size()) | set_value(K_POLICY) << 32;
	a->word[1] = below(4);
	a->word[2] = (uint64_t)below(100) << 32 | (below(40) & 0xffffffff);
	a->word[3] = odd_value();
	a->word[4] = odd_value();
	a->word[5] = odd_value();
}

static void sigevent(struct arg *a)
{
	memory(a, 8);
	a->word[0] = chance();
	a->word[1] = (signal_number() & 0xffffffff) | (uint64_t)(below(6)) << 32;
	a->word[2] = pid_number();
}

static void open_how(struct arg *a)
{
	memory(a, below(6) != 0 ? 3 : 1 + below(8));
	a->word[0] = set_value(K_OPEN);
	a->word[1] = below(2) != 0 ? 0 : mode() & 07777;
	a->word[2] = below(2) != 0 ? 0 : 1ull << below(6) | 1ull << below(6);
}

static void robust(struct arg *a)
{
	memory(a, 3);
	a->word[0] = a->value + 32 * below(2);
	a->word[1] = below(2) != 0 ? 0 : odd_value();
	a->word[2] = below(4) != 0 ? 0 : place();
}

static void cap_header(struct arg *a)
{
	static const uint64_t versions[] = { 0x19980330, 0x20071026, 0x20080522, 0 };

	memory(a, 1);
	a->word[0] = PICK(versions) | (below(3) != 0 ? 0 : pid_number()) << 32;
}

static void termios_arg(struct arg *a)
{
	memory(a, 8);
	a->word[0] = chance() & 0xffff0000ffff;
	a->word[1] = below(2) != 0 ? chance() : 0x3b00000cbd;
	a->word[2] = chance();
	a->word[3] = chance();
	a->word[4] = chance();
}

/* ---- by kind ---- */

static void number(const struct program *p, unsigned c, unsigned i, struct arg *a)
{
	switch (call_types[p->call[c].type].kind[i]) {
	case K_FD:
		if (!from_earlier(p, c, R_FD, a))
			a->value = fd_number();
		break;
	case K_DIRFD:
		if (below(2) != 0 || !from_earlier(p, c, R_FD, a))
			a->value = below(3) != 0 ? -100ull : fd_number();
		break;
	case K_PID:
		if (!from_earlier(p, c, R_PID, a))
			a->value = pid_number();
		break;
	case K_PAGE:
		if (below(4) != 0 || !from_earlier(p, c, R_ADDRESS, a))
			a->value = page();
		break;
	case K_LENGTH:
		a->value = below(10) != 0 && i > 0 ? p->call[c].arg[i - 1].words * 8ul *
							       p->call[c].arg[i - 1].repeat
						   : size();
		break;
	case K_SMALL:
		a->value = below(12) != 0 ? below(12) : odd_value();
		break;
	case K_SIZE:
		a->value = size();
		break;
	case K_OFFSET:
		a->value = offset();
		break;
	case K_SIGNAL:
		a->value = signal_number();
		break;
	case K_MODE:
		a->value = mode();
		break;
	case K_ID:
		a->value = id_number();
		break;
	case K_DEVICE:
		a->value = below(3) != 0 ? below(12) << 8 | below(12) : odd_value();
		break;
	case K_TIMER:
		a->value = below(8) != 0 ? below(3) : odd_value();
		break;
	case K_PAGES:
		a->value = page_length();
		break;
	default:
		a->value = odd_value();
	}
}

static void pointer(enum kind k, struct arg *a)
{
	switch (k) {
	case K_PATH:
		path(a);
		break;
	case K_TEXT:
	case K_FSTYPE:
		text(a, PICK(words_of_text));
		break;
	case K_BUFFER:
		memory(a, 0);
		break;
	case K_DATA:
		fill(a, 1 + below(WORDS_MAX), data_word);
		if (below(6) == 0)
			a->repeat = (uint16_t)(1 + below(REPEAT_MAX));
		if (below(4) == 0)
			text(a, PICK(words_of_text));
		break;
	case K_IOVEC:
		iovec(a);
		break;
	case K_POLLFDS:
		pollfds(a);
		break;
	case K_FDSET:
		fill(a, 2, mask);
		break;
	case K_TIMESPEC:
	case K_TIMEVALS:
	case K_ITIMERVAL:
	case K_ITIMERSPEC:
		times(a, 2);
		break;
	case K_SIGSET:
		fill(a, 1, mask);
		break;
	case K_SIGACTION:
		sigaction_arg(a);
		break;
	case K_SIGINFO:
		siginfo(a);
		break;
	case K_SIGEVENT:
		sigevent(a);
		break;
	case K_STACK:
		memory(a, 3);
		a->word[0] = page();
		a->word[1] = below(4) != 0 ? 0 : odd_value();
		a->word[2] = page_length();
		break;
	case K_RLIMIT:
		fill(a, 2, size);
		break;
	case K_CAP_HEADER:
		cap_header(a);
		break;
	case K_VECTOR:
		vector(a);
		break;
	case K_CLONE_ARGS:
		clone_args(a);
		break;
	case K_OPEN_HOW:
		open_how(a);
		break;
	case K_SCHED_ATTR:
		sched_attr(a);
		break;
	case K_SCHED_PARAM:
		memory(a, 1);
		a->word[0] = below(3) != 0 ? below(100) : odd_value();
		break;
	case K_ROBUST:
		robust(a);
		break;
	case K_PSELECT_MASK:
		memory(a, 3);
		a->word[0] = below(4) != 0 ? a->value + 16 : place();
		a->word[1] = below(6) != 0 ? 8 : size();
		a->word[2] = mask();
		break;
	case K_FUTEX:
		memory(a, 0);
		a->value = ARENA + below(3) * 4096ul + below(4) * 4;
		if (below(3) == 0) {
			a->words = 1;
			a->word[0] = below(3) != 0 ? below(4) : odd_value();
		}
		break;
	case K_POSITION:
		fill(a, 1, offset);
		break;
	default:
		fill(a, WORDS_MAX, any_word);
	}
}

static void command_arg(enum kind k, struct arg *a)
{
	switch (below(5)) {
	case 0:
		a->value = below(2) != 0 ? below(70) : odd_value();
		break;
	case 1:
		fill(a, WORDS_MAX, any_word);
		break;
	case 2:
		a->value = k == K_FCNTL_ARG ? set_value(K_OPEN) : below(4);
		break;
	case 3:
		memory(a, 1);
		a->word[0] = below(2) != 0 ? below(100) : pid_number();
		break;
	default:
		if (k == K_FCNTL_ARG)
			flock_arg(a);
		else
			termios_arg(a);
	}
}

/* A structure may always be left out or be anything. */
void value_make(const struct program *p, unsigned c, unsigned i, struct arg *out)
{
	enum kind k = call_types[p->call[c].type].kind[i];

	*out = (struct arg){ .repeat = 1 };
	if (k == K_NONE)
		return;
	if (k == K_FCNTL_ARG || k == K_IOCTL_ARG) {
		command_arg(k, out);
	} else if (k >= K_FIRST_SET && k != K_FSTYPE) {
		out->value = set_value(k);
	} else if (k < K_PATH) {
		number(p, c, i, out);
	} else {
		pointer(k, out);
		if (below(20) == 0)
			*out = (struct arg){ .repeat = 1, .value = below(4) != 0 ? 0 : odd_value() };
		else if (below(25) == 0 && out->words != 0)
			out->word[below(out->words)] = any_word();
	}
}
