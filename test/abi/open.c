/* SPDX-License-Identifier: MPL-2.0 */
/* open, openat, creat, close: flags, modes and what a path may be. */
#include "abi.h"

#include <limits.h>
#include <sys/resource.h>

static char *last_page_string(const char *text)
{
	char *fence = abi_fenced(PROT_READ | PROT_WRITE);
	size_t n = strlen(text) + 1;
	return memcpy(fence + 2 * ABI_PAGE - n, text, n);
}

static void hostile(void)
{
	CHECK_EFAULT_IN(sys(SYS_openat, AT_FDCWD, bad, O_RDONLY, 0), "openat: bad path");
#ifdef SYS_open
	CHECK_EFAULT_IN(sys(SYS_open, bad, O_RDONLY, 0), "open: bad path");
	CHECK_EFAULT_IN(sys(SYS_creat, bad, 0644), "creat: bad path");
#endif
	CHECK_EFAULT_IN(sys(SYS_openat, AT_FDCWD, bad, O_CREAT | O_RDWR, 0644),
			"openat: bad path to create");
	abi_file("f", 10);
	int fd = open(last_page_string("f"), O_RDONLY);
	CHECK(fd >= 0, "open: path that ends with its page");
	close(fd);
}

static void paths(void)
{
	static char path[PATH_MAX + 10];
	char name[NAME_MAX + 2];

	CHECK_ERRNO(open("", O_RDONLY), ENOENT, "open: empty path");
	CHECK_ERRNO(open("none", O_RDONLY), ENOENT, "open: no such file");
	CHECK_ERRNO(open("none/x", O_RDONLY | O_CREAT, 0644), ENOENT, "open: no such folder");
	CHECK_ERRNO(open("f/x", O_RDONLY), ENOTDIR, "open: a file as a folder");
	CHECK_ERRNO(open("f/", O_RDONLY), ENOTDIR, "open: a file with a slash after it");
	CHECK_ERRNO(open("new/", O_RDWR | O_CREAT, 0644), EISDIR,
		    "open: creating with a slash after it");
	memset(name, 'n', sizeof(name));
	name[NAME_MAX + 1] = '\0';
	CHECK_ERRNO(open(name, O_RDONLY), ENAMETOOLONG, "open: name of 256 bytes");
	name[NAME_MAX] = '\0';
	int fd = open(name, O_RDWR | O_CREAT, 0644);
	CHECK(fd >= 0, "open: name of 255 bytes");
	close(fd);
	memset(path, '/', sizeof(path));
	memcpy(path + PATH_MAX - 6, "tmp/.", 6);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0, "open: path of 4095 bytes");
	close(fd);
	memcpy(path + PATH_MAX - 5, "tmp/.", 6);
	CHECK_ERRNO(open(path, O_RDONLY), ENAMETOOLONG, "open: path of 4096 bytes");
	fd = open("//tmp///..//tmp/./../tmp", O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0, "open: slashes, dots and dot-dots");
	close(fd);
	fd = open("/../../..", O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0, "open: above the root is the root");
	close(fd);
}

static void create(void)
{
	struct stat st;
	umask(027);
	int fd = open("made", O_RDWR | O_CREAT | O_EXCL, 0666);
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0640,
	      "open: O_CREAT obeys the umask");
	CHECK_ERRNO(open("made", O_RDWR | O_CREAT | O_EXCL, 0666), EEXIST,
		    "open: O_EXCL and the file exists");
	close(fd);
	umask(022);
	fd = open("ro", O_RDWR | O_CREAT, 0400);
	CHECK_EQ(write(fd, "x", 1), 1, "open: the mode applies to later opens only");
	close(fd);
	symlink("target", "dangling");
	CHECK_ERRNO(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST,
		    "open: O_EXCL and a dangling link");
	CHECK_ERRNO(open("dangling", O_RDONLY), ENOENT, "open: a dangling link");
	fd = open("dangling", O_RDWR | O_CREAT, 0644);
	CHECK(fd >= 0 && access("target", F_OK) == 0, "open: O_CREAT through a dangling link");
	close(fd);
	abi_file("t", 100);
	fd = open("t", O_RDWR | O_TRUNC);
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_size == 0, "open: O_TRUNC empties");
	close(fd);
	fd = sys(SYS_openat, AT_FDCWD, "mode", O_CREAT | O_WRONLY, 04755);
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 07777) == 04755,
	      "open: keeps the set-user-id bit");
	close(fd);
#ifdef SYS_creat
	fd = sys(SYS_creat, "t", 0644);
	CHECK(fd >= 0 && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY,
	      "creat: opens for writing only");
	close(fd);
#endif
}

