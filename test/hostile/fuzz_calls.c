/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fuzz_calls - random system calls, as a hostile program would make them.
 *
 *   fuzz_calls [seed=N] [seconds=N] [calls=N] [mode=calls|race|tty|all] [from=N] [only=NAME,...]
 * [-v]
 *
 * Each round is a child with limits, an alarm and a folder of its own; what it does follows from
 * the seed and the number of the round alone (from= starts at a round).  A line per 50 rounds shows
 * what memory and how many processes there are, so that a leak is seen.  As process 1 it takes its
 * arguments from the command line of the kernel, mounts what it needs and ends with a power off.
 * It never judges answers: the kernel fails when it oopses, panics, hangs or loses memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

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

/* ---- the calls ---- */

enum kind {
	NO,
	FD,
	PATH,
	ADDR,
	LEN,
	VAL,
	FLAGS,
	PID,
	IOV,
	WORDS,
	OPEN,
	VEC,
	SIG,
	TIME,
	SMALL,
	MODE,
	PAGE,
	PROT,
	MAP
};

static uint64_t argument(enum kind k)
{
	switch (k) {
	case FD:
		return fd();
	case PATH:
		return path();
	case ADDR:
		return address();
	case LEN:
		return length();
	case VAL:
		return value();
	case FLAGS:
		return below(3) ? 1ull << below(16) : below(2) ? 0 : value();
	case PID:
		return pid();
	case IOV:
		return iov();
	case WORDS:
		return words();
	case OPEN:
		return openflags();
	case VEC:
		return string_vector();
	case SIG:
		return signal_number();
	case TIME:
		return timespec();
	case SMALL:
		return below(12) ? below(12) : value();
	case MODE:
		return below(8) ? 0700 | below(07777) : value();
	case PAGE:
		return below(8) ? (uint64_t)ARENA + below(256) * 4096ul : address();
	case PROT:
		return below(8) ? below(8) : value();
	case MAP:
		return below(8) ? (uint64_t)(MAP_FIXED * below(2) | 1u << below(2) |
					     MAP_ANONYMOUS * below(2) |
					     (below(6) ? 0 : 1u << below(24)))
				: value();
	default:
		return below(30) ? 0 : value();
	}
}

struct call {
	const char *name;
	int number;
	enum kind a[6];
};

