/* SPDX-License-Identifier: MPL-2.0 */
/* chmod, chown, utimensat, truncate and their descriptor forms; umask. */
#include "abi.h"

#include <sys/resource.h>

static struct stat st;

static void hostile(void)
{
	struct timespec t[2] = { { 1, 1 }, { 2, 2 } };
	abi_file("f", 100);
	CHECK_EFAULT_IN(sys(SYS_fchmodat, AT_FDCWD, bad, 0644), "fchmodat: bad path");
	CHECK_EFAULT_IN(sys(SYS_fchownat, AT_FDCWD, bad, 0, 0, 0), "fchownat: bad path");
	CHECK_EFAULT_IN(sys(SYS_truncate, bad, 0), "truncate: bad path");
	CHECK_EFAULT_IN_OPT(sys(SYS_utimensat, AT_FDCWD, bad, t, 0), "utimensat: bad path");
	CHECK_EFAULT_IN_OPT(sys(SYS_utimensat, AT_FDCWD, "f", bad, 0), "utimensat: bad times");
#ifdef SYS_chmod
	CHECK_EFAULT_IN(sys(SYS_chmod, bad, 0644), "chmod: bad path");
	CHECK_EFAULT_IN(sys(SYS_chown, bad, 0, 0), "chown: bad path");
	CHECK_EFAULT_IN(sys(SYS_lchown, bad, 0, 0), "lchown: bad path");
#endif
}

static void modes(void)
{
	symlink("f", "sl");
	symlink("nothing", "dangling");
	CHECK(chmod("f", 07777) == 0 && stat("f", &st) == 0 && (st.st_mode & 07777) == 07777,
	      "chmod: all bits");
	CHECK(chmod("f", 0) == 0 && stat("f", &st) == 0 && st.st_mode == S_IFREG, "chmod: no bits");
	CHECK(chmod("sl", 0640) == 0 && stat("f", &st) == 0 && st.st_mode == (S_IFREG | 0640),
	      "chmod: follows links");
	CHECK(sys(SYS_fchmodat, AT_FDCWD, "f", 0100644) == 0 && stat("f", &st) == 0 &&
		      st.st_mode == (S_IFREG | 0644),
	      "fchmodat: ignores type bits");
	int fd = open("f", O_RDONLY), p = open("f", O_PATH);
	CHECK(fchmod(fd, 0600) == 0 && stat("f", &st) == 0 && (st.st_mode & 0777) == 0600,
	      "fchmod: a read-only descriptor");
	CHECK_ERRNO(fchmod(p, 0600), EBADF, "fchmod: an O_PATH descriptor");
	CHECK_ERRNO(fchmod(999, 0600), EBADF, "fchmod: closed descriptor");
	CHECK_ERRNO(chmod("none", 0600), ENOENT, "chmod: no such file");
	CHECK_ERRNO(chmod("dangling", 0600), ENOENT, "chmod: a dangling link");
	CHECK_ERRNO(chmod("f/x", 0600), ENOTDIR, "chmod: a file as a folder");
	CHECK_ERRNO(sys(SYS_fchmodat, 999, "f", 0600), EBADF, "fchmodat: closed directory");
	IN_CHILD("chmod: only the owner may", {
		NEED(setuid(1000) == 0);
		NEED_ERRNO(chmod("f", 0666), EPERM);
	});
	close(fd);
	close(p);
}

