// SPDX-License-Identifier: MPL-2.0
/* structs - texts, paths and structures in memory, and those that a command's argument may be. */
#define _GNU_SOURCE
#include <linux/capability.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "values.h"

/* ---- memory ---- */

static void memory(struct arg *a, unsigned words)
{
	a->kind = A_MEMORY;
	a->value = place();
	a->words = (uint8_t)words;
	a->repeat = 1;
}

enum { OWN_NAMES = 15 };
static const char *const names[] = {
	"a",
	"b",
	"c",
	"d",
	"e",
	"/x",
	"d/a",
	"d/b",
	"d/d",
	"l",
	"l/a",
	"fifo",
	"x",
	"a",
	"d",
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
static const char *const words_of_text[] = { "",
					     "tmpfs",
					     "proc",
					     "devtmpfs",
					     "ramfs",
					     "user.a",
					     "name",
					     "none",
					     "size=1m",
					     "mode=755",
					     "size=4k,nr_inodes=10",
					     "security.x",
					     "trusted.y",
					     "a=b",
					     "nr_blocks=7",
					     "uid=5,gid=6",
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
	static const char *const pieces[] = { "./././.",  "d/../d/.", "xxxxxxxx",
					      "////////", "a/../a/.", "l/../l/." };

	if (below(30) != 0) {
		/* The first ones are the program's own. */
		text(a, below(3) != 0 ? names[below(OWN_NAMES)] : PICK(names));
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

static uint64_t nanoseconds(void)
{
	return below(8) != 0 ? below(3000000) : odd_value();
}

static uint64_t seconds(void)
{
	return below(8) != 0 ? 0 : odd_value();
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
	static const uint64_t flags[] = {
		0,	    SA_RESTART,	  SA_ONSTACK,  SA_NODEFER, SA_RESETHAND,
		SA_SIGINFO, SA_NOCLDSTOP, SA_NOCLDWAIT
	};

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

void pointer_make(enum kind k, struct arg *a)
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

void command_arg(enum kind k, struct arg *a)
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
