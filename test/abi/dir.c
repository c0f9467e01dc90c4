/* SPDX-License-Identifier: MPL-2.0 */
/* mkdir, rmdir, unlink, link, symlink, rename, getdents64, getcwd, chdir, mknod. */
#include "abi.h"

#include <dirent.h>
#include <limits.h>

static struct stat st;

struct entry { /* linux_dirent64 */
	uint64_t ino;
	int64_t off;
	uint16_t len;
	uint8_t type;
	char name[];
};

static bool exists(const char *path)
{
	return lstat(path, &st) == 0;
}

static void hostile(void)
{
	abi_file("f", 10);
	CHECK_EFAULT_IN(sys(SYS_mkdirat, AT_FDCWD, bad, 0755), "mkdirat: bad path");
	CHECK_EFAULT_IN(sys(SYS_unlinkat, AT_FDCWD, bad, 0), "unlinkat: bad path");
	CHECK_EFAULT_IN(sys(SYS_unlinkat, AT_FDCWD, bad, AT_REMOVEDIR),
			"unlinkat: bad path of a directory");
	CHECK_EFAULT_IN(sys(SYS_linkat, AT_FDCWD, bad, AT_FDCWD, "x", 0), "linkat: bad old path");
	CHECK_EFAULT_IN(sys(SYS_linkat, AT_FDCWD, "f", AT_FDCWD, bad, 0), "linkat: bad new path");
	CHECK_EFAULT_IN(sys(SYS_symlinkat, bad, AT_FDCWD, "x"), "symlinkat: bad text");
	CHECK_EFAULT_IN(sys(SYS_symlinkat, "x", AT_FDCWD, bad), "symlinkat: bad path");
	CHECK_EFAULT_IN(sys(SYS_renameat2, AT_FDCWD, bad, AT_FDCWD, "x", 0),
			"renameat2: bad old path");
	CHECK_EFAULT_IN(sys(SYS_renameat2, AT_FDCWD, "f", AT_FDCWD, bad, 0),
			"renameat2: bad new path");
	CHECK_EFAULT_IN(sys(SYS_chdir, bad), "chdir: bad path");
	CHECK_EFAULT_OUT(sys(SYS_getcwd, bad, PATH_MAX), "getcwd: bad buffer");
	CHECK_EFAULT_IN(sys(SYS_mknodat, AT_FDCWD, bad, S_IFIFO | 0600, 0), "mknodat: bad path");
	int fd = open(".", O_RDONLY);
	CHECK_EFAULT_OUT(sys(SYS_getdents64, (lseek(fd, 0, SEEK_SET), fd), bad, 1024),
			 "getdents64: bad buffer");
	close(fd);
}

static void making(void)
{
	umask(027);
	CHECK(mkdir("d", 0777) == 0 && stat("d", &st) == 0 && (st.st_mode & 07777) == 0750,
	      "mkdir: obeys the umask");
	umask(022);
	CHECK_ERRNO(mkdir("d", 0755), EEXIST, "mkdir: exists");
	CHECK_ERRNO(mkdir("f", 0755), EEXIST, "mkdir: exists as a file");
	CHECK_ERRNO(mkdir(".", 0755), EEXIST, "mkdir: dot");
	CHECK_ERRNO(mkdir("/", 0755), EEXIST, "mkdir: the root");
	CHECK_ERRNO(mkdir("none/d", 0755), ENOENT, "mkdir: no such folder");
	CHECK_ERRNO(mkdir("f/d", 0755), ENOTDIR, "mkdir: in a file");
	CHECK_ERRNO(mkdir("", 0755), ENOENT, "mkdir: empty path");
	CHECK_OK(mkdir("slash/", 0755), "mkdir: a slash after the name");
	symlink("nowhere", "dl");
	CHECK_ERRNO(mkdir("dl", 0755), EEXIST, "mkdir: a dangling link");
	CHECK_ERRNO(mkdirat(999, "x", 0755), EBADF, "mkdirat: closed directory");
	CHECK(mkdir("sticky", 01777) == 0 && stat("sticky", &st) == 0 && (st.st_mode & 01000) != 0,
	      "mkdir: keeps the sticky bit");
	CHECK(mknod("fifo", S_IFIFO | 0644, 0) == 0 && stat("fifo", &st) == 0 &&
		      S_ISFIFO(st.st_mode),
	      "mknod: a named pipe");
	CHECK(mknod("plain", S_IFREG | 0644, 0) == 0 && stat("plain", &st) == 0 &&
		      S_ISREG(st.st_mode),
	      "mknod: a file");
	CHECK_ERRNO(mknod("plain", S_IFREG | 0644, 0), EEXIST, "mknod: exists");
	CHECK_ERRNO(mknod("dir", S_IFDIR | 0755, 0), EPERM, "mknod: no directories");
	CHECK_ERRNO(mknod("odd", 0170000, 0), EINVAL, "mknod: unknown type");
}

