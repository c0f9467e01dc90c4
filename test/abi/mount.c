/* SPDX-License-Identifier: MPL-2.0 */
/* mount and umount2 of proc, tmpfs and bind mounts. */
#include "abi.h"

#include <sys/mount.h>
#include <sys/statfs.h>

static struct stat st;

static void hostile(void)
{
	mkdir("m", 0755);
	abi_file("f", 10);
	CHECK_EFAULT_IN(sys(SYS_mount, "none", bad, "tmpfs", 0, NULL), "mount: bad target");
	CHECK_EFAULT_IN_OPT(sys(SYS_mount, bad, "m", "tmpfs", 0, NULL), "mount: bad source");
	CHECK_EFAULT_IN_OPT(sys(SYS_mount, "none", "m", bad, 0, NULL), "mount: bad type");
	CHECK_EFAULT_IN(sys(SYS_umount2, bad, 0), "umount2: bad target");
	CHECK_ERRNO(mount("none", "none", "tmpfs", 0, NULL), ENOENT, "mount: no such target");
	CHECK_ERRNO(mount("none", "f", "tmpfs", 0, NULL), ENOTDIR, "mount: on a file");
	CHECK_ERRNO(mount("none", "m", "nosuchfs", 0, NULL), ENODEV, "mount: no such filesystem");
	CHECK_ERRNO(mount("none", "m", "tmpfs", 0, "mode=xyz"), EINVAL, "mount: a wrong option");
	CHECK_ERRNO(umount("m"), EINVAL, "umount2: nothing is mounted there");
	CHECK_ERRNO(umount("none"), ENOENT, "umount2: no such target");
	CHECK_ERRNO(umount2("m", 0x1000), EINVAL, "umount2: unknown flag");
	IN_CHILD("mount: not for plain users", {
		NEED(setuid(1000) == 0);
		NEED_ERRNO(mount("none", "m", "tmpfs", 0, NULL), EPERM);
		NEED_ERRNO(umount("m"), EPERM);
	});
}