#define C(name, ...)                                                                               \
	{                                                                                          \
		#name, SYS_##name,                                                                 \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

static const struct call calls[] = {
	C(read, FD, ADDR, LEN),
	C(write, FD, ADDR, LEN),
	C(open, PATH, OPEN, MODE),
	C(openat, FD, PATH, OPEN, MODE),
	C(open, PATH, OPEN, MODE),
	C(openat2, FD, PATH, WORDS, LEN),
	C(close, FD),
	C(stat, PATH, ADDR),
	C(fstat, FD, ADDR),
	C(lstat, PATH, ADDR),
	C(lseek, FD, VAL, SMALL),
	C(mmap, PAGE, LEN, PROT, MAP, FD, LEN),
	C(munmap, PAGE, LEN),
	C(mprotect, PAGE, LEN, PROT),
	C(brk, ADDR),
	C(mremap, PAGE, LEN, LEN, SMALL, PAGE),
	C(madvise, PAGE, LEN, SMALL),
	C(msync, PAGE, LEN, SMALL),
	C(mincore, PAGE, LEN, ADDR),
	C(mlock, PAGE, LEN),
	C(mlock2, PAGE, LEN, SMALL),
	C(munlock, PAGE, LEN),
	C(mlockall, SMALL),
	C(munlockall),
	C(execve, PATH, VEC, VEC),
	C(execveat, FD, PATH, VEC, VEC, FLAGS),
	C(process_vm_readv, PID, IOV, SMALL, IOV, SMALL, SMALL),
	C(process_vm_writev, PID, IOV, SMALL, IOV, SMALL, SMALL),
	C(poll, WORDS, SMALL, SMALL),
	C(ppoll, WORDS, SMALL, TIME, WORDS, SMALL),
	C(select, LEN, WORDS, WORDS, WORDS, TIME),
	C(pselect6, LEN, WORDS, WORDS, WORDS, TIME, WORDS),
	C(rt_sigaction, SIG, WORDS, ADDR, SMALL),
	C(rt_sigaction, SIG, WORDS, ADDR, SMALL),
	C(rt_sigprocmask, SMALL, WORDS, ADDR, SMALL),
	C(rt_sigreturn),
	C(ioctl, FD, VAL, WORDS),
	C(pread64, FD, ADDR, LEN, LEN),
	C(pwrite64, FD, ADDR, LEN, LEN),
	C(readv, FD, IOV, SMALL),
	C(writev, FD, IOV, SMALL),
	C(access, PATH, SMALL),
	C(pipe, ADDR),
	C(pipe2, ADDR, OPEN),
	C(sched_yield),
	C(dup, FD),
	C(dup2, FD, FD),
	C(dup3, FD, FD, OPEN),
	C(pause),
	C(nanosleep, TIME, ADDR),
	C(getitimer, SMALL, ADDR),
	C(alarm, SMALL),
	C(setitimer, SMALL, WORDS, ADDR),
	C(getpid),
	C(sendfile, FD, FD, WORDS, LEN),
	C(clone, VAL, ADDR, ADDR, ADDR, ADDR),
	C(fork),
	C(vfork),
	C(exit, VAL),
	C(wait4, PID, ADDR, FLAGS, ADDR),
	C(kill, PID, SIG),
	C(uname, ADDR),
	C(fcntl, FD, SMALL, VAL),
	C(fcntl, FD, VAL, WORDS),
	C(fcntl, FD, SMALL, WORDS),
	C(flock, FD, SMALL),
	C(fsync, FD),
	C(fdatasync, FD),
	C(truncate, PATH, LEN),
	C(ftruncate, FD, LEN),
	C(getdents, FD, ADDR, LEN),
	C(getcwd, ADDR, LEN),
	C(chdir, PATH),
	C(fchdir, FD),
	C(rename, PATH, PATH),
	C(mkdir, PATH, MODE),
	C(rmdir, PATH),
	C(creat, PATH, MODE),
	C(link, PATH, PATH),
	C(unlink, PATH),
	C(symlink, PATH, PATH),
	C(readlink, PATH, ADDR, LEN),
	C(chmod, PATH, MODE),
	C(fchmod, FD, MODE),
	C(chown, PATH, SMALL, SMALL),
	C(fchown, FD, SMALL, SMALL),
	C(lchown, PATH, VAL, VAL),
	C(umask, MODE),
	C(gettimeofday, ADDR, ADDR),
	C(getrlimit, SMALL, ADDR),
	C(getrusage, SMALL, ADDR),
	C(sysinfo, ADDR),
	C(times, ADDR),
	C(ptrace, SMALL, PID, ADDR, ADDR),
	C(syslog, SMALL, ADDR, LEN),
	C(setpgid, PID, PID),
	C(getpgid, PID),
	C(getsid, PID),
	C(setsid),
	C(setreuid, VAL, VAL),
	C(getgroups, SMALL, ADDR),
	C(setgroups, LEN, ADDR),
	C(setresuid, SMALL, SMALL, SMALL),
	C(getresuid, ADDR, ADDR, ADDR),
	C(setfsuid, VAL),
	C(capget, WORDS, ADDR),
	C(capset, WORDS, WORDS),
	C(rt_sigpending, ADDR, SMALL),
	C(rt_sigtimedwait, WORDS, ADDR, TIME, SMALL),
	C(rt_sigqueueinfo, PID, SIG, WORDS),
	C(rt_sigsuspend, WORDS, SMALL),
	C(sigaltstack, WORDS, ADDR),
	C(utime, PATH, WORDS),
	C(mknod, PATH, MODE, VAL),
	C(mknodat, FD, PATH, MODE, VAL),
	C(personality, VAL),
	C(statfs, PATH, ADDR),
	C(fstatfs, FD, ADDR),
	C(getpriority, SMALL, PID),
	C(setpriority, SMALL, PID, SMALL),
	C(sched_getparam, PID, ADDR),
	C(sched_getscheduler, PID),
	C(sched_get_priority_max, SMALL),
	C(sched_rr_get_interval, PID, ADDR),
	C(pivot_root, PATH, PATH),
	C(prctl, SMALL, VAL, VAL, VAL, VAL),
	C(prctl, VAL, WORDS, VAL, VAL, VAL),
	C(arch_prctl, VAL, ADDR),
	C(adjtimex, WORDS),
	C(setrlimit, SMALL, WORDS),
	C(prlimit64, PID, SMALL, WORDS, ADDR),
	C(chroot, PATH),
	C(sync),
	C(acct, PATH),
	C(mount, PATH, PATH, PATH, FLAGS, PATH),
	C(umount2, PATH, SMALL),
	C(sethostname, ADDR, LEN),
	C(setdomainname, ADDR, LEN),
	C(gettid),
	C(readahead, FD, LEN, LEN),
	C(setxattr, PATH, PATH, ADDR, LEN, SMALL),
	C(fgetxattr, FD, PATH, ADDR, LEN),
	C(listxattr, PATH, ADDR, LEN),
	C(flistxattr, FD, ADDR, LEN),
	C(removexattr, PATH, PATH),
	C(tkill, PID, SIG),
	C(tgkill, PID, PID, SIG),
	C(time, ADDR),
	C(futex, PAGE, VAL, VAL, TIME, PAGE, VAL),
	C(futex, PAGE, SMALL, SMALL, TIME, PAGE, SMALL),
	C(sched_setaffinity, PID, LEN, WORDS),
	C(sched_getaffinity, PID, LEN, ADDR),
	C(getdents64, FD, ADDR, LEN),
	C(set_tid_address, ADDR),
	C(restart_syscall),
	C(fadvise64, FD, LEN, LEN, SMALL),
	C(timer_create, SMALL, WORDS, ADDR),
	C(timer_settime, SMALL, SMALL, WORDS, ADDR),
	C(timer_gettime, SMALL, ADDR),
	C(timer_getoverrun, SMALL),
	C(timer_delete, SMALL),
	C(clock_gettime, VAL, ADDR),
	C(clock_getres, VAL, ADDR),
	C(clock_nanosleep, SMALL, SMALL, TIME, ADDR),
	C(exit_group, VAL),
	C(utimes, PATH, WORDS),
	C(waitid, SMALL, PID, ADDR, FLAGS, ADDR),
	C(ioprio_set, SMALL, PID, VAL),
	C(ioprio_get, SMALL, PID),
	C(mkdirat, FD, PATH, MODE),
	C(fchownat, FD, PATH, VAL, VAL, FLAGS),
	C(futimesat, FD, PATH, WORDS),
	C(newfstatat, FD, PATH, ADDR, FLAGS),
	C(unlinkat, FD, PATH, FLAGS),
	C(renameat, FD, PATH, FD, PATH),
	C(renameat2, FD, PATH, FD, PATH, SMALL),
	C(linkat, FD, PATH, FD, PATH, FLAGS),
	C(symlinkat, PATH, FD, PATH),
	C(readlinkat, FD, PATH, ADDR, LEN),
	C(fchmodat, FD, PATH, MODE),
	C(faccessat, FD, PATH, SMALL),
	C(set_robust_list, WORDS, SMALL),
	C(get_robust_list, PID, ADDR, ADDR),
	C(splice, FD, WORDS, FD, WORDS, LEN, SMALL),
	C(tee, FD, FD, LEN, SMALL),
	C(sync_file_range, FD, LEN, LEN, SMALL),
	C(vmsplice, FD, IOV, SMALL, SMALL),
	C(utimensat, FD, PATH, TIME, FLAGS),
	C(fallocate, FD, SMALL, LEN, LEN),
	C(preadv, FD, IOV, SMALL, LEN, LEN),
	C(pwritev, FD, IOV, SMALL, LEN, LEN),
	C(rt_tgsigqueueinfo, PID, PID, SIG, WORDS),
	C(clock_adjtime, SMALL, WORDS),
	C(syncfs, FD),
	C(getcpu, ADDR, ADDR),
	C(sched_setattr, PID, WORDS, SMALL),
	C(sched_getattr, PID, ADDR, LEN, SMALL),
	C(seccomp, SMALL, SMALL, WORDS),
	C(getrandom, ADDR, LEN, SMALL),
	C(memfd_create, PATH, SMALL),
	C(membarrier, VAL, SMALL, SMALL),
	C(copy_file_range, FD, WORDS, FD, WORDS, LEN, SMALL),
	C(preadv2, FD, IOV, SMALL, LEN, LEN, SMALL),
	C(pwritev2, FD, IOV, SMALL, LEN, LEN, SMALL),
	C(statx, FD, PATH, FLAGS, VAL, ADDR),
	C(rseq, ADDR, SMALL, SMALL, VAL),
	C(clone3, WORDS, LEN),
	C(close_range, FD, FD, SMALL),
	C(faccessat2, FD, PATH, SMALL, FLAGS),
};

#define COUNT (sizeof(calls) / sizeof(calls[0]))

static const char *only;
static int verbose;
static const char *mode = "all";

static int is_chosen(const struct call *c)
{
	size_t n = strlen(c->name);

	for (const char *p = only; p != NULL && *p != 0; p += strcspn(p, ","), p += *p == ',')
		if (strncmp(p, c->name, n) == 0 && (p[n] == ',' || p[n] == 0))
			return 1;
	return only == NULL;
}

/* What would stop the test and not the kernel: all processes, process 1, time shares. */
static int is_spared(const struct call *c, const uint64_t *a)
{
	if (c->number == SYS_kill || c->number == SYS_tkill || c->number == SYS_tgkill ||
	    c->number == SYS_rt_sigqueueinfo || c->number == SYS_rt_tgsigqueueinfo)
		return (int)a[0] == -1 || (int)a[0] == 1 || (int)a[1] == 1;
	if (c->number == SYS_umount2 || c->number == SYS_pivot_root || c->number == SYS_mount)
		return geteuid() == 0 && (c->number == SYS_pivot_root || below(4));
	return (c->number == SYS_sched_setattr || c->number == SYS_prlimit64) && geteuid() == 0 &&
	       (int)a[0] == 1;
}

static void one_call(void)
{
	const struct call *c = &PICK(calls);
	uint64_t a[6];

	while (!is_chosen(c))
		c = &PICK(calls);
	for (unsigned i = 0; i < 6; i++)
		a[i] = argument(c->a[i]);
	if (is_spared(c, a))
		return;
	if (c->number == SYS_clone && below(3))
		a[0] = SIGCHLD | (value() & ~(uint64_t)(CLONE_VM | 0xff)), a[1] = 0;
	if ((c->number == SYS_exit || c->number == SYS_exit_group) && below(20))
		return;
	if (verbose)
		dprintf(2, "%d: %s(%lx, %lx, %lx, %lx, %lx, %lx)\n", getpid(), c->name, a[0], a[1],
			a[2], a[3], a[4], a[5]);
	long got = syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);

	if (verbose)
		dprintf(2, "%d: %s = %ld %s\n", getpid(), c->name, got,
			got == -1 ? strerrorname_np(errno) : "");
	if ((c->number == SYS_fork || c->number == SYS_vfork || c->number == SYS_clone) &&
	    got == 0) {
		state ^= 0x5555;
		if (below(2) || c->number == SYS_vfork)
			_exit(0);
	}
}

