/* SPDX-License-Identifier: MPL-2.0 */
/* Which refusal comes first when a call is wrong in two ways; found by running the programs of
 * test/sysfuzz on both kernels. */
#include "abi.h"

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
	CHECK_ERRNO(sys(SYS_getdents, p[1], buf, 100), ENOTDIR,
		    "getdents: the writing end of a pipe is no directory");
	close(f);
	close(null);
	close(p[0]);
	close(p[1]);
}

static void rights(void)
{
	IN_CHILD("umount2: a name that is not there before a missing right",
		 NEED(setresuid(1000, 1000, 1000) == 0);
		 NEED_ERRNO(umount2("/no/such/place", 0), ENOENT);
		 NEED_ERRNO(umount2("/no/such/place", 0x100), EINVAL);
		 NEED_ERRNO(umount2("/", 0), EPERM));
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

static void clocks(void)
{
	struct timex t = { .modes = 0 };
	CHECK_ERRNO(sys(SYS_clock_adjtime, -1, &t), EOPNOTSUPP, "clock_adjtime: a CPU clock");
	CHECK_ERRNO(sys(SYS_clock_adjtime, -2, &t), EOPNOTSUPP,
		    "clock_adjtime: a thread's CPU clock");
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
	CHECK_ERRNO(sys(SYS_ioprio_set, 1, 0, 5), EINVAL, "ioprio_set: no class, but a level");
	CHECK_ERRNO(sys(SYS_ioprio_set, 1, 0, 2 << 13 | 8), EINVAL, "ioprio_set: level 8");
	CHECK_EQ(sys(SYS_ioprio_set, 1, 0, 2 << 13 | 7), 0, "ioprio_set: level 7");
	CHECK_EQ(sys(SYS_ioprio_set, 1, 0, 0), 0, "ioprio_set: no class");
}

int main(void)
{
	abi_begin("order");
	transfers();
	rights();
	clocks();
	scheduling();
	return abi_end();
}
