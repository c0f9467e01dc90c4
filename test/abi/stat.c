/* SPDX-License-Identifier: MPL-2.0 */
/* stat, fstat, lstat, newfstatat, statx, access, faccessat2, readlink, statfs. */
#include "abi.h"

#include <grp.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

static struct stat st;
static struct statx stx;

static int setgroups_50(void)
{
	gid_t g = 50;
	return setgroups(1, &g);
}

static void hostile(void)
{
	abi_file("f", 1000);
	int fd = open("f", O_RDONLY);
#ifdef SYS_stat
	CHECK_EFAULT_IN(sys(SYS_stat, bad, &st), "stat: bad path");
	CHECK_EFAULT_OUT(sys(SYS_stat, "f", bad), "stat: bad buffer");
	CHECK_EFAULT_IN(sys(SYS_lstat, bad, &st), "lstat: bad path");
	CHECK_EFAULT_OUT(sys(SYS_lstat, "f", bad), "lstat: bad buffer");
	CHECK_EFAULT_IN(sys(SYS_access, bad, F_OK), "access: bad path");
	CHECK_EFAULT_IN(sys(SYS_readlink, bad, &st, 10), "readlink: bad path");
#endif
	CHECK_EFAULT_OUT(sys(SYS_fstat, fd, bad), "fstat: bad buffer");
	CHECK_EFAULT_IN(sys(SYS_newfstatat, AT_FDCWD, bad, &st, 0), "newfstatat: bad path");
	CHECK_EFAULT_OUT(sys(SYS_newfstatat, AT_FDCWD, "f", bad, 0), "newfstatat: bad buffer");
	CHECK_EFAULT_IN(sys(SYS_statx, AT_FDCWD, bad, 0, STATX_BASIC_STATS, &stx),
			"statx: bad path");
	CHECK_EFAULT_OUT(sys(SYS_statx, AT_FDCWD, "f", 0, STATX_BASIC_STATS, bad),
			 "statx: bad buffer");
	CHECK_EFAULT_IN(sys(SYS_faccessat, AT_FDCWD, bad, F_OK), "faccessat: bad path");
	CHECK_EFAULT_IN(sys(SYS_statfs, bad, &st), "statfs: bad path");
	CHECK_EFAULT_OUT(sys(SYS_statfs, "f", bad), "statfs: bad buffer");
	CHECK_EFAULT_OUT(sys(SYS_fstatfs, fd, bad), "fstatfs: bad buffer");
	symlink("a-target", "sl");
	CHECK_EFAULT_OUT(sys(SYS_readlinkat, AT_FDCWD, "sl", bad, 100), "readlinkat: bad buffer");
	close(fd);
}

static void fields(void)
{
	CHECK_OK(stat("f", &st), "stat: a file");
	CHECK(S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0644, "stat: type and mode");
	CHECK(st.st_size == 1000 && st.st_nlink == 1, "stat: size and links");
	CHECK(st.st_uid == 0 && st.st_gid == 0, "stat: owner");
	CHECK(st.st_ino != 0 && st.st_blksize >= 512, "stat: inode number and block size");
	CHECK(st.st_blocks * 512 >= 1000, "stat: blocks cover the size");
	struct stat other;
	link("f", "hard");
	CHECK(stat("hard", &other) == 0 && other.st_ino == st.st_ino && other.st_dev == st.st_dev &&
		      other.st_nlink == 2,
	      "stat: hard links are one file");
	mkdir("d", 0751);
	CHECK(stat("d", &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0751 &&
		      st.st_nlink == 2,
	      "stat: a directory");
	mkdir("d/sub", 0755);
	CHECK(stat("d", &st) == 0 && st.st_nlink == 3, "stat: a folder inside counts as a link");
	CHECK(lstat("sl", &st) == 0 && S_ISLNK(st.st_mode) && st.st_size == 8,
	      "lstat: a link, size of its text");
	CHECK((st.st_mode & 0777) == 0777, "lstat: links have all mode bits");
	CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3),
	      "stat: /dev/null is 1:3");
	int p[2];
	pipe(p);
	CHECK(fstat(p[0], &st) == 0 && S_ISFIFO(st.st_mode), "fstat: a pipe");
	CHECK(mkfifo("fifo", 0600) == 0 && stat("fifo", &st) == 0 && S_ISFIFO(st.st_mode),
	      "stat: a named pipe");
	close(p[0]);
	close(p[1]);
}