/* ---- a round ---- */

static void limit(int what, rlim_t most)
{
	setrlimit(what, &(struct rlimit){ most, most });
}

static void ignore(int sig)
{
	(void)sig;
}

static void arena(void)
{
	mmap(ARENA, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	     0);
	for (unsigned i = 0; i < 256; i++)
		if (below(8) == 0)
			mprotect(ARENA + i * 4096ul, 4096, (int)below(2));
}

static void descriptors(void)
{
	int both[2];

	mkdir("d", 0777);
	mkdir("d/d", 0777);
	mkfifo("fifo", 0666);
	symlink("d", "l");
	symlink("loop2", "loop1");
	symlink("loop1", "loop2");
	pipe2(both, below(2) ? O_NONBLOCK : 0);
	pipe(both);
	open("a", O_RDWR | O_CREAT, 0666);
	open("b", O_RDWR | O_CREAT | O_APPEND, 0666);
	open("d", O_RDONLY);
	open("fifo", O_RDWR);
	open("/dev/zero", O_RDWR);
	open("/dev/null", O_RDWR);
	open("/proc/self/mem", O_RDWR);
	open("/proc/self/maps", O_RDONLY);
	open("/proc", O_RDONLY);
	open("/proc/self/fd", O_RDONLY);
	open("/dev/urandom", O_RDWR);
	open("/", O_PATH);
	memfd_create("memory", MFD_ALLOW_SEALING);
	open("/dev/full", O_RDWR);
	open(PICK(names), O_RDWR | O_NONBLOCK);
	open(PICK(names), O_RDONLY | O_NONBLOCK);
}