static void removing(void)
{
	mkdir("d/sub", 0755);
	CHECK_ERRNO(rmdir("d"), ENOTEMPTY, "rmdir: not empty");
	CHECK_ERRNO(rmdir("f"), ENOTDIR, "rmdir: a file");
	CHECK_ERRNO(rmdir("none"), ENOENT, "rmdir: no such directory");
	CHECK_ERRNO(rmdir("d/sub/."), EINVAL, "rmdir: dot at the end");
	CHECK_ERRNO(rmdir("d/sub/.."), ENOTEMPTY, "rmdir: dot-dot at the end");
	CHECK_ERRNO(rmdir("/"), EBUSY, "rmdir: the root");
	CHECK_ERRNO(rmdir("dl"), ENOTDIR, "rmdir: a link");
	CHECK(rmdir("d/sub") == 0 && !exists("d/sub"), "rmdir: empty");
	CHECK_ERRNO(unlink("d"), EISDIR, "unlink: a directory");
	CHECK_ERRNO(unlink("none"), ENOENT, "unlink: no such file");
	CHECK_ERRNO(unlink("f/"), ENOTDIR, "unlink: a file with a slash after it");
	CHECK_ERRNO(unlink("f/x"), ENOTDIR, "unlink: in a file");
	CHECK_ERRNO(unlinkat(AT_FDCWD, "f", 0x40000000), EINVAL, "unlinkat: unknown flag");
	CHECK_ERRNO(unlinkat(AT_FDCWD, "f", AT_REMOVEDIR), ENOTDIR,
		    "unlinkat: AT_REMOVEDIR and a file");
	CHECK(unlink("dl") == 0 && !exists("dl"), "unlink: a link, not what it points to");
	abi_file("s", 1);
	IN_CHILD("unlink: in a sticky directory only the owner may", {
		NEED(chmod("sticky", 01777) == 0);
		NEED(open("sticky/mine", O_CREAT | O_RDWR, 0666) >= 0 && setuid(1000) == 0);
		NEED_ERRNO(unlink("sticky/mine"), EPERM);
		NEED_ERRNO(rename("sticky/mine", "sticky/yours"), EPERM);
		NEED(open("sticky/own", O_CREAT | O_RDWR, 0666) >= 0 && unlink("sticky/own") == 0);
	});
	IN_CHILD("unlink: needs write permission on the directory", {
		NEED(setuid(1000) == 0);
		NEED_ERRNO(unlink("f"), EACCES);
		NEED_ERRNO(mkdir("x", 0755), EACCES);
		NEED_ERRNO(rename("f", "g"), EACCES);
	});
}