static void times(void)
{
	struct stat a, b;
	struct timespec old[2] = { { 1000, 5 }, { 2000, 7 } };
	utimensat(AT_FDCWD, "f", old, 0);
	stat("f", &a);
	int fd = open("f", O_RDWR);
	write(fd, "x", 1);
	close(fd);
	stat("f", &b);
	CHECK(b.st_mtim.tv_sec > 2000 && b.st_atim.tv_sec == 1000,
	      "stat: a write moves mtime, not atime");
	CHECK(b.st_ctim.tv_sec > a.st_ctim.tv_sec || (b.st_ctim.tv_sec == a.st_ctim.tv_sec &&
						      b.st_ctim.tv_nsec >= a.st_ctim.tv_nsec),
	      "stat: a write moves ctime");
	utimensat(AT_FDCWD, "d", old, 0);
	int made = open("d/new", O_CREAT | O_RDWR, 0644);
	close(made);
	stat("d", &b);
	CHECK(b.st_mtim.tv_sec > 2000, "stat: a new name moves the directory's mtime");
}

static void errors(void)
{
	CHECK_ERRNO(stat("none", &st), ENOENT, "stat: no such file");
	CHECK_ERRNO(stat("", &st), ENOENT, "stat: empty path");
	CHECK_ERRNO(stat("f/x", &st), ENOTDIR, "stat: a file as a folder");
	CHECK_ERRNO(stat("sl", &st), ENOENT, "stat: a dangling link");
	CHECK_ERRNO(fstat(999, &st), EBADF, "fstat: closed descriptor");
	CHECK_ERRNO(sys(SYS_newfstatat, 999, "f", &st, 0), EBADF, "newfstatat: closed directory");
	CHECK_ERRNO(sys(SYS_newfstatat, AT_FDCWD, "f", &st, 0x40000000), EINVAL,
		    "newfstatat: unknown flag");
	CHECK_ERRNO(sys(SYS_newfstatat, AT_FDCWD, "", &st, 0), ENOENT, "newfstatat: empty path");
	CHECK_OK(sys(SYS_newfstatat, AT_FDCWD, "", &st, AT_EMPTY_PATH),
		 "newfstatat: AT_EMPTY_PATH is the folder");
	CHECK(S_ISDIR(st.st_mode), "newfstatat: and that is a directory");
	int fd = open("f", O_PATH);
	CHECK(sys(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0 && st.st_size == 1000,
	      "newfstatat: AT_EMPTY_PATH on an O_PATH descriptor");
	CHECK(sys(SYS_newfstatat, AT_FDCWD, "sl", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		      S_ISLNK(st.st_mode),
	      "newfstatat: AT_SYMLINK_NOFOLLOW");
	close(fd);
}

static void extended(void)
{
	CHECK_OK(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &stx), "statx: a file");
	CHECK((stx.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS,
	      "statx: gives all basic fields");
	stat("f", &st);
	CHECK(stx.stx_size == 1000 && stx.stx_ino == st.st_ino && stx.stx_nlink == st.st_nlink,
	      "statx: agrees with stat");
	CHECK(stx.stx_dev_major == major(st.st_dev) && stx.stx_dev_minor == minor(st.st_dev),
	      "statx: device");
	CHECK_EQ(stx.stx_mtime.tv_sec, st.st_mtim.tv_sec, "statx: mtime");
	CHECK_OK(statx(AT_FDCWD, "", AT_EMPTY_PATH, STATX_TYPE, &stx), "statx: AT_EMPTY_PATH");
	CHECK(S_ISDIR(stx.stx_mode), "statx: of the folder");
	CHECK_ERRNO(statx(AT_FDCWD, "none", 0, STATX_ALL, &stx), ENOENT, "statx: no such file");
	CHECK_ERRNO(statx(AT_FDCWD, "f", 0x40000000, STATX_ALL, &stx), EINVAL,
		    "statx: unknown flag");
	CHECK_ERRNO(statx(AT_FDCWD, "f", 0, 0x80000000U, &stx), EINVAL, "statx: reserved mask bit");
	CHECK_ERRNO(statx(AT_FDCWD, "f", AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, STATX_ALL, &stx),
		    EINVAL, "statx: contradicting sync flags");
	CHECK(statx(AT_FDCWD, "sl", AT_SYMLINK_NOFOLLOW, STATX_ALL, &stx) == 0 &&
		      S_ISLNK(stx.stx_mode),
	      "statx: AT_SYMLINK_NOFOLLOW");
}

static void accessing(void)
{
	CHECK_OK(access("f", F_OK), "access: exists");
	CHECK_OK(access("f", R_OK | W_OK), "access: root reads and writes");
	CHECK_ERRNO(access("f", X_OK), EACCES, "access: root executes only with an x bit");
	chmod("f", 0100);
	CHECK_OK(access("f", R_OK | W_OK | X_OK), "access: any x bit is enough for root");
	chmod("f", 0640);
	CHECK_ERRNO(access("f", 8), EINVAL, "access: unknown mode");
	CHECK_ERRNO(access("none", F_OK), ENOENT, "access: no such file");
	CHECK_ERRNO(access("f/x", F_OK), ENOTDIR, "access: a file as a folder");
	IN_CHILD("access: uses the real user id", {
		NEED(setresuid(1000, 0, 0) == 0);
		NEED_ERRNO(access("f", W_OK), EACCES);
		NEED(sys(SYS_faccessat2, AT_FDCWD, "f", W_OK, AT_EACCESS) == 0 || errno == ENOSYS);
	});
	IN_CHILD("access: group bits", {
		NEED(chown("f", 0, 50) == 0 && setgroups_50() == 0 && setuid(1000) == 0);
		NEED(access("f", R_OK) == 0);
		NEED_ERRNO(access("f", W_OK), EACCES);
	});
	chown("f", 0, 0);
	CHECK_ERRNO(sys(SYS_faccessat, 999, "f", F_OK), EBADF, "faccessat: closed directory");
	CHECK_ERRNO(sys(SYS_faccessat2, AT_FDCWD, "f", F_OK, 0x40000000), EINVAL,
		    "faccessat2: unknown flag");
	CHECK_OK(sys(SYS_faccessat2, AT_FDCWD, "sl", F_OK, AT_SYMLINK_NOFOLLOW),
		 "faccessat2: the link itself");
}

static void links(void)
{
	char text[64];
	memset(text, '?', sizeof(text));
	CHECK_EQ(readlink("sl", text, sizeof(text)), 8, "readlink: length of the text");
	CHECK(memcmp(text, "a-target?", 9) == 0, "readlink: adds no end mark");
	CHECK_EQ(readlink("sl", text, 3), 3, "readlink: cuts to the buffer");
	CHECK_ERRNO(sys(SYS_readlinkat, AT_FDCWD, "sl", text, 0), EINVAL, "readlinkat: no room");
	CHECK_ERRNO(sys(SYS_readlinkat, AT_FDCWD, "sl", text, -1), EINVAL,
		    "readlinkat: negative room");
	CHECK_ERRNO(readlink("f", text, sizeof(text)), EINVAL, "readlink: no link");
	CHECK_ERRNO(readlink("none", text, sizeof(text)), ENOENT, "readlink: no such file");
	CHECK_ERRNO(readlink("f/x", text, sizeof(text)), ENOTDIR, "readlink: a file as a folder");
	CHECK_ERRNO(readlink("", text, sizeof(text)), ENOENT, "readlink: empty path");
	int fd = open("sl", O_PATH | O_NOFOLLOW);
	CHECK_EQ(readlinkat(fd, "", text, sizeof(text)), 8, "readlinkat: of an O_PATH link");
	close(fd);
}

static void filesystem(void)
{
	struct statfs fs;
	CHECK(statfs("/proc", &fs) == 0 && fs.f_type == 0x9fa0, "statfs: procfs has its magic");
	CHECK(statfs("f", &fs) == 0 && fs.f_bsize > 0 && fs.f_namelen == 255,
	      "statfs: block size and name length");
	CHECK_ERRNO(statfs("none", &fs), ENOENT, "statfs: no such file");
	CHECK_ERRNO(fstatfs(999, &fs), EBADF, "fstatfs: closed descriptor");
}

int main(void)
{
	abi_begin("stat");
	hostile();
	fields();
	times();
	errors();
	extended();
	accessing();
	links();
	filesystem();
	return abi_end();
}