static __thread sigjmp_buf fault_at;
static __thread int fault_armed;

static void on_fault(int sig)
{
	if (fault_armed)
		siglongjmp(fault_at, 1);
	_exit(sig);
}

static void catch_faults(void)
{
	struct sigaction sa = { .sa_handler = on_fault, .sa_flags = SA_ONSTACK | SA_NODEFER };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

static void calls_round(unsigned many)
{
	static uint8_t stack[65536];

	sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
	for (volatile unsigned i = 0; i < many; i++) {
		if (i % 8 == 0)
			catch_faults();
		if (below(32) == 0)
			arena();
		fault_armed = 1;
		if (sigsetjmp(fault_at, 0) == 0)
			one_call();
		fault_armed = 0;
	}
}

/* ---- threads of one process against each other ---- */

static void touch(void)
{
	volatile uint8_t *at = (uint8_t *)ARENA + below(ARENA_SIZE);

	if (below(2))
		*at = 1;
	else
		(void)*at;
}

static void race_step(void)
{
	uint64_t page = (uint64_t)ARENA + below(64) * 4096ul;
	uint64_t size = (1 + below(32)) * 4096ul;
	static const int ops[] = { FUTEX_WAIT,	     FUTEX_WAKE,	FUTEX_WAIT_BITSET,
				   FUTEX_REQUEUE,    FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP,
				   FUTEX_WAIT | 128, FUTEX_WAKE | 128,	FUTEX_CMP_REQUEUE | 128 };
	struct timespec soon = { 0, below(2000000) };
	int both[2];

	switch (below(22)) {
	case 0:
		mmap((void *)page, size, (int)below(4), MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		     0);
		break;
	case 1:
		mmap((void *)page, size, (int)below(4), MAP_SHARED | MAP_FIXED, (int)fd(),
		     below(4) * 4096);
		break;
	case 2:
		munmap((void *)page, size);
		break;
	case 3:
		mprotect((void *)page, size, (int)below(4));
		break;
	case 4:
		mremap((void *)page, size, (1 + below(40)) * 4096ul, (int)below(4),
		       ARENA + below(64) * 4096ul);
		break;
	case 5:
		madvise((void *)page, size, (int)below(30));
		break;
	case 6:
		close(3 + (int)below(20));
		break;
	case 7:
		dup2(3 + (int)below(20), 3 + (int)below(20));
		break;
	case 8:
		open(PICK(names), (int)openflags() | O_NONBLOCK, 0666);
		break;
	case 9:
		pipe2(both, O_NONBLOCK * (int)below(2));
		break;
	case 10:
		syscall(SYS_read, 3 + below(20), address(), below(70000));
		break;
	case 11:
		syscall(SYS_write, 3 + below(20), address(), below(70000));
		break;
	case 12:
		syscall(SYS_futex, page, PICK(ops), below(2), &soon, page + below(2) * 4096,
			below(3));
		break;
	case 13:
		if (below(4) == 0 && fork() == 0) {
			touch();
			_exit(0);
		}
		break;
	case 14:
		waitpid(-1, NULL, WNOHANG);
		break;
	case 15:
		syscall(SYS_tkill, getpid() + below(5), 34 + below(10));
		break;
	case 16:
		if (below(200) == 0)
			execl("/proc/self/exe", "fuzz_calls", "mode=nothing", NULL);
		if (below(300) == 0)
			_exit(0);
		break;
	case 17:
		poll((struct pollfd[]){ { 3 + (int)below(20), 7, 0 },
					{ 3 + (int)below(20), 7, 0 } },
		     2, (int)below(3));
		break;
	case 18:
		ftruncate(3 + (int)below(20), below(32) * 4096);
		break;
	case 19:
		msync((void *)page, size, MS_SYNC);
		break;
	default:
		touch();
	}
}

struct racer {
	uint64_t seed;
	unsigned many;
	unsigned mixed;
};

static void *racer(void *arg)
{
	struct racer *r = arg;
	char *stack = malloc(65536);

	state = r->seed;
	sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = 65536 }, NULL);
	for (unsigned i = 0; i < r->many; i++) {
		fault_armed = 1;
		if (sigsetjmp(fault_at, 0) == 0) {
			if (r->mixed && below(8) == 0)
				one_call();
			else
				race_step();
		}
		fault_armed = 0;
	}
	return NULL;
}

