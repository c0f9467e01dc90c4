/* SPDX-License-Identifier: MPL-2.0 */
/* calls - the table of system calls with the kinds of their arguments, and one random call. */
#pragma once
#include "arguments.h"

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