static void linking(void)
{
	CHECK(link("f", "hard") == 0 && stat("hard", &st) == 0 && st.st_nlink == 2, "link: counts");
	CHECK_ERRNO(link("f", "hard"), EEXIST, "link: exists");
	CHECK_ERRNO(link("none", "x"), ENOENT, "link: no such file");
	CHECK_ERRNO(link("d", "x"), EPERM, "link: a directory");
	CHECK_ERRNO(link("f", "none/x"), ENOENT, "link: into no such folder");
	CHECK_ERRNO(link("f", "/dev/abi-x"), EXDEV, "link: to another filesystem");
	CHECK_ERRNO(linkat(AT_FDCWD, "f", AT_FDCWD, "x", 0x40000000), EINVAL,
		    "linkat: unknown flag");
	symlink("f", "sl");
	CHECK(link("sl", "slhard") == 0 && lstat("slhard", &st) == 0 && S_ISLNK(st.st_mode),
	      "link: of a link is the link");
	CHECK(linkat(AT_FDCWD, "sl", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW) == 0 &&
		      lstat("followed", &st) == 0 && S_ISREG(st.st_mode),
	      "linkat: AT_SYMLINK_FOLLOW");
	CHECK(unlink("f") == 0 && stat("hard", &st) == 0 && st.st_nlink == 2,
	      "unlink: other names stay");
	rename("hard", "f");
	unlink("followed");
	static char text[PATH_MAX + 1];
	memset(text, 'a', sizeof(text));
	text[PATH_MAX] = '\0';
	CHECK_ERRNO(symlink(text, "long"), ENAMETOOLONG, "symlink: text of 4096 bytes");
	text[PATH_MAX - 1] = '\0';
	CHECK(symlink(text, "long") == 0 && readlink("long", text, PATH_MAX) == PATH_MAX - 1,
	      "symlink: text of 4095 bytes");
	CHECK_ERRNO(symlink("", "empty"), ENOENT, "symlink: empty text");
	CHECK_ERRNO(symlink("x", "f"), EEXIST, "symlink: exists");
	CHECK_ERRNO(symlink("x", "none/l"), ENOENT, "symlink: in no such folder");
	/* Forty links are followed, forty-one are a loop: path_resolution(7). */
	char a[16], b[16];
	symlink("f", "l0");
	for (int i = 1; i < 41; i++) {
		snprintf(a, sizeof(a), "l%d", i - 1);
		snprintf(b, sizeof(b), "l%d", i);
		symlink(a, b);
	}
	CHECK_OK(stat("l39", &st), "symlink: a chain of 40 is followed");
	CHECK_ERRNO(stat("l40", &st), ELOOP, "symlink: a chain of 41 is a loop");
}