static void race_round(unsigned many)
{
	pthread_t ids[4];
	struct racer with[4];

	for (int sig = 34; sig < 44; sig++)
		sigaction(sig,
			  &(struct sigaction){ .sa_handler = ignore,
					       .sa_flags = below(2) ? SA_RESTART : SA_ONSTACK },
			  NULL);
	catch_faults();
	unsigned mixed = below(2);

	for (int i = 0; i < 4; i++) {
		with[i] = (struct racer){ rnd(), many, mixed };
		if (pthread_create(&ids[i], NULL, racer, &with[i]) != 0)
			_exit(9);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(ids[i], NULL);
}

/* The terminal: every ioctl, with the rest of the calls on its descriptor, in a session of its own.
 */
static void tty_round(unsigned many)
{
	for (unsigned i = 0; i < many; i++) {
		unsigned long request = below(10) ? 0x5400 + below(0x70) : value();
		int to = 3 + (int)below(3);

		if (below(3) == 0)
			tcsetpgrp(to, (pid_t)pid());
		else if (below(4) == 0)
			write(to, "\033x\t\r\n", below(6));
		else if (below(6) == 0)
			one_call();
		else if (request != TIOCSTI || geteuid() != 0)
			ioctl(to, request, words());
		tcflow(to, TCOON);
	}
}

static void child(uint64_t seed, unsigned round, unsigned many)
{
	char name[64];

	state = seed * 1000003 + round;
	rnd();
	setsid();
	snprintf(name, sizeof name, "/tmp/f%u", round % 8);
	mkdir(name, 0777);
	chmod(name, 0777);
	if (chdir(name) != 0) {
		printf("fuzz: round %u has no folder: %s\n", round, strerror(errno));
		exit(1);
	}
	unsigned dice = below(4);
	int tty = -1;

	if (strcmp(mode, "tty") == 0 || (strcmp(mode, "all") == 0 && dice == 0 && below(4) == 0)) {
		tty = open("/dev/ttyS0", O_RDWR | O_NONBLOCK);
		if (tty >= 0 && tty < 3)
			tty = fcntl(tty, F_DUPFD, 3);
		ioctl(tty, TIOCSCTTY, 1);
		dup(tty);
		open("/dev/tty", O_RDWR | O_NONBLOCK);
	}
	descriptors();
	arena();
	if (below(3)) {
		setgroups(0, NULL);
		setgid(1000);
		setuid(1000);
	}
	limit(RLIMIT_AS, 256 << 20);
	limit(RLIMIT_NOFILE, 64);
	limit(RLIMIT_NPROC, 40);
	limit(RLIMIT_FSIZE, 1 << 20);
	limit(RLIMIT_CPU, 3);
	limit(RLIMIT_CORE, 0);
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGALRM && sig != SIGSEGV && sig != SIGBUS && sig != SIGILL &&
		    sig != SIGFPE && sig != SIGXCPU)
			signal(sig, below(2) ? ignore : SIG_IGN);
	signal(SIGSEGV, SIG_DFL);
	/* Whatever blocks is woken soon. */
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = ignore }, NULL);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 8000 }, { 0, 8000 } }, NULL);
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; i < 3; i++)
		if (!verbose || i != 2)
			dup2(null, i);
	close(null);
	if (tty >= 0)
		tty_round(many);
	else if (strcmp(mode, "race") == 0 || (strcmp(mode, "all") == 0 && dice == 1))
		race_round(many);
	else
		calls_round(many);
	_exit(0);
}

