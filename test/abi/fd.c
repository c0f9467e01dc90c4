/* SPDX-License-Identifier: MPL-2.0 */
/* dup, dup2, dup3, fcntl, ioctl, close_range, flock and record locks, fsync. */
#include "abi.h"

#include <linux/close_range.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

static void duplicates(void)
{
	abi_file("f", 100);
	int a = open("f", O_RDWR | O_CLOEXEC), b = dup(a);
	CHECK(b >= 0 && fcntl(b, F_GETFD) == 0, "dup: clears close-on-exec");
	CHECK_ERRNO(dup(-1), EBADF, "dup: descriptor -1");
	CHECK_ERRNO(dup(999), EBADF, "dup: closed descriptor");
	CHECK_EQ(dup2(a, 20), 20, "dup2: to a number");
	CHECK_EQ(dup2(a, a), a, "dup2: onto itself");
	CHECK_EQ(fcntl(a, F_GETFD), FD_CLOEXEC, "dup2: onto itself changes nothing");
	CHECK_ERRNO(dup2(999, 20), EBADF, "dup2: closed descriptor");
	CHECK_EQ(fcntl(20, F_GETFD), 0, "dup2: a refused one leaves the target open");
	CHECK_ERRNO(dup2(a, -1), EBADF, "dup2: to -1");
	CHECK_ERRNO(dup2(a, 1 << 30), EBADF, "dup2: past the limit");
	CHECK_ERRNO(sys(SYS_dup3, a, a, 0), EINVAL, "dup3: onto itself");
	CHECK_ERRNO(sys(SYS_dup3, a, 21, 1), EINVAL, "dup3: unknown flag");
	CHECK(sys(SYS_dup3, a, 21, O_CLOEXEC) == 21 && fcntl(21, F_GETFD) == FD_CLOEXEC,
	      "dup3: O_CLOEXEC");
	int p[2];
	char c = 0;
	pipe(p);
	dup2(a, p[1]);
	CHECK_EQ(read(p[0], &c, 1), 0, "dup2: closes what was there");
	close(p[0]);
	close(p[1]);
	close(20);
	close(21);
	close(a);
	CHECK_EQ(read(b, &c, 1), 1, "dup: lives on when the first is closed");
	close(b);
}

static void control(void)
{
	int a = open("f", O_RDWR), p[2];
	CHECK_EQ(fcntl(a, F_DUPFD, 50), 50, "fcntl: F_DUPFD from a number on");
	CHECK_EQ(fcntl(a, F_DUPFD, 50), 51, "fcntl: F_DUPFD takes the next free");
	CHECK(fcntl(a, F_DUPFD_CLOEXEC, 60) == 60 && fcntl(60, F_GETFD) == FD_CLOEXEC,
	      "fcntl: F_DUPFD_CLOEXEC");
	CHECK_ERRNO(fcntl(a, F_DUPFD, -1), EINVAL, "fcntl: F_DUPFD from -1");
	CHECK_ERRNO(fcntl(a, F_DUPFD, 1 << 30), EINVAL, "fcntl: F_DUPFD past the limit");
	CHECK_ERRNO(fcntl(999, F_GETFD), EBADF, "fcntl: closed descriptor");
	CHECK_ERRNO(fcntl(a, 0x7777), EINVAL, "fcntl: unknown command");
	CHECK(fcntl(a, F_SETFD, FD_CLOEXEC) == 0 && fcntl(a, F_GETFD) == FD_CLOEXEC,
	      "fcntl: F_SETFD");
	CHECK(fcntl(a, F_SETFD, 2) == 0 && fcntl(a, F_GETFD) == 0, "fcntl: F_SETFD takes one bit");
	CHECK(fcntl(a, F_SETFL, O_NONBLOCK | O_APPEND) == 0 &&
		      (fcntl(a, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_APPEND)) ==
			      (O_RDWR | O_NONBLOCK | O_APPEND),
	      "fcntl: F_SETFL sets, the access mode stays");
	CHECK(fcntl(a, F_SETFL, O_WRONLY) == 0 &&
		      (fcntl(a, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_APPEND)) == O_RDWR,
	      "fcntl: F_SETFL clears, ignores the access mode");
	fcntl(a, F_SETFL, O_APPEND);
	CHECK((fcntl(50, F_GETFL) & O_APPEND) != 0, "fcntl: duplicates share file flags");
	CHECK_EQ(fcntl(60, F_GETFD), FD_CLOEXEC,
		 "fcntl: duplicates keep their own descriptor flags");
	pipe(p);
	CHECK(fcntl(p[0], F_GETPIPE_SZ) >= 4096, "fcntl: F_GETPIPE_SZ");
	CHECK_ERRNO(fcntl(a, F_GETPIPE_SZ), EBADF, "fcntl: F_GETPIPE_SZ of a file");
	int path = open("f", O_PATH);
	CHECK((fcntl(path, F_GETFL) & O_PATH) != 0, "fcntl: F_GETFL shows O_PATH");
	CHECK_ERRNO(fcntl(path, F_SETFL, 0), EBADF, "fcntl: F_SETFL of an O_PATH descriptor");
	CHECK_ERRNO(ioctl(path, FIONREAD, &p[0]), EBADF, "ioctl: of an O_PATH descriptor");
	close(path);
	close(p[0]);
	close(p[1]);
	close(a);
	close(50);
	close(51);
	close(60);
}