static void owners(void)
{
	CHECK(chown("f", 5, 6) == 0 && stat("f", &st) == 0 && st.st_uid == 5 && st.st_gid == 6,
	      "chown: both");
	CHECK(chown("f", -1, 7) == 0 && stat("f", &st) == 0 && st.st_uid == 5 && st.st_gid == 7,
	      "chown: -1 leaves the user");
	CHECK(chown("f", 8, -1) == 0 && stat("f", &st) == 0 && st.st_uid == 8 && st.st_gid == 7,
	      "chown: -1 leaves the group");
	chmod("f", 06755);
	CHECK(chown("f", 9, 9) == 0 && stat("f", &st) == 0 && (st.st_mode & 07777) == 0755,
	      "chown: clears set-id bits");
	CHECK(lchown("sl", 3, 4) == 0 && lstat("sl", &st) == 0 && st.st_uid == 3,
	      "lchown: the link itself");
	CHECK(stat("f", &st) == 0 && st.st_uid == 9, "lchown: not what it points to");
	CHECK(fchownat(AT_FDCWD, "sl", 2, 2, 0) == 0 && stat("f", &st) == 0 && st.st_uid == 2,
	      "fchownat: follows links");
	int fd = open("f", O_RDONLY);
	CHECK(fchown(fd, 0, 0) == 0 && fstat(fd, &st) == 0 && st.st_uid == 0,
	      "fchown: a descriptor");
	CHECK(fchownat(fd, "", 1, 1, AT_EMPTY_PATH) == 0 && fstat(fd, &st) == 0 && st.st_uid == 1,
	      "fchownat: AT_EMPTY_PATH");
	CHECK_ERRNO(fchown(999, 0, 0), EBADF, "fchown: closed descriptor");
	CHECK_ERRNO(chown("none", 0, 0), ENOENT, "chown: no such file");
	CHECK_ERRNO(fchownat(AT_FDCWD, "f", 0, 0, 0x40000000), EINVAL, "fchownat: unknown flag");
	IN_CHILD("chown: a plain user gives nothing away", {
		NEED(chown("f", 1000, 1000) == 0 && setgid(1000) == 0 && setuid(1000) == 0);
		NEED_ERRNO(chown("f", 0, -1), EPERM);
		NEED_ERRNO(chown("f", -1, 0), EPERM);
		NEED(chown("f", 1000, 1000) == 0);
	});
	chown("f", 0, 0);
	close(fd);
}

static void stamps(void)
{
	struct timespec t[2] = { { 100, 111 }, { 200, 222 } };
	CHECK_OK(utimensat(AT_FDCWD, "f", t, 0), "utimensat: sets");
	stat("f", &st);
	CHECK(st.st_atim.tv_sec == 100 && st.st_atim.tv_nsec == 111, "utimensat: atime");
	CHECK(st.st_mtim.tv_sec == 200 && st.st_mtim.tv_nsec == 222, "utimensat: mtime");
	t[0].tv_nsec = UTIME_OMIT;
	t[1].tv_sec = 300;
	CHECK(utimensat(AT_FDCWD, "f", t, 0) == 0 && stat("f", &st) == 0 &&
		      st.st_atim.tv_sec == 100 && st.st_mtim.tv_sec == 300,
	      "utimensat: UTIME_OMIT leaves one");
	t[1].tv_nsec = UTIME_NOW;
	CHECK(utimensat(AT_FDCWD, "f", t, 0) == 0 && stat("f", &st) == 0 && st.st_mtim.tv_sec > 300,
	      "utimensat: UTIME_NOW");
	t[0] = t[1] = (struct timespec){ 5, 0 };
	utimensat(AT_FDCWD, "f", t, 0);
	CHECK(utimensat(AT_FDCWD, "f", NULL, 0) == 0 && stat("f", &st) == 0 &&
		      st.st_mtim.tv_sec > 300 && st.st_atim.tv_sec > 300,
	      "utimensat: no times means now");
	t[1].tv_nsec = 1000000000;
	CHECK_ERRNO(utimensat(AT_FDCWD, "f", t, 0), EINVAL, "utimensat: nanoseconds too large");
	t[1].tv_nsec = -1;
	CHECK_ERRNO(utimensat(AT_FDCWD, "f", t, 0), EINVAL, "utimensat: nanoseconds negative");
	t[1].tv_nsec = 0;
	CHECK_ERRNO(utimensat(AT_FDCWD, "none", t, 0), ENOENT, "utimensat: no such file");
	CHECK_ERRNO(utimensat(AT_FDCWD, "f", t, 0x40000000), EINVAL, "utimensat: unknown flag");
	CHECK_ERRNO(utimensat(999, "f", t, 0), EBADF, "utimensat: closed directory");
	int fd = open("f", O_RDONLY);
	CHECK(futimens(fd, t) == 0 && fstat(fd, &st) == 0 && st.st_mtim.tv_sec == 5,
	      "utimensat: null path is the descriptor");
	CHECK(utimensat(AT_FDCWD, "dangling", t, AT_SYMLINK_NOFOLLOW) == 0,
	      "utimensat: a link itself");
	CHECK_ERRNO(utimensat(AT_FDCWD, "dangling", t, 0), ENOENT, "utimensat: a dangling link");
	close(fd);
}