static void types(void)
{
	mkdir("d", 0755);
	CHECK_ERRNO(open("d", O_WRONLY), EISDIR, "open: a directory for writing");
	CHECK_ERRNO(open("d", O_RDWR), EISDIR, "open: a directory for both");
	CHECK_ERRNO(open("d", O_RDONLY | O_CREAT, 0644), EISDIR, "open: a directory with O_CREAT");
	CHECK_ERRNO(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR, "open: O_DIRECTORY and a file");
	symlink("f", "link");
	symlink("d", "dlink");
	symlink("loop", "loop");
	CHECK_ERRNO(open("link", O_RDONLY | O_NOFOLLOW), ELOOP, "open: O_NOFOLLOW and a link");
	CHECK_ERRNO(open("loop", O_RDONLY), ELOOP, "open: a link to itself");
	CHECK_ERRNO(open("loop/x", O_RDONLY), ELOOP, "open: through a link to itself");
	CHECK_ERRNO(open("dlink", O_RDONLY | O_DIRECTORY | O_NOFOLLOW), ENOTDIR,
		    "open: O_NOFOLLOW and O_DIRECTORY on a link");
	int fd = open("dlink/.", O_RDONLY | O_NOFOLLOW);
	CHECK(fd >= 0, "open: O_NOFOLLOW only looks at the last part");
	close(fd);
	struct stat st;
	fd = open("link", O_PATH | O_NOFOLLOW);
	CHECK(fd >= 0 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode),
	      "open: O_PATH and O_NOFOLLOW hold the link");
	close(fd);
	CHECK_ERRNO(open("none", O_PATH), ENOENT, "open: O_PATH wants the file to exist");
	fd = open("d", O_TMPFILE | O_RDWR, 0600);
	CHECK(fd >= 0 || errno == EOPNOTSUPP, "open: O_TMPFILE works or is refused");
	close(fd);
	CHECK_ERRNO(open("d", O_TMPFILE | O_RDONLY, 0600), EINVAL,
		    "open: O_TMPFILE for reading only");
}

static void relative(void)
{
	int d = open("d", O_RDONLY | O_DIRECTORY), f = open("f", O_RDONLY), p = open("d", O_PATH);
	int fd = openat(d, "in", O_RDWR | O_CREAT, 0644);
	CHECK(fd >= 0 && access("d/in", F_OK) == 0, "openat: relative to a directory");
	close(fd);
	fd = openat(p, "in", O_RDONLY);
	CHECK(fd >= 0, "openat: relative to an O_PATH directory");
	close(fd);
	fd = openat(-1, "/tmp", O_RDONLY);
	CHECK(fd >= 0, "openat: an absolute path needs no directory");
	close(fd);
	CHECK_ERRNO(openat(-1, "in", O_RDONLY), EBADF, "openat: closed directory");
	CHECK_ERRNO(openat(f, "in", O_RDONLY), ENOTDIR, "openat: relative to a file");
	CHECK_ERRNO(openat(d, "", O_RDONLY), ENOENT, "openat: empty path");
	rename("d", "moved");
	fd = openat(d, "in", O_RDONLY);
	CHECK(fd >= 0, "openat: the directory may be renamed");
	close(fd);
	rename("moved", "d");
	mkdir("gone", 0755);
	int g = open("gone", O_RDONLY);
	rmdir("gone");
	CHECK_ERRNO(openat(g, "x", O_RDWR | O_CREAT, 0644), ENOENT,
		    "openat: in a removed directory");
	close(g);
	close(d);
	close(f);
	close(p);
}

static void flags(void)
{
	int fd = open("f", O_RDONLY | O_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC, "open: O_CLOEXEC sets the descriptor flag");
	CHECK((fcntl(fd, F_GETFL) & O_CLOEXEC) == 0, "open: O_CLOEXEC is no file flag");
	close(fd);
	fd = open("f", O_RDWR | O_APPEND | O_NONBLOCK | O_CREAT, 0644);
	CHECK_EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK | O_CREAT),
		 O_RDWR | O_APPEND | O_NONBLOCK, "open: F_GETFL shows what stays");
	close(fd);
	int a = open("f", O_RDONLY), b = open("f", O_RDONLY);
	close(a);
	int c = open("f", O_RDONLY);
	CHECK(c == a, "open: gives the lowest free descriptor");
	close(b);
	close(c);
	CHECK_ERRNO(close(c), EBADF, "close: twice");
	CHECK_ERRNO(close(-1), EBADF, "close: descriptor -1");
	CHECK_ERRNO(sys(SYS_close, 0x7fffffffL), EBADF, "close: the largest number");
	IN_CHILD("open: EMFILE at RLIMIT_NOFILE", {
		struct rlimit r = { 10, 10 };
		NEED(setrlimit(RLIMIT_NOFILE, &r) == 0);
		int fds = 0;
		while (open("f", O_RDONLY) >= 0)
			fds++;
		NEED(errno == EMFILE && fds <= 7);
		NEED_ERRNO(dup(0), EMFILE);
	});
	IN_CHILD("open: permissions of a plain user", {
		NEED(chmod("f", 0600) == 0 && mkdir("closed", 0700) == 0);
		NEED(setgid(1000) == 0 && setuid(1000) == 0);
		NEED_ERRNO(open("f", O_RDONLY), EACCES);
		NEED_ERRNO(open("closed/x", O_RDONLY), EACCES);
		NEED_ERRNO(open("fresh", O_RDWR | O_CREAT, 0644), EACCES);
	});
	IN_CHILD("open: root reads what has no permission bits", {
		NEED(chmod("f", 0) == 0 && open("f", O_RDWR) >= 0);
		chmod("f", 0644);
	});
}

int main(void)
{
	abi_begin("open");
	hostile();
	paths();
	create();
	types();
	relative();
	flags();
	return abi_end();
}