static void ioctls(void)
{
	int a = open("f", O_RDWR), n = -1, on = 1, p[2];
	char tty[256];
	pipe(p);
	CHECK_ERRNO(ioctl(a, TCGETS, tty), ENOTTY, "ioctl: TCGETS of a file");
	CHECK_ERRNO(ioctl(p[0], TIOCGWINSZ, tty), ENOTTY, "ioctl: TIOCGWINSZ of a pipe");
	CHECK_ERRNO(ioctl(a, 0x12345678, tty), ENOTTY, "ioctl: unknown request");
	CHECK_ERRNO(ioctl(999, TCGETS, tty), EBADF, "ioctl: closed descriptor");
	CHECK(ioctl(a, FIONREAD, &n) == 0 && n == 100, "ioctl: FIONREAD of a file is what is left");
	write(p[1], "hello", 5);
	CHECK(ioctl(p[0], FIONREAD, &n) == 0 && n == 5, "ioctl: FIONREAD of a pipe");
	CHECK_EFAULT_OUT(sys(SYS_ioctl, p[0], FIONREAD, bad), "ioctl: FIONREAD bad pointer");
	CHECK(ioctl(p[0], FIONBIO, &on) == 0 && (fcntl(p[0], F_GETFL) & O_NONBLOCK) != 0,
	      "ioctl: FIONBIO");
	CHECK_EFAULT_IN(sys(SYS_ioctl, p[0], FIONBIO, bad), "ioctl: FIONBIO bad pointer");
	CHECK(ioctl(p[0], FIOCLEX) == 0 && fcntl(p[0], F_GETFD) == FD_CLOEXEC, "ioctl: FIOCLEX");
	CHECK(ioctl(p[0], FIONCLEX) == 0 && fcntl(p[0], F_GETFD) == 0, "ioctl: FIONCLEX");
	close(p[0]);
	close(p[1]);
	close(a);
}

static void ranges(void)
{
	int a = open("f", O_RDONLY);
	for (int fd = 30; fd < 40; fd++)
		dup2(a, fd);
	CHECK_OK(sys(SYS_close_range, 32, 35, 0), "close_range: closes");
	CHECK(fcntl(31, F_GETFD) == 0 && fcntl(32, F_GETFD) == -1 && fcntl(35, F_GETFD) == -1 &&
		      fcntl(36, F_GETFD) == 0,
	      "close_range: exactly those");
	CHECK_OK(sys(SYS_close_range, 36, ~0U, CLOSE_RANGE_CLOEXEC),
		 "close_range: CLOSE_RANGE_CLOEXEC");
	CHECK(fcntl(36, F_GETFD) == FD_CLOEXEC && fcntl(31, F_GETFD) == 0,
	      "close_range: marks exactly those");
	CHECK_ERRNO(sys(SYS_close_range, 35, 32, 0), EINVAL, "close_range: first past last");
	CHECK_ERRNO(sys(SYS_close_range, 30, 40, 0x100), EINVAL, "close_range: unknown flag");
	sys(SYS_close_range, 30, ~0U, 0);
	close(a);
}