static void sizes(void)
{
	char b[16];
	abi_file("f", 100);
	CHECK(truncate("f", 50) == 0 && stat("f", &st) == 0 && st.st_size == 50,
	      "truncate: shorter");
	CHECK(truncate("f", 5000) == 0 && stat("f", &st) == 0 && st.st_size == 5000,
	      "truncate: longer");
	int fd = open("f", O_RDWR), ro = open("f", O_RDONLY), p[2];
	pread(fd, b, 10, 45);
	CHECK(abi_is_pattern(b, 45, 5) && b[5] == 0 && b[9] == 0,
	      "truncate: the cut part comes back as zeros");
	CHECK(ftruncate(fd, 10) == 0 && fstat(fd, &st) == 0 && st.st_size == 10,
	      "ftruncate: shorter");
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0, "ftruncate: leaves the offset");
	CHECK_ERRNO(truncate("f", -1), EINVAL, "truncate: negative");
	CHECK_ERRNO(ftruncate(fd, -1), EINVAL, "ftruncate: negative");
	CHECK_ERRNO(ftruncate(ro, 0), EINVAL, "ftruncate: descriptor open for reading");
	CHECK_ERRNO(ftruncate(999, 0), EBADF, "ftruncate: closed descriptor");
	CHECK_ERRNO(truncate("none", 0), ENOENT, "truncate: no such file");
	mkdir("d", 0755);
	CHECK_ERRNO(truncate("d", 0), EISDIR, "truncate: a directory");
	int d = open("d", O_RDONLY);
	CHECK_ERRNO(ftruncate(d, 0), EINVAL, "ftruncate: a directory");
	pipe(p);
	CHECK_ERRNO(ftruncate(p[1], 0), EINVAL, "ftruncate: a pipe");
	IN_CHILD("write, truncate: RLIMIT_FSIZE gives EFBIG and SIGXFSZ", {
		struct rlimit r = { 20, 20 };
		signal(SIGXFSZ, SIG_IGN);
		NEED(setrlimit(RLIMIT_FSIZE, &r) == 0);
		NEED(pwrite(fd, "0123456789abcdef", 16, 10) == 10);
		NEED_ERRNO(pwrite(fd, "x", 1, 20), EFBIG);
		NEED_ERRNO(ftruncate(fd, 21), EFBIG);
	});
	DIES_BY(SIGXFSZ, "write: SIGXFSZ kills past RLIMIT_FSIZE", {
		struct rlimit r = { 20, 20 };
		setrlimit(RLIMIT_FSIZE, &r);
		pwrite(fd, "x", 1, 20);
	});
	close(fd);
	close(ro);
	close(d);
	close(p[0]);
	close(p[1]);
}

static void masks(void)
{
	CHECK_EQ(umask(0777), 022, "umask: gives the old one");
	CHECK_EQ(umask(01777777), 0777, "umask: takes permission bits only, sets 0777");
	CHECK_EQ(umask(022), 0777, "umask: high bits were dropped");
	IN_CHILD("umask: inherited by fork, private after it", { NEED(umask(077) == 022); });
	CHECK_EQ(umask(022), 022, "umask: the child's change stays there");
}

int main(void)
{
	abi_begin("attr");
	hostile();
	modes();
	owners();
	stamps();
	sizes();
	masks();
	return abi_end();
}
