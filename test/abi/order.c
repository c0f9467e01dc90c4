/* SPDX-License-Identifier: MPL-2.0 */
/* Which refusal comes first when a call is wrong in two ways; found by running the programs of
 * test/sysfuzz on both kernels. */
#include "abi.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#define HUGE_LENGTH (1ul << 62)

static char buf[4096];

static void transfers(void)
{
	abi_file("f", 100);
	int f = open("f", O_RDWR), null = open("/dev/null", O_RDWR), p[2];
	pipe(p);
	struct iovec far[2] = { { buf, 8 }, { buf, HUGE_LENGTH } };
	CHECK_ERRNO(readv(f, far, 2), EFAULT, "readv: a piece that ends beyond user space");
	CHECK_ERRNO(writev(null, far, 2), EFAULT, "writev: a piece that ends beyond user space");
	CHECK_ERRNO(sys(SYS_sendfile, 999, 999, -1L, 10), EFAULT,
		    "sendfile: a bad offset before closed descriptors");
	CHECK_ERRNO(sys(SYS_copy_file_range, f, 0, 999, 0, 10, 7), EBADF,
		    "copy_file_range: a closed descriptor before unknown flags");
	struct iovec one = { buf, 8 };
	CHECK_ERRNO(sys(SYS_preadv2, 999, &one, 1, 0, 0, 0x800), EBADF,
		    "preadv2: a closed descriptor before unknown flags");
	CHECK_ERRNO(sys(SYS_pwritev2, 999, &one, 1, 0, 0, 0x800), EBADF,
		    "pwritev2: a closed descriptor before unknown flags");
	CHECK_EQ(sys(SYS_preadv2, f, &one, 1, 0, 0, 0x10), 8, "preadv2: RWF_APPEND says nothing");
	CHECK_ERRNO(sys(SYS_getdents64, p[1], buf, 100), ENOTDIR,
		    "getdents64: the writing end of a pipe is no directory");
#ifdef SYS_getdents
	CHECK_ERRNO(sys(SYS_getdents, p[1], buf, 100), ENOTDIR,
		    "getdents: the writing end of a pipe is no directory");
#endif
	close(f);
	close(null);
	close(p[0]);
	close(p[1]);
}

static void more_transfers(void)
{
	abi_file("f", 100);
	int f = open("f", O_RDWR), ro = open("f", O_RDONLY), dir = open(".", O_RDONLY), p[2];
	int64_t at = 1;
	pipe(p);
	CHECK_ERRNO(sys(SYS_copy_file_range, p[0], &at, f, 0, 10, 0), EINVAL,
		    "copy_file_range: a pipe is no file, offset or not");
	CHECK_ERRNO(sys(SYS_copy_file_range, p[0], &at, dir, 0, 10, 0), EISDIR,
		    "copy_file_range: a directory before a pipe");
	struct iovec none = { buf, 0 }, one = { buf, 8 };
	CHECK_EQ(sys(SYS_vmsplice, f, &none, 1, 0), 0, "vmsplice: nothing to a file");
	CHECK_ERRNO(sys(SYS_vmsplice, f, &one, 1, 0), EBADF, "vmsplice: something to a file");
	CHECK_EQ(sys(SYS_preadv, dir, &none, 1, 0, 0), 0, "preadv: nothing of a directory");
	CHECK_ERRNO(sys(SYS_pwritev2, p[1], &one, 1, 0, 0, 0x800), ESPIPE,
		    "pwritev2: a pipe before unknown flags");
	CHECK_ERRNO(sys(SYS_pwritev2, ro, &one, 1, 0, 0, 0x800), EBADF,
		    "pwritev2: a file open for reading before unknown flags");
	CHECK_ERRNO(sys(SYS_pwritev2, f, -1L, 1, 0, 0, 0x800), EFAULT,
		    "pwritev2: a bad vector before unknown flags");
	CHECK_ERRNO(sys(SYS_pwritev2, f, &one, 1, 0, 0, 0x800), EOPNOTSUPP,
		    "pwritev2: unknown flags");
	CHECK_ERRNO(sys(SYS_tee, f, p[0], 100, 0), EBADF, "tee: the wrong end before its kind");
	CHECK_ERRNO(sys(SYS_tee, f, p[1], 100, 0), EINVAL, "tee: from a file");
	CHECK_EQ(sys(SYS_tee, 999, 999, 0, 0), 0, "tee: nothing");
	CHECK_ERRNO(fallocate(ro, 32, 0, 10), EBADF, "fallocate: not open for writing before mode");
	CHECK_ERRNO(fallocate(f, 32 | 1, 0, 10), EINVAL, "fallocate: bits that exclude each other");
	CHECK_ERRNO(fallocate(f, 2, 0, 10), EOPNOTSUPP, "fallocate: a hole that would shorten");
	CHECK_ERRNO(fallocate(f, 256, 0, 10), EOPNOTSUPP, "fallocate: an unknown bit");
	CHECK_ERRNO(fallocate(f, 32, 0, 4096), EOPNOTSUPP, "fallocate: inserting");
	CHECK_ERRNO(fallocate(p[1], 32, 0, 10), ESPIPE, "fallocate: a pipe");
	CHECK_ERRNO(sys(SYS_renameat2, p[0], "a", -100, "b", 3), EINVAL,
		    "renameat2: flags that exclude each other before a bad folder");
	CHECK_ERRNO(sys(SYS_mmap, 0, 4096, 3, 0, p[1], 0), EINVAL,
		    "mmap: neither shared nor private before access");
	close(f);
	close(ro);
	close(dir);
	close(p[0]);
	close(p[1]);
}