static void tmpfs(void)
{
	struct statfs fs;
	dev_t outside = (stat("m", &st), st.st_dev);
	abi_file("m/under", 1);
	CHECK_OK(mount("mysource", "m", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0711,size=1m"),
		 "mount: tmpfs");
	CHECK(stat("m", &st) == 0 && st.st_dev != outside && (st.st_mode & 0777) == 0711,
	      "mount: a device of its own, the mode asked for");
	CHECK(access("m/under", F_OK) == -1, "mount: hides what was there");
	CHECK(statfs("m", &fs) == 0 && fs.f_type == 0x01021994 &&
		      fs.f_blocks * (unsigned long)fs.f_bsize == 1 << 20,
	      "statfs: tmpfs and its size");
	abi_file("m/in", 1000);
	CHECK(stat("m/..", &st) == 0 && st.st_dev == outside, "mount: dot-dot leads out");
	CHECK_ERRNO(rename("m/in", "out"), EXDEV, "rename: not over mounts");
	CHECK_ERRNO(link("m/in", "out"), EXDEV, "link: not over mounts");
	CHECK_ERRNO(rmdir("m"), EBUSY, "rmdir: a mount point");
	CHECK_ERRNO(rename("m", "n"), EBUSY, "rename: a mount point");
	int fd = open("m/big", O_CREAT | O_RDWR, 0644);
	char block[4096] = "";
	long written = 0, n = 0;
	while ((n = write(fd, block, sizeof(block))) > 0)
		written += n;
	CHECK(n == -1 && errno == ENOSPC && written > 900000 && written <= 1 << 20,
	      "tmpfs: ENOSPC at its size");
	CHECK_ERRNO(umount("m"), EBUSY, "umount2: a file is open");
	close(fd);
	FILE *mounts = fopen("/proc/mounts", "r");
	char line[512], path[256];
	getcwd(path, sizeof(path) - 2);
	strcat(path, "/m");
	bool seen = false;
	while (fgets(line, sizeof(line), mounts) != NULL)
		seen = seen || (strncmp(line, "mysource ", 9) == 0 && strstr(line, path) != NULL &&
				strstr(line, " tmpfs rw,nosuid,nodev") != NULL);
	fclose(mounts);
	CHECK(seen, "mount: /proc/mounts shows source, place, type and options");
	CHECK_OK(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL),
		 "mount: read-only by MS_REMOUNT");
	CHECK_ERRNO(open("m/new", O_CREAT | O_RDWR, 0644), EROFS, "mount: read-only: nothing new");
	CHECK_ERRNO(open("m/in", O_RDWR), EROFS, "mount: read-only: no writing");
	CHECK_ERRNO(unlink("m/in"), EROFS, "mount: read-only: no removing");
	CHECK_ERRNO(chmod("m/in", 0600), EROFS, "mount: read-only: no changing");
	CHECK_ERRNO(access("m/in", W_OK), EROFS, "access: knows it");
	CHECK_OK(umount("m"), "umount2");
	CHECK(access("m/under", F_OK) == 0 && access("m/in", F_OK) == -1,
	      "umount2: what was under is back");
	mount("none", "m", "tmpfs", MS_NOEXEC, NULL);
	abi_copy("/proc/self/exe", "m/prog");
	CHECK_ERRNO(execl("m/prog", "x", (char *)NULL), EACCES, "mount: MS_NOEXEC");
	fd = open("m/prog", O_RDONLY);
	void *code = mmap(NULL, ABI_PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	CHECK(code == MAP_FAILED && errno == EPERM, "mmap: PROT_EXEC of a file under MS_NOEXEC");
	code = mmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(code != MAP_FAILED && mprotect(code, ABI_PAGE, PROT_READ | PROT_EXEC) == -1 &&
		      errno == EACCES,
	      "mprotect: nor later");
	munmap(code, ABI_PAGE);
	close(fd);
	fd = open("m", O_RDONLY);
	CHECK_OK(umount2("m", MNT_DETACH), "umount2: MNT_DETACH while busy");
	CHECK(access("m/under", F_OK) == 0 && faccessat(fd, "prog", F_OK, 0) == 0,
	      "umount2: gone from the tree, not from who holds it");
	close(fd);
	CHECK_OK(mount("none", "m", "tmpfs", 0, NULL), "mount: once");
	CHECK_OK(mount("none", "m", "tmpfs", 0, NULL), "mount: and on top");
	CHECK(umount("m") == 0 && umount("m") == 0 && access("m/under", F_OK) == 0,
	      "umount2: one after the other");
}

static void others(void)
{
	CHECK(mount("proc", "m", "proc", 0, NULL) == 0 && access("m/self/stat", F_OK) == 0,
	      "mount: proc a second time");
	CHECK_OK(umount("m"), "umount2: of it");
	mkdir("b", 0755);
	abi_file("b/there", 10);
	CHECK(mount("b", "m", NULL, MS_BIND, NULL) == 0 && stat("m/there", &st) == 0 &&
		      st.st_size == 10,
	      "mount: MS_BIND");
	abi_file("m/both", 5);
	CHECK(stat("b/both", &st) == 0 && st.st_size == 5, "mount: MS_BIND is the same tree");
	CHECK_OK(umount("m"), "umount2: of a bind mount");
	abi_file("file", 20);
	CHECK(mount("file", "f", NULL, MS_BIND, NULL) == 0 && stat("f", &st) == 0 &&
		      st.st_size == 20,
	      "mount: MS_BIND of a file");
	umount("f");
	mkdir("to", 0755);
	mount("none", "m", "tmpfs", 0, NULL);
	abi_file("m/moved", 3);
	CHECK(mount("m", "to", NULL, MS_MOVE, NULL) == 0 && access("to/moved", F_OK) == 0 &&
		      access("m/moved", F_OK) == -1,
	      "mount: MS_MOVE");
	umount("to");
}

int main(void)
{
	abi_begin("mount");
	hostile();
	tmpfs();
	others();
	return abi_end();
}