static void locks(void)
{
	int a = open("f", O_RDWR), b = open("f", O_RDWR);
	CHECK_OK(flock(a, LOCK_EX), "flock: exclusive");
	CHECK_ERRNO(flock(b, LOCK_SH | LOCK_NB), EWOULDBLOCK, "flock: another open file waits");
	CHECK_OK(flock(a, LOCK_SH), "flock: downgrades");
	CHECK_OK(flock(b, LOCK_SH | LOCK_NB), "flock: two share");
	CHECK_OK(flock(b, LOCK_UN), "flock: unlocks");
	CHECK_ERRNO(flock(a, 16), EINVAL, "flock: unknown operation");
	CHECK_ERRNO(flock(999, LOCK_EX), EBADF, "flock: closed descriptor");
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10 };
	CHECK_OK(fcntl(a, F_SETLK, &l), "fcntl: F_SETLK");
	CHECK_OK(fcntl(b, F_SETLK, &l), "fcntl: a process does not lock itself out");
	IN_CHILD("fcntl: another process sees the lock", {
		struct flock m = {
			.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 15, .l_len = 1
		};
		NEED(fcntl(a, F_SETLK, &m) == -1 && (errno == EAGAIN || errno == EACCES));
		NEED(fcntl(a, F_GETLK, &m) == 0 && m.l_type == F_WRLCK && m.l_pid == getppid() &&
		     m.l_start == 10);
		m = (struct flock){
			.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 20, .l_len = 0
		};
		NEED(fcntl(a, F_SETLK, &m) == 0);
	});
	CHECK_EFAULT_IN(sys(SYS_fcntl, a, F_SETLK, bad), "fcntl: F_SETLK bad pointer");
	CHECK_EFAULT_IN(sys(SYS_fcntl, a, F_GETLK, bad), "fcntl: F_GETLK bad pointer");
	l.l_type = 77;
	CHECK_ERRNO(fcntl(a, F_SETLK, &l), EINVAL, "fcntl: F_SETLK unknown type");
	close(b);
	IN_CHILD("fcntl: closing any descriptor drops the process's locks", {
		struct flock m = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
		NEED(fcntl(a, F_SETLK, &m) == 0);
	});
	close(a);
}

static void syncing(void)
{
	int a = open("f", O_RDWR), p[2];
	pipe(p);
	CHECK_OK(fsync(a), "fsync: a file");
	CHECK_OK(fdatasync(a), "fdatasync: a file");
	CHECK_ERRNO(fsync(p[0]), EINVAL, "fsync: a pipe");
	CHECK_ERRNO(fsync(999), EBADF, "fsync: closed descriptor");
	CHECK_OK(sys(SYS_sync), "sync");
	CHECK_OK(syncfs(a), "syncfs: a file");
	close(p[0]);
	close(p[1]);
	close(a);
}

static void limits(void)
{
	IN_CHILD("dup2: RLIMIT_NOFILE bounds the number", {
		struct rlimit r = { 40, 40 };
		NEED(setrlimit(RLIMIT_NOFILE, &r) == 0);
		NEED_ERRNO(dup2(1, 40), EBADF);
		NEED(dup2(1, 39) == 39);
		NEED_ERRNO(fcntl(1, F_DUPFD, 40), EINVAL);
		NEED_ERRNO(fcntl(1, F_DUPFD, 39), EMFILE);
	});
	IN_CHILD("pipe: at the limit gives EMFILE and no descriptor", {
		int p[2] = { -1, -1 };
		int low = dup(1);
		close(low);
		struct rlimit r = { (rlim_t)low + 1, (rlim_t)low + 1 };
		NEED(setrlimit(RLIMIT_NOFILE, &r) == 0);
		NEED_ERRNO(pipe(p), EMFILE);
		NEED(dup(1) == low);
	});
}

int main(void)
{
	abi_begin("fd");
	duplicates();
	control();
	ioctls();
	ranges();
	locks();
	syncing();
	limits();
	return abi_end();
}