static void vectors_and_locks(void)
{
	abi_file("f", 100);
	int ro = open("f", O_RDONLY), wo = open("f", O_WRONLY), size = 0;
	CHECK_ERRNO(sys(SYS_writev, ro, 0, 1), EFAULT, "writev: a bad vector before the mode");
	CHECK_ERRNO(sys(SYS_readv, wo, 0, 1), EFAULT, "readv: a bad vector before the mode");
	CHECK_EQ(sys(SYS_readv, ro, 0, 1l << 40), 0, "readv: the count has 32 bits");
	CHECK_ERRNO(sys(SYS_flock, 999, 10), EINVAL, "flock: a bad operation first");
	CHECK_EQ(sys(SYS_flock, 999, 32), 0, "flock: LOCK_MAND does nothing");
	CHECK_EQ(ioctl(ro, 2, &size), 0, "ioctl: FIGETBSZ");
	CHECK_EQ(size, ABI_PAGE, "ioctl: the size of a block");
	CHECK_ERRNO(ioctl(ro, 2, -1L), EFAULT, "ioctl: FIGETBSZ to nowhere");
	close(ro);
	close(wo);
}

static void rights(void)
{
	IN_CHILD("umount2: a name that is not there before a missing right",
		 NEED(setresuid(1000, 1000, 1000) == 0);
		 NEED_ERRNO(umount2("/no/such/place", 0), ENOENT);
		 NEED_ERRNO(umount2("/no/such/place", 0x100), EINVAL);
		 NEED_ERRNO(umount2("/", 0), EPERM));
	IN_CHILD("pivot_root: a missing right before bad names",
		 NEED(setresuid(1000, 1000, 1000) == 0);
		 NEED_ERRNO(sys(SYS_pivot_root, 0, 0), EPERM));
	IN_CHILD("adjtimex: ADJ_ADJTIME alone is invalid before it is forbidden",
		 struct timex t = { .modes = 0x8000 };
		 NEED(setresuid(1000, 1000, 1000) == 0); NEED_ERRNO(adjtimex(&t), EINVAL);
		 t.modes = ADJ_OFFSET; NEED_ERRNO(adjtimex(&t), EPERM));
	IN_CHILD("xattr: trusted.* belongs to CAP_SYS_ADMIN",
		 close(open("x", O_CREAT | O_RDWR, 0666));
		 chmod("x", 0666); NEED(setresuid(1000, 1000, 1000) == 0);
		 NEED_ERRNO(setxattr("x", "trusted.a", "v", 1, 0), EPERM);
		 NEED_ERRNO(removexattr("x", "trusted.a"), EPERM);
		 NEED_ERRNO(getxattr("x", "trusted.a", buf, 10), ENODATA));
	int null = open("/dev/null", O_RDWR);
	CHECK_ERRNO(fsetxattr(null, "user.a", "v", 1, 0), EPERM,
		    "fsetxattr: user.* is for files and folders");
	CHECK_ERRNO(fremovexattr(null, "user.a"), EPERM,
		    "fremovexattr: user.* is for files and folders");
	CHECK_ERRNO(fgetxattr(null, "user.a", buf, 10), ENODATA,
		    "fgetxattr: a device has no user.*");
	close(null);
}