static void renaming(void)
{
	abi_file("a", 10);
	abi_file("b", 20);
	CHECK(rename("a", "b") == 0 && stat("b", &st) == 0 && st.st_size == 10 && !exists("a"),
	      "rename: replaces a file");
	CHECK_ERRNO(rename("a", "b"), ENOENT, "rename: no such file");
	CHECK_ERRNO(rename("b", "none/b"), ENOENT, "rename: into no such folder");
	CHECK_ERRNO(rename("b", "d"), EISDIR, "rename: a file over a directory");
	CHECK_ERRNO(rename("d", "b"), ENOTDIR, "rename: a directory over a file");
	CHECK_ERRNO(rename("d", "d/in"), EINVAL, "rename: a directory into itself");
	CHECK_ERRNO(rename("b", "b/x"), ENOTDIR, "rename: into a file");
	CHECK_ERRNO(rename(".", "x"), EBUSY, "rename: dot");
	CHECK_ERRNO(rename("d/..", "x"), EBUSY, "rename: dot-dot");
	CHECK_ERRNO(rename("b", "/proc/b"), EXDEV, "rename: to another filesystem");
	mkdir("e", 0755);
	mkdir("e/in", 0755);
	CHECK_ERRNO(rename("d", "e"), ENOTEMPTY, "rename: over a directory that is not empty");
	rmdir("e/in");
	CHECK(rename("d", "e") == 0 && !exists("d") && exists("e"),
	      "rename: over an empty directory");
	link("b", "bb");
	CHECK(rename("b", "bb") == 0 && exists("b") && exists("bb"),
	      "rename: two names of one file: nothing happens");
	CHECK(rename("b", "b") == 0 && exists("b"), "rename: to itself");
	mkdir("m", 0755);
	mkdir("m/n", 0755);
	rename("m/n", "n");
	CHECK(stat("m", &st) == 0 && st.st_nlink == 2,
	      "rename: a moved directory's link leaves its old parent");
	struct stat up, here;
	CHECK(stat("n/..", &up) == 0 && stat(".", &here) == 0 && up.st_ino == here.st_ino,
	      "rename: dot-dot follows");
	abi_file("c", 5);
	CHECK_ERRNO(renameat2(AT_FDCWD, "c", AT_FDCWD, "b", RENAME_NOREPLACE), EEXIST,
		    "renameat2: RENAME_NOREPLACE");
	CHECK(renameat2(AT_FDCWD, "c", AT_FDCWD, "c2", RENAME_NOREPLACE) == 0 && exists("c2"),
	      "renameat2: and nothing is there");
	CHECK(renameat2(AT_FDCWD, "c2", AT_FDCWD, "b", RENAME_EXCHANGE) == 0 &&
		      stat("b", &st) == 0 && st.st_size == 5,
	      "renameat2: RENAME_EXCHANGE");
	CHECK_ERRNO(renameat2(AT_FDCWD, "c2", AT_FDCWD, "none", RENAME_EXCHANGE), ENOENT,
		    "renameat2: nothing to exchange with");
	CHECK_ERRNO(renameat2(AT_FDCWD, "c2", AT_FDCWD, "b", RENAME_EXCHANGE | RENAME_NOREPLACE),
		    EINVAL, "renameat2: contradicting flags");
	CHECK_ERRNO(renameat2(AT_FDCWD, "c2", AT_FDCWD, "b", 0x100), EINVAL,
		    "renameat2: unknown flag");
	symlink("c2", "csl");
	CHECK(rename("csl", "csl2") == 0 && lstat("csl2", &st) == 0 && S_ISLNK(st.st_mode),
	      "rename: a link itself");
}

static void listing(void)
{
	char block[1024], name[32];
	mkdir("many", 0755);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "many/entry-%03d", i);
		close(open(name, O_CREAT | O_WRONLY, 0644));
	}
	mkdir("many/folder", 0755);
	symlink("x", "many/link");
	int fd = open("many", O_RDONLY | O_DIRECTORY), count = 0, dots = 0, types = 0;
	bool seen[200] = { false }, shaped = true;
	long n = 0, calls = 0;
	while ((n = sys(SYS_getdents64, fd, block, sizeof(block))) > 0) {
		calls++;
		for (long at = 0; at < n;) {
			struct entry *e = (struct entry *)(block + at);
			int i = 0;
			shaped = shaped && e->len % 8 == 0 && e->len >= 20 && e->ino != 0;
			count++;
			dots += strcmp(e->name, ".") == 0 || strcmp(e->name, "..") == 0;
			bool numbered = sscanf(e->name, "entry-%d", &i) == 1;
			types += numbered && e->type == DT_REG && !seen[i];
			types += e->type == (strcmp(e->name, "folder") == 0 ? DT_DIR : 0xff);
			types += e->type == (strcmp(e->name, "link") == 0 ? DT_LNK : 0xff);
			seen[i] = seen[i] || numbered;
			at += e->len;
		}
	}
	CHECK(n == 0 && calls > 5, "getdents64: in pieces, then 0");
	CHECK_EQ(count, 204, "getdents64: every entry once");
	CHECK_EQ(dots, 2, "getdents64: dot and dot-dot");
	CHECK_EQ(types, 202, "getdents64: names and types");
	CHECK(shaped, "getdents64: records are aligned, inode numbers set");
	CHECK_EQ(sys(SYS_getdents64, fd, block, sizeof(block)), 0, "getdents64: stays at the end");
	lseek(fd, 0, SEEK_SET);
	CHECK(sys(SYS_getdents64, fd, block, sizeof(block)) > 0, "lseek: rewinds a directory");
	lseek(fd, 0, SEEK_SET);
	CHECK_ERRNO(sys(SYS_getdents64, fd, block, 10), EINVAL,
		    "getdents64: no room for one entry");
	CHECK_ERRNO(sys(SYS_getdents64, 999, block, 100), EBADF, "getdents64: closed descriptor");
	int f = open("f", O_RDONLY);
	CHECK_ERRNO(sys(SYS_getdents64, f, block, 100), ENOTDIR, "getdents64: a file");
	close(f);
	close(fd);
	DIR *d = opendir("many");
	int left = 0;
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
		if (strncmp(e->d_name, "entry", 5) == 0 && unlinkat(dirfd(d), e->d_name, 0) == 0)
			left++;
	closedir(d);
	CHECK_EQ(left, 200, "getdents64: removing while listing misses none");
}