static void wipe(const char *folder)
{
	pid_t p = fork();

	if (p == 0) {
		static const char *const left[] = { "a",    "b",      "c",     "l",
						    "fifo", "loop1",  "loop2", "d/a",
						    "d/b",  "d/fifo", "x" };

		if (chdir(folder) != 0)
			_exit(0);
		for (unsigned i = 0; i < sizeof left / sizeof left[0]; i++) {
			unlink(left[i]);
			rmdir(left[i]);
		}
		_exit(0);
	}
	waitpid(p, NULL, 0);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How rounds ended: 0 by themselves, else by that signal. */
static unsigned ends[32];

static void show_file(int pid, int tid, const char *what)
{
	char path_of[64], text_of[1200];

	snprintf(path_of, sizeof path_of, "/proc/%d/task/%d/%s", pid, tid, what);
	int in = open(path_of, O_RDONLY);
	ssize_t got = read(in, text_of, sizeof text_of - 1);

	close(in);
	if (got > 0)
		printf("%s: %.*s\n", path_of, (int)got, text_of);
}

/* What a process that does not die is at. */
static void show_hung(int pid)
{
	for (int tid = pid; tid < pid + 64; tid++) {
		show_file(pid, tid, "status");
		show_file(pid, tid, "wchan");
		show_file(pid, tid, "syscall");
	}
	fflush(stdout);
}

/* A round may leave processes in its group, stopped ones too; all are killed and, by process 1,
 * reaped. */
static void run_round(uint64_t seed, unsigned round, unsigned many)
{
	pid_t p = fork();

	if (p == 0)
		child(seed, round, many);
	double end = now() + 1;

	int status = 0;

	while (waitpid(p, &status, WNOHANG) == 0) {
		if (now() > end) {
			kill(-p, SIGKILL);
			kill(p, SIGKILL);
			if (now() > end + 4) {
				printf("fuzz: HANG round %u pid %d cannot be killed\n", round, p);
				show_hung(p);
				break;
			}
		}
		usleep(2000);
	}
	if (WIFSIGNALED(status))
		ends[WTERMSIG(status) & 31]++;
	else
		ends[0]++;
	kill(-p, SIGKILL);
	if (getpid() == 1)
		kill(-1, SIGKILL);
	while (now() < end + 8 &&
	       (p = waitpid(-1, NULL, WNOHANG), p > 0 || (p == 0 && getpid() == 1)))
		if (p == 0)
			usleep(1000);
	if (getpid() == 1 && p == 0)
		printf("fuzz: HANG round %u leaves processes\n", round);
}

static void show(unsigned round)
{
	struct sysinfo si = { 0 };

	sysinfo(&si);
	printf("fuzz: round %u free %lu KiB procs %u ends", round, si.freeram * si.mem_unit / 1024,
	       si.procs);
	for (unsigned i = 0; i < 32; i++)
		if (ends[i] != 0)
			printf(" %u:%u", i, ends[i]);
	printf("\n");
	fflush(stdout);
}

static void set_up(void)
{
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 01777);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("tmp", "/tmp", "tmpfs", 0, "size=8m,nr_inodes=2000");
	chmod("/tmp", 01777);
}