/* The magic link of a pipe leads to a file that has no path. */
static void xattr_of_a_pipe(void)
{
	char link[32];
	int p[2];
	pipe(p);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", p[0]);
	CHECK_ERRNO(setxattr(link, "user.a", "v", 1, 0), EPERM, "setxattr: user.* of a pipe");
	CHECK_ERRNO(setxattr(link, "name", "v", 1, 0), EOPNOTSUPP,
		    "setxattr: a pipe and no name space");
	CHECK_ERRNO(getxattr(link, "user.a", buf, 10), ENODATA, "getxattr: user.* of a pipe");
	CHECK_ERRNO(removexattr(link, "user.a"), EPERM, "removexattr: user.* of a pipe");
	CHECK_EQ(lgetxattr(link, "user.a", buf, 10), -1, "lgetxattr: the magic link itself");
	close(p[0]);
	close(p[1]);
}

static void clocks(void)
{
	struct timex t = { .modes = 0 };
	CHECK_ERRNO(sys(SYS_clock_adjtime, -1, &t), EOPNOTSUPP, "clock_adjtime: a CPU clock");
	CHECK_ERRNO(sys(SYS_clock_adjtime, -2, &t), EOPNOTSUPP,
		    "clock_adjtime: a thread's CPU clock");
	CHECK_ERRNO(sys(SYS_clock_settime, 1, -1L), EINVAL,
		    "clock_settime: a clock that is not set before a bad time");
	struct timespec when = { 5, 0 };
	CHECK_ERRNO(sys(SYS_clock_settime, -2, &when), EPERM, "clock_settime: a CPU clock");
	CHECK_ERRNO(sys(SYS_clock_settime, -2, -1L), EFAULT, "clock_settime: a bad time first");
	CHECK_ERRNO(sys(SYS_timer_create, 77, -1L, buf), EFAULT,
		    "timer_create: a bad event before an unknown clock");
}

static void scheduling(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = { .size = 48, .policy = 3, .flags = 2 };
	CHECK_ERRNO(sys(SYS_sched_setattr, 0x3ffffff, &attr, 0), ESRCH,
		    "sched_setattr: an unknown thread before flags");
	attr.policy = 0;
	CHECK_EQ(sys(SYS_sched_getattr, 0, &attr, 48, 1l << 40), 0,
		 "sched_getattr: flags are 32 bits");
	uint64_t cpus = 1;
	CHECK_ERRNO(sys(SYS_sched_getaffinity, -5, 8, &cpus), ESRCH,
		    "sched_getaffinity: a negative number");
	CHECK_ERRNO(sys(SYS_sched_setaffinity, -5, 8, &cpus), ESRCH,
		    "sched_setaffinity: a negative number");
	CHECK_ERRNO(kill(0x3ffffff, 200), ESRCH, "kill: an unknown process before a bad signal");
	CHECK_ERRNO(kill(getpid(), 200), EINVAL, "kill: a bad signal");
	CHECK_ERRNO(sys(SYS_prlimit64, 0x3ffffff, 99, 0, 0), ESRCH,
		    "prlimit64: an unknown process before a bad resource");
	CHECK_ERRNO(sys(SYS_prlimit64, 0, 99, 0, 0), EINVAL, "prlimit64: a bad resource");
	uint32_t groups[2] = { 5, 0xffffffff };
	CHECK_ERRNO(sys(SYS_setgroups, 2, groups), EINVAL, "setgroups: -1 is no group");
	uint32_t word = 1;
	CHECK_ERRNO(sys(SYS_futex, &word, 0x100, 2, 0, 0, 0), ENOSYS,
		    "futex: FUTEX_WAIT knows no real time");
	CHECK_ERRNO(setpgid(-2, 0), EINVAL, "setpgid: a negative process is its own bad group");
	CHECK_ERRNO(setpgid(-2, 1), ESRCH, "setpgid: a negative process");
	CHECK_ERRNO(sys(SYS_ioprio_set, 1, 0, 5), EINVAL, "ioprio_set: no class, but a level");
	CHECK_ERRNO(sys(SYS_ioprio_set, 1, 0, 2 << 13 | 8), EINVAL, "ioprio_set: level 8");
	CHECK_EQ(sys(SYS_ioprio_set, 1, 0, 2 << 13 | 7), 0, "ioprio_set: level 7");
	CHECK_EQ(sys(SYS_ioprio_set, 1, 0, 0), 0, "ioprio_set: no class");
}

int main(void)
{
	abi_begin("order");
	transfers();
	more_transfers();
	vectors_and_locks();
	rights();
	xattr_of_a_pipe();
	clocks();
	scheduling();
	return abi_end();
}