static void here(void)
{
	char cwd[PATH_MAX], deep[PATH_MAX];
	CHECK(getcwd(cwd, sizeof(cwd)) != NULL && cwd[0] == '/', "getcwd: absolute");
	CHECK_EQ(sys(SYS_getcwd, deep, sizeof(deep)), strlen(cwd) + 1,
		 "getcwd: the call gives the length with its end");
	CHECK_ERRNO(sys(SYS_getcwd, deep, strlen(cwd)), ERANGE, "getcwd: no room");
	CHECK_ERRNO(sys(SYS_getcwd, deep, 0), ERANGE, "getcwd: no room at all");
	CHECK_ERRNO(chdir("f"), ENOTDIR, "chdir: a file");
	CHECK_ERRNO(chdir("none"), ENOENT, "chdir: no such directory");
	CHECK_ERRNO(fchdir(999), EBADF, "fchdir: closed descriptor");
	int f = open("f", O_RDONLY), d = open(".", O_RDONLY);
	CHECK_ERRNO(fchdir(f), ENOTDIR, "fchdir: a file");
	mkdir("dd", 0755);
	symlink("dd", "ddl");
	snprintf(deep, sizeof(deep), "%.4000s/dd", cwd);
	CHECK(chdir("ddl") == 0 && getcwd(cwd, sizeof(cwd)) != NULL && strcmp(cwd, deep) == 0,
	      "chdir: through a link, real name");
	CHECK(rename("../dd", "../ee") == 0 && getcwd(cwd, sizeof(cwd)) != NULL &&
		      strcmp(cwd + strlen(cwd) - 3, "/ee") == 0,
	      "getcwd: follows a rename");
	CHECK(rmdir("../ee") == 0, "rmdir: the folder one is in");
	CHECK_ERRNO(sys(SYS_getcwd, deep, sizeof(deep)), ENOENT, "getcwd: removed");
	CHECK_ERRNO(open("x", O_CREAT | O_RDWR, 0644), ENOENT,
		    "open: nothing is made in a removed folder");
	CHECK_OK(fchdir(d), "fchdir: back");
	CHECK(chdir("/") == 0 && getcwd(cwd, sizeof(cwd)) != NULL && strcmp(cwd, "/") == 0,
	      "getcwd: the root");
	fchdir(d);
	IN_CHILD("chdir: a child's own", { NEED(chdir("/") == 0); });
	CHECK(access("f", F_OK) == 0, "chdir: does not reach the parent");
	IN_CHILD("chroot: a new root, dot-dot stays inside", {
		NEED(mkdir("jail", 0755) == 0 && mkdir("jail/in", 0755) == 0 &&
		     chroot("jail") == 0 && chdir("/") == 0);
		NEED(access("/in", F_OK) == 0 && access("../../in", F_OK) == 0 &&
		     access("/f", F_OK) == -1);
		NEED(getcwd(cwd, sizeof(cwd)) != NULL && strcmp(cwd, "/") == 0);
	});
	close(f);
	close(d);
}

int main(void)
{
	abi_begin("dir");
	hostile();
	making();
	removing();
	linking();
	renaming();
	listing();
	here();
	return abi_end();
}