static char line[4096];

int main(int argc, char **argv)
{
	unsigned long seed = (unsigned long)time(NULL), seconds = 60;
	unsigned many = 300, from = 0;
	char *words_of[64] = { 0 };
	int n = 0;

	for (int i = 1; i < argc && n < 63; i++)
		words_of[n++] = argv[i];
	if (getpid() == 1) {
		set_up();
		int in = open("/proc/cmdline", O_RDONLY);

		read(in, line, sizeof line - 1);
		close(in);
		for (char *w = strtok(line, " \n"); w != NULL && n < 63; w = strtok(NULL, " \n"))
			words_of[n++] = w;
	}
	for (int i = 0; i < n; i++) {
		char *w = words_of[i];

		if (strncmp(w, "seed=", 5) == 0)
			seed = strtoul(w + 5, NULL, 0);
		else if (strncmp(w, "seconds=", 8) == 0)
			seconds = strtoul(w + 8, NULL, 0);
		else if (strncmp(w, "calls=", 6) == 0)
			many = (unsigned)atoi(w + 6);
		else if (strncmp(w, "from=", 5) == 0)
			from = (unsigned)atoi(w + 5);
		else if (strncmp(w, "mode=", 5) == 0)
			mode = w + 5;
		else if (strncmp(w, "only=", 5) == 0)
			only = w + 5;
		else if (strcmp(w, "-v") == 0 || strcmp(w, "verbose=1") == 0)
			verbose = 1;
	}
	if (strcmp(mode, "nothing") == 0)
		return 0;
	printf("fuzz: seed=%lu seconds=%lu calls=%u mode=%s from=%u\n", seed, seconds, many, mode,
	       from);
	show(from);
	double end = now() + (double)seconds;

	for (unsigned round = from; now() < end; round++) {
		char name[64];

		run_round(seed, round, many);
		snprintf(name, sizeof name, "/tmp/f%u", round % 8);
		wipe(name);
		if (round % 50 == 49)
			show(round + 1);
	}
	for (int i = 0; i < 8; i++) {
		char name[64];

		snprintf(name, sizeof name, "/tmp/f%d", i);
		wipe(name);
	}
	if (getpid() == 1) {
		umount2("/tmp", 0);
		show(0);
		printf("fuzz: end\n");
		fflush(stdout);
		reboot(RB_POWER_OFF);
	}
	printf("fuzz: end\n");
	return 0;
}
