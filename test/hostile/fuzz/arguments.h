/* SPDX-License-Identifier: MPL-2.0 */
/* arguments - random values of each kind that a system call takes: numbers, memory, paths,
 * descriptors. */
#pragma once
/* ---- random values ---- */

static __thread uint64_t state;

static uint64_t rnd(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static unsigned below(unsigned n)
{
	return (unsigned)(rnd() % n);
}

#define PICK(array) ((array)[below(sizeof(array) / sizeof((array)[0]))])

static const uint64_t edges[] = {
	0,
	1,
	2,
	3,
	4,
	7,
	8,
	15,
	16,
	31,
	32,
	63,
	64,
	65,
	127,
	128,
	255,
	256,
	511,
	512,
	1023,
	1024,
	4095,
	4096,
	4097,
	8192,
	65535,
	65536,
	0x1fffff,
	0x200000,
	0x7fffffff,
	0x80000000,
	0x80000001,
	0xffffffff,
	0x100000000,
	0x7fffffff000,
	0x3fffffffffffffff,
	0x4000000000000000,
	0x7fffffffffffefff,
	0x7ffffffffffff000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0x8000000000000001,
	0xfffffffffffff000,
	0xfffffffffffffffe,
	0xffffffffffffffff,
};

static uint64_t value(void)
{
	switch (below(8)) {
	case 0:
		return rnd();
	case 1:
		return 1ull << below(64);
	case 2:
		return below(256);
	case 3:
		return (uint64_t)(int64_t)(int32_t)rnd();
	case 4:
		return 1ull << below(64) | 1ull << below(64) | 1ull << below(8);
	default:
		return PICK(edges);
	}
}

/* ---- memory of the child: a shared arena at a known place ---- */

#define ARENA	   ((uint8_t *)0x20000000)
#define ARENA_SIZE (256 * 4096ul)

static uint64_t address(void)
{
	static const uint64_t odd[] = {
		0,
		1,
		8,
		4095,
		4096,
		0x10000,
		0x7ffffffff000,
		0x7fffffffefff,
		0x7fffffffeff8,
		0x800000000000,
		0xffff800000000000,
		0xffff888000000000,
		0xffffffff80000000,
		0xffffffff81000000,
		0xfffffffffffff000,
		0xfffffffffffffff8,
		UINT64_MAX,
		0x4141414141414141,
		0xffffffffff600000,
	};
	uint64_t page = (uint64_t)ARENA + below(256) * 4096ul;

	switch (below(10)) {
	case 0:
		return PICK(odd);
	case 1:
		return value();
	case 2:
		return (uint64_t)&page;
	case 3:
		return page + 4096 - below(32);
	case 4:
		return page + below(4096);
	default:
		return page + below(64) * 8;
	}
}

static uint64_t length(void)
{
	switch (below(4)) {
	case 0:
		return value();
	case 1:
		return below(16) * 4096;
	case 2:
		return below(300);
	default:
		return PICK(edges);
	}
}

static uint8_t scratch[64 * 4096];

/* Where arguments are built: mostly sound memory; building them may fault. */
static uint8_t *somewhere(void)
{
	if (below(16) == 0)
		return ARENA + below(255) * 4096ul + below(400) * 8;
	return scratch + below(62) * 4096ul + below(400) * 8;
}

/* ---- typed arguments ---- */

static const char *const names[] = {
	"a",
	"b",
	"c",
	"d",
	"d/a",
	"d/b",
	"d/d",
	"l",
	"l/a",
	"fifo",
	"d/fifo",
	".",
	"..",
	"",
	"/",
	"d/..",
	"../..",
	"/proc/self/maps",
	"/proc/self/mem",
	"/proc/self/status",
	"/proc/self/stat",
	"/proc/self/fd/0",
	"/proc/self/fd/3",
	"/proc/self/fd/4",
	"/proc/self/fd/5",
	"/proc/self/fd/6",
	"/proc/self/exe",
	"/proc/self/cwd",
	"/proc/self/root",
	"/proc/self/environ",
	"/proc/self/cmdline",
	"/proc/self/task",
	"/proc/self/limits",
	"/proc/self/mounts",
	"/proc/self/mountinfo",
	"/proc/self/smaps",
	"/proc/self/statm",
	"/proc/self/pagemap",
	"/proc/self/oom_score_adj",
	"/proc/self/comm",
	"/proc/self/auxv",
	"/proc/self/wchan",
	"/proc/self/stack",
	"/proc/self/syscall",
	"/proc/self/fdinfo/3",
	"/proc/self/fdinfo",
	"/proc/self/fd",
	"/proc/thread-self/comm",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/uptime",
	"/proc/cmdline",
	"/proc/loadavg",
	"/proc/filesystems",
	"/proc/cpuinfo",
	"/proc/vmstat",
	"/proc/1/status",
	"/proc/1/maps",
	"/proc/1/cwd",
	"/proc/1/fd",
	"/proc/2/status",
	"/proc/3/stat",
	"/proc/sys/kernel/pid_max",
	"/proc/sys/kernel/hostname",
	"/proc/sys/vm/overcommit_memory",
	"/proc/sys/fs/pipe-max-size",
	"/proc/sys/fs/file-max",
	"/proc/sys/kernel/printk",
	"/proc/sys",
	"/proc",
	"/dev",
	"/dev/null",
	"/dev/zero",
	"/dev/full",
	"/dev/random",
	"/dev/urandom",
	"/dev/mem",
	"/dev/fd/3",
	"/tmp",
	"/sys",
	"/run",
	"x/../a",
	"loop1",
	"loop1/a",
	"d/d/d/d/d/d",
	"/proc/self/../self/fd/3/..",
};

static char *text(void)
{
	char *to = (char *)somewhere();

	switch (below(30)) {
	case 0:
		memset(to, 'x', 4000);
		to[4000] = 0;
		break;
	case 1:
		for (int i = 0; i < 4090; i += 2)
			memcpy(to + i, i % 4 ? "a/" : "./", 3);
		break;
	case 2:
		for (unsigned i = 0; i < 16; i++)
			to[i] = (char)rnd();
		to[16] = 0;
		break;
	case 3:
		snprintf(to, 64, "%d", (int)value());
		break;
	case 4:
		snprintf(to, 64, "/proc/%d/%s", below(60), below(2) ? "stat" : "fd/1");
		break;
	default:
		strcpy(to, PICK(names));
	}
	return to;
}

static uint64_t path(void)
{
	return below(16) ? (uint64_t)text() : address();
}

static uint64_t fd(void)
{
	static const int odd[] = { -1,	-100, -200, 0,	     1,	      2,   255,
				   256, 1023, 1024, INT_MAX, INT_MIN, 4096 };

	return (uint64_t)(below(12) ? (int)below(24) : PICK(odd));
}

static uint64_t pid(void)
{
	switch (below(6)) {
	case 0:
		return 0;
	case 1:
		return value() | 0x100000;
	case 2:
		return (uint64_t)-getpgrp();
	default:
		return (uint64_t)getpid() + below(3);
	}
}

static uint64_t iov(void)
{
	struct iovec *to = (struct iovec *)somewhere();

	for (unsigned i = 0; i < 8; i++)
		to[i] = (struct iovec){ (void *)address(), length() };
	return below(10) ? (uint64_t)to : address();
}

/* A structure of anything: each word an edge, an address or small. */
static uint64_t words(void)
{
	uint64_t *to = (uint64_t *)somewhere();

	for (unsigned i = 0; i < 16; i++)
		to[i] = below(3) ? below(3) ? value() : below(1000) : address();
	if (below(3) == 0) {
		to[0] = below(2);
		to[1] = below(1000000);
		to[2] = below(2);
		to[3] = below(1000000);
	}
	return below(10) ? (uint64_t)to : below(2) ? 0 : address();
}

static uint64_t openflags(void)
{
	static const int all[] = { O_RDONLY, O_WRONLY,	O_RDWR,	    O_CREAT,	 O_EXCL,
				   O_TRUNC,  O_APPEND,	O_NONBLOCK, O_DIRECTORY, O_NOFOLLOW,
				   O_PATH,   O_TMPFILE, O_CLOEXEC,  O_NOATIME,	 O_DIRECT,
				   O_SYNC,   O_ASYNC };

	return below(12)
		       ? (uint64_t)(PICK(all) | PICK(all) | PICK(all) | O_NONBLOCK * (int)below(2))
		       : value();
}

static uint64_t string_vector(void)
{
	uint64_t *to = (uint64_t *)somewhere();
	unsigned n = below(4) ? below(6) : below(400);

	for (unsigned i = 0; i < n; i++)
		to[i] = below(40) ? (uint64_t)"word" : path();
	to[n] = 0;
	return below(12) ? (uint64_t)to : address();
}

static uint64_t signal_number(void)
{
	return below(8) ? 1 + below(64) : value();
}

static uint64_t timespec(void)
{
	struct timespec *to = (struct timespec *)somewhere();

	to[0] = (struct timespec){ below(8) ? 0 : (time_t)value(),
				   below(8) ? below(3000000) : (long)value() };
	to[1] = (struct timespec){ below(8) ? 0 : (time_t)value(),
				   below(8) ? below(3000000) : (long)value() };
	return below(12) ? (uint64_t)to : below(2) ? 0 : address();
}
