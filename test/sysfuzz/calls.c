// SPDX-License-Identifier: MPL-2.0
/* calls - the table of system calls with the kinds of their arguments; `make table` compares it
 * with the kernel's own. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/syscall.h>

#include ARCH_HEADER
#include "kinds.h"
#include "sysfuzz.h"

#define CALL(name, result, ...)                                                                    \
	{                                                                                          \
		#name, SYS_##name, result,                                                         \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define C(name, ...)  CALL(name, R_NONE, __VA_ARGS__)
#define CF(name, ...) CALL(name, R_FD, __VA_ARGS__)
#define CP(name, ...) CALL(name, R_PID, __VA_ARGS__)
#define CA(name, ...) CALL(name, R_ADDRESS, __VA_ARGS__)

/* Rows may come twice, with other kinds or to be chosen more often. */
const struct call_type call_types[] = {
	/* files */
	C(read, K_FD, K_BUFFER, K_SIZE),
	C(write, K_FD, K_DATA, K_LENGTH),
	C(write, K_FD, K_DATA, K_SIZE),
	CF(openat, K_DIRFD, K_PATH, K_OPEN, K_MODE),
	CF(openat2, K_DIRFD, K_PATH, K_OPEN_HOW, K_LENGTH),
	C(close, K_FD),
	C(close_range, K_FD, K_FD, K_CLOSE_RANGE),
	C(lseek, K_FD, K_OFFSET, K_WHENCE),
	C(pread64, K_FD, K_BUFFER, K_SIZE, K_OFFSET),
	C(pwrite64, K_FD, K_DATA, K_LENGTH, K_OFFSET),
	C(readv, K_FD, K_IOVEC, K_SMALL),
	C(writev, K_FD, K_IOVEC, K_SMALL),
	C(preadv, K_FD, K_IOVEC, K_SMALL, K_OFFSET, K_OFFSET),
	C(pwritev, K_FD, K_IOVEC, K_SMALL, K_OFFSET, K_OFFSET),
	C(preadv2, K_FD, K_IOVEC, K_SMALL, K_OFFSET, K_OFFSET, K_RW),
	C(pwritev2, K_FD, K_IOVEC, K_SMALL, K_OFFSET, K_OFFSET, K_RW),
	CF(pipe2, K_BUFFER, K_PIPE),
	CF(dup, K_FD),
	CF(dup3, K_FD, K_FD, K_OPEN),
	CF(memfd_create, K_TEXT, K_MEMFD),
	CF(fcntl, K_FD, K_FCNTL, K_FCNTL_ARG),
	CF(fcntl, K_FD, K_FCNTL, K_FCNTL_ARG),
	C(ioctl, K_FD, K_IOCTL, K_IOCTL_ARG),
	C(ioctl, K_FD, K_IOCTL, K_IOCTL_ARG),
	C(ioctl, K_FD, K_VALUE, K_IOCTL_ARG),
	C(flock, K_FD, K_LOCK),
	C(fsync, K_FD),
	C(fdatasync, K_FD),
	C(sync),
	C(syncfs, K_FD),
	C(sync_file_range, K_FD, K_OFFSET, K_SIZE, K_SMALL),
	C(truncate, K_PATH, K_OFFSET),
	C(ftruncate, K_FD, K_OFFSET),
	C(fallocate, K_FD, K_FALLOCATE, K_OFFSET, K_SIZE),
	C(fadvise64, K_FD, K_OFFSET, K_SIZE, K_SMALL),
	C(readahead, K_FD, K_OFFSET, K_SIZE),
	C(sendfile, K_FD, K_FD, K_POSITION, K_SIZE),
	C(copy_file_range, K_FD, K_POSITION, K_FD, K_POSITION, K_SIZE, K_SMALL),
	C(splice, K_FD, K_POSITION, K_FD, K_POSITION, K_SIZE, K_SPLICE),
	C(tee, K_FD, K_FD, K_SIZE, K_SPLICE),
	C(vmsplice, K_FD, K_IOVEC, K_SMALL, K_SPLICE),
	C(getdents64, K_FD, K_BUFFER, K_SIZE),
	/* waiting for files */
	C(ppoll, K_POLLFDS, K_SMALL, K_TIMESPEC, K_SIGSET, K_SIGSET_SIZE),
	C(pselect6, K_SIZE, K_FDSET, K_FDSET, K_FDSET, K_TIMESPEC, K_PSELECT_MASK),
	/* names */
	C(fstat, K_FD, K_BUFFER),
	C(newfstatat, K_DIRFD, K_PATH, K_BUFFER, K_AT),
	C(statx, K_DIRFD, K_PATH, K_AT, K_STATX, K_BUFFER),
	C(statfs, K_PATH, K_BUFFER),
	C(fstatfs, K_FD, K_BUFFER),
	C(faccessat, K_DIRFD, K_PATH, K_SMALL),
	C(faccessat2, K_DIRFD, K_PATH, K_SMALL, K_AT),
	C(getcwd, K_BUFFER, K_SIZE),
	C(chdir, K_PATH),
	C(fchdir, K_FD),
	C(chroot, K_PATH),
	C(pivot_root, K_PATH, K_PATH),
	C(renameat2, K_DIRFD, K_PATH, K_DIRFD, K_PATH, K_RENAME),
	C(mkdirat, K_DIRFD, K_PATH, K_MODE),
	C(linkat, K_DIRFD, K_PATH, K_DIRFD, K_PATH, K_AT),
	C(unlinkat, K_DIRFD, K_PATH, K_AT),
	C(symlinkat, K_PATH, K_DIRFD, K_PATH),
	C(readlinkat, K_DIRFD, K_PATH, K_BUFFER, K_SIZE),
	C(fchmod, K_FD, K_MODE),
	C(fchmodat, K_DIRFD, K_PATH, K_MODE),
	C(fchown, K_FD, K_ID, K_ID),
	C(fchownat, K_DIRFD, K_PATH, K_ID, K_ID, K_AT),
	C(umask, K_MODE),
	C(mknodat, K_DIRFD, K_PATH, K_MODE, K_DEVICE),
	C(utimensat, K_DIRFD, K_PATH, K_TIMESPEC, K_AT),
	C(setxattr, K_PATH, K_TEXT, K_DATA, K_LENGTH, K_XATTR),
	C(lsetxattr, K_PATH, K_TEXT, K_DATA, K_LENGTH, K_XATTR),
	C(fsetxattr, K_FD, K_TEXT, K_DATA, K_LENGTH, K_XATTR),
	C(getxattr, K_PATH, K_TEXT, K_BUFFER, K_SIZE),
	C(lgetxattr, K_PATH, K_TEXT, K_BUFFER, K_SIZE),
	C(fgetxattr, K_FD, K_TEXT, K_BUFFER, K_SIZE),
	C(listxattr, K_PATH, K_BUFFER, K_SIZE),
	C(llistxattr, K_PATH, K_BUFFER, K_SIZE),
	C(flistxattr, K_FD, K_BUFFER, K_SIZE),
	C(removexattr, K_PATH, K_TEXT),
	C(lremovexattr, K_PATH, K_TEXT),
	C(fremovexattr, K_FD, K_TEXT),
	C(mount, K_TEXT, K_PATH, K_FSTYPE, K_MOUNT, K_TEXT),
	C(umount2, K_PATH, K_UMOUNT),
	/* memory */
	CA(mmap, K_PAGE, K_PAGES, K_PROT, K_MAP, K_FD, K_PAGES),
	CA(mmap, K_PAGE, K_PAGES, K_PROT, K_MAP, K_FD, K_PAGES),
	C(munmap, K_PAGE, K_PAGES),
	C(mprotect, K_PAGE, K_PAGES, K_PROT),
	CA(brk, K_PAGE),
	CA(mremap, K_PAGE, K_PAGES, K_PAGES, K_REMAP, K_PAGE),
	C(madvise, K_PAGE, K_PAGES, K_ADVICE),
	C(msync, K_PAGE, K_PAGES, K_MSYNC),
	C(mincore, K_PAGE, K_PAGES, K_BUFFER),
	C(mlock, K_PAGE, K_PAGES),
	C(mlock2, K_PAGE, K_PAGES, K_SMALL),
	C(munlock, K_PAGE, K_PAGES),
	C(mlockall, K_SMALL),
	C(munlockall),
	C(process_vm_readv, K_PID, K_IOVEC, K_SMALL, K_IOVEC, K_SMALL, K_SMALL),
	C(process_vm_writev, K_PID, K_IOVEC, K_SMALL, K_IOVEC, K_SMALL, K_SMALL),
	C(membarrier, K_MEMBARRIER, K_SMALL, K_SMALL),
	{ "touch", TOUCH, R_NONE, { K_PAGE, K_SMALL } },
	{ "touch", TOUCH, R_NONE, { K_PAGE, K_SMALL } },
	{ "fail", FAIL, R_NONE, { K_NTH } },
	/* processes */
	CP(clone, K_CLONE, K_PAGE, K_BUFFER, K_BUFFER, K_VALUE),
	CP(clone3, K_CLONE_ARGS, K_LENGTH),
	C(execve, K_PATH, K_VECTOR, K_VECTOR),
	C(execveat, K_DIRFD, K_PATH, K_VECTOR, K_VECTOR, K_AT),
	C(exit, K_SMALL),
	C(exit_group, K_SMALL),
	C(wait4, K_PID, K_BUFFER, K_WAIT, K_BUFFER),
	C(waitid, K_WHICH, K_PID, K_BUFFER, K_WAIT, K_BUFFER),
	C(getpid),
	CP(gettid),
	C(getppid),
	C(setpgid, K_PID, K_PID),
	CP(getpgid, K_PID),
	CP(getsid, K_PID),
	CP(setsid),
	C(unshare, K_UNSHARE),
	C(personality, K_VALUE),
	C(prctl, K_PRCTL, K_VALUE, K_VALUE, K_VALUE, K_VALUE),
	C(prctl, K_PRCTL, K_WORDS, K_SMALL, K_SMALL, K_SMALL),
	C(prctl, K_PRCTL, K_SMALL, K_SMALL, K_NONE),
	C(ptrace, K_SMALL, K_PID, K_BUFFER, K_BUFFER),
	C(set_tid_address, K_BUFFER),
	C(set_robust_list, K_ROBUST, K_LENGTH),
	C(get_robust_list, K_PID, K_BUFFER, K_BUFFER),
	C(rseq, K_BUFFER, K_SMALL, K_SMALL, K_VALUE),
	C(seccomp, K_SMALL, K_SMALL, K_WORDS),
	C(acct, K_PATH),
	C(getrusage, K_SMALL, K_BUFFER),
	C(times, K_BUFFER),
	C(prlimit64, K_PID, K_RESOURCE, K_RLIMIT, K_BUFFER),
	C(getpriority, K_WHICH, K_PID),
	C(setpriority, K_WHICH, K_PID, K_VALUE),
	C(ioprio_get, K_WHICH, K_PID),
	C(ioprio_set, K_WHICH, K_PID, K_VALUE),
	C(sched_yield),
	C(sched_setparam, K_PID, K_SCHED_PARAM),
	C(sched_getparam, K_PID, K_BUFFER),
	C(sched_setscheduler, K_PID, K_POLICY, K_SCHED_PARAM),
	C(sched_getscheduler, K_PID),
	C(sched_get_priority_max, K_POLICY),
	C(sched_get_priority_min, K_POLICY),
	C(sched_rr_get_interval, K_PID, K_BUFFER),
	C(sched_setaffinity, K_PID, K_SIZE, K_WORDS),
	C(sched_getaffinity, K_PID, K_SIZE, K_BUFFER),
	C(sched_setattr, K_PID, K_SCHED_ATTR, K_SMALL),
	C(sched_getattr, K_PID, K_BUFFER, K_SIZE, K_SMALL),
	C(getcpu, K_BUFFER, K_BUFFER),
	/* signals */
	C(rt_sigaction, K_SIGNAL, K_SIGACTION, K_BUFFER, K_SIGSET_SIZE),
	C(rt_sigaction, K_SIGNAL, K_SIGACTION, K_BUFFER, K_SIGSET_SIZE),
	C(rt_sigprocmask, K_SIG_HOW, K_SIGSET, K_BUFFER, K_SIGSET_SIZE),
	C(rt_sigreturn),
	C(rt_sigpending, K_BUFFER, K_SIGSET_SIZE),
	C(rt_sigtimedwait, K_SIGSET, K_BUFFER, K_TIMESPEC, K_SIGSET_SIZE),
	C(rt_sigqueueinfo, K_PID, K_SIGNAL, K_SIGINFO),
	C(rt_tgsigqueueinfo, K_PID, K_PID, K_SIGNAL, K_SIGINFO),
	C(rt_sigsuspend, K_SIGSET, K_SIGSET_SIZE),
	C(sigaltstack, K_STACK, K_BUFFER),
	C(kill, K_PID, K_SIGNAL),
	C(tkill, K_PID, K_SIGNAL),
	C(tgkill, K_PID, K_PID, K_SIGNAL),
	C(restart_syscall),
	/* futexes */
	C(futex, K_FUTEX, K_FUTEX_OP, K_SMALL, K_TIMESPEC, K_FUTEX, K_SMALL),
	C(futex, K_FUTEX, K_FUTEX_OP, K_VALUE, K_SMALL, K_FUTEX, K_VALUE),
	/* time */
	C(nanosleep, K_TIMESPEC, K_BUFFER),
	C(clock_nanosleep, K_CLOCK, K_ABSTIME, K_TIMESPEC, K_BUFFER),
	C(clock_gettime, K_CLOCK, K_BUFFER),
	C(clock_getres, K_CLOCK, K_BUFFER),
	C(clock_settime, K_CLOCK, K_TIMESPEC),
	C(clock_adjtime, K_CLOCK, K_TIMEX),
	C(adjtimex, K_TIMEX),
	C(gettimeofday, K_BUFFER, K_BUFFER),
	C(settimeofday, K_TIMEVALS, K_WORDS),
	C(getitimer, K_SMALL, K_BUFFER),
	C(setitimer, K_SMALL, K_ITIMERVAL, K_BUFFER),
	C(timer_create, K_CLOCK, K_SIGEVENT, K_BUFFER),
	C(timer_create, K_CLOCK, K_SIGEVENT, K_BUFFER),
	C(timer_settime, K_TIMER, K_ABSTIME, K_ITIMERSPEC, K_BUFFER),
	C(timer_gettime, K_TIMER, K_BUFFER),
	C(timer_getoverrun, K_TIMER),
	C(timer_delete, K_TIMER),
	/* users */
	C(getuid),
	C(getgid),
	C(geteuid),
	C(getegid),
	C(setuid, K_ID),
	C(setgid, K_ID),
	C(setreuid, K_ID, K_ID),
	C(setregid, K_ID, K_ID),
	C(setresuid, K_ID, K_ID, K_ID),
	C(setresgid, K_ID, K_ID, K_ID),
	C(getresuid, K_BUFFER, K_BUFFER, K_BUFFER),
	C(getresgid, K_BUFFER, K_BUFFER, K_BUFFER),
	C(setfsuid, K_ID),
	C(setfsgid, K_ID),
	C(getgroups, K_SMALL, K_BUFFER),
	C(setgroups, K_SMALL, K_WORDS),
	C(capget, K_CAP_HEADER, K_BUFFER),
	C(capset, K_CAP_HEADER, K_WORDS),
	/* the system */
	C(uname, K_BUFFER),
	C(sysinfo, K_BUFFER),
	C(syslog, K_SYSLOG, K_BUFFER, K_SIZE),
	C(sethostname, K_DATA, K_LENGTH),
	C(setdomainname, K_DATA, K_LENGTH),
	C(getrandom, K_BUFFER, K_SIZE, K_SMALL),
	C(reboot, K_VALUE, K_VALUE, K_VALUE, K_TEXT),
#ifdef SYS_getrlimit
	C(getrlimit, K_RESOURCE, K_BUFFER),
	C(setrlimit, K_RESOURCE, K_RLIMIT),
#endif
#ifdef SYS_riscv_hwprobe
	C(riscv_hwprobe, K_WORDS, K_SMALL, K_SIZE, K_WORDS, K_SMALL),
	C(riscv_flush_icache, K_PAGE, K_PAGE, K_SMALL),
#endif
#ifdef SYS_open /* calls of old, which younger architectures do not have */
	CF(open, K_PATH, K_OPEN, K_MODE),
	C(stat, K_PATH, K_BUFFER),
	C(lstat, K_PATH, K_BUFFER),
	C(poll, K_POLLFDS, K_SMALL, K_SMALL),
	C(select, K_SIZE, K_FDSET, K_FDSET, K_FDSET, K_TIMEVALS),
	C(access, K_PATH, K_SMALL),
	CF(pipe, K_BUFFER),
	CF(dup2, K_FD, K_FD),
	C(pause),
	C(alarm, K_SMALL),
	CP(fork),
	CP(vfork),
	C(getdents, K_FD, K_BUFFER, K_SIZE),
	C(rename, K_PATH, K_PATH),
	C(mkdir, K_PATH, K_MODE),
	C(rmdir, K_PATH),
	CF(creat, K_PATH, K_MODE),
	C(link, K_PATH, K_PATH),
	C(unlink, K_PATH),
	C(symlink, K_PATH, K_PATH),
	C(readlink, K_PATH, K_BUFFER, K_SIZE),
	C(chmod, K_PATH, K_MODE),
	C(chown, K_PATH, K_ID, K_ID),
	C(lchown, K_PATH, K_ID, K_ID),
	CP(getpgrp),
	C(utime, K_PATH, K_TIMEVALS),
	C(mknod, K_PATH, K_MODE, K_DEVICE),
	C(arch_prctl, K_ARCH, K_BUFFER),
	C(time, K_BUFFER),
	C(utimes, K_PATH, K_TIMEVALS),
	C(futimesat, K_DIRFD, K_PATH, K_TIMEVALS),
	C(renameat, K_DIRFD, K_PATH, K_DIRFD, K_PATH),
#endif
};
const unsigned call_type_count = sizeof call_types / sizeof call_types[0];

static uint16_t chosen[sizeof call_types / sizeof call_types[0]];
static unsigned chosen_count;

static bool is_listed(const char *name, const char *list)
{
	size_t n = strlen(name);

	for (const char *at = list; *at != 0 && *at != ' ' && *at != '\n'; at += *at == ',') {
		size_t len = strcspn(at, ", \n");

		if (len == n && memcmp(at, name, n) == 0)
			return true;
		at += len;
	}
	return false;
}

void calls_only(const char *list)
{
	chosen_count = 0;
	for (unsigned i = 0; i < call_type_count; i++)
		if (list == NULL || is_listed(call_types[i].name, list))
			chosen[chosen_count++] = (uint16_t)i;
}

unsigned call_choose(void)
{
	if (below(12) == 0)
		return (unsigned)call_find("fail", 4);
	return chosen_count == 0 ? below(call_type_count) : chosen[below(chosen_count)];
}

int call_find(const char *name, size_t len)
{
	for (unsigned i = 0; i < call_type_count; i++)
		if (strlen(call_types[i].name) == len && memcmp(call_types[i].name, name, len) == 0)
			return (int)i;
	return -1;
}
