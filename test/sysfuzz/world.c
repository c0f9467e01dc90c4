// SPDX-License-Identifier: MPL-2.0
/* world - see world.h. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sysfuzz.h"
#include "world.h"

enum { USER = 1000 };

static void at(int number, int fd)
{
	if (fd >= 0 && fd != number) {
		dup2(fd, number);
		close(fd);
	}
}

static void pipe_at(int number, int flags)
{
	int both[2];

	if (pipe2(both, flags) != 0)
		return;
	fcntl(both[1], F_DUPFD, 40);
	close(both[1]);
	at(number, both[0]);
	dup2(40, number + 1);
	close(40);
}

static void make_files(void)
{
	int fd = open("a", O_RDWR | O_CREAT, 0666);

	write(fd, "contents\n", 9);
	close(fd);
	mkdir("d", 0777);
	mkdir("d/d", 0777);
	mknod("fifo", S_IFIFO | 0666, 0);
	symlink("d", "l");
	symlink("loop2", "loop1");
	symlink("loop1", "loop2");
}

static void open_descriptors(void)
{
	at(3, open("a", O_RDWR));
	at(4, open("b", O_RDWR | O_CREAT | O_APPEND, 0666));
	at(5, open("d", O_RDONLY));
	at(6, open("fifo", O_RDWR | O_NONBLOCK));
	pipe_at(7, 0);
	pipe_at(9, O_NONBLOCK);
	at(11, open("/dev/zero", O_RDWR));
	at(12, open("/dev/null", O_RDWR));
	at(13, open("/proc/self/mem", O_RDWR));
	at(14, open("/proc/self/maps", O_RDONLY));
	at(15, open("/proc", O_RDONLY));
	at(16, open("/dev/urandom", O_RDWR));
	at(17, open(".", O_PATH));
	at(18, memfd_create("memory", MFD_ALLOW_SEALING));
	at(19, open("/dev/full", O_RDWR));
	at(20, open("/dev/ttyS0", O_RDWR | O_NONBLOCK | O_NOCTTY));
	at(21, open("/proc/self/fd", O_RDONLY));
	at(22, open("/proc/self/task", O_RDONLY));
	at(23, open("/dev/kmsg", O_RDONLY | O_NONBLOCK));
	at(24, open("/x", O_RDONLY));
}

static void map_arena(void)
{
	mmap((void *)ARENA, 232 * 4096ul, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mprotect((void *)(ARENA + 224 * 4096ul), 8 * 4096, PROT_READ);
	mmap((void *)(ARENA + 232 * 4096ul), 8 * 4096ul, PROT_NONE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void limit(int what, rlim_t most)
{
	setrlimit(what, &(struct rlimit){ most, most });
}

static void limits(void)
{
	limit(RLIMIT_AS, 256 << 20);
	limit(RLIMIT_NOFILE, 64);
	limit(RLIMIT_NPROC, 40);
	limit(RLIMIT_FSIZE, 1 << 20);
	limit(RLIMIT_CPU, 3);
	limit(RLIMIT_CORE, 0);
}

/* Root, but without what ends or starves the system: CAP_SYS_BOOT and CAP_SYS_NICE. */
static void become(bool is_root)
{
	uint32_t header[2] = { 0x20080522, 0 };
	uint32_t caps = ~(1u << 22 | 1u << 23);
	uint32_t data[6] = { caps, caps, 0, 0x1ff, 0x1ff, 0 };

	if (is_root) {
		syscall(SYS_capset, header, data);
		return;
	}
	setgroups(0, NULL);
	if (setgid(USER) != 0 || setuid(USER) != 0)
		_exit(9);
	prctl(PR_SET_DUMPABLE, 1); /* its own files in /proc are its own again */
}

void world_renew(void)
{
	umount2("/w/t", MNT_DETACH);
	mount("scratch", "/w/t", "tmpfs", 0, "size=4m,nr_inodes=500,mode=1777");
}

static const struct {
	const char *name;
	mode_t mode;
	unsigned major, minor;
} nodes[] = {
	{ "/w/dev/null", 0666, 1, 3 },	  { "/w/dev/zero", 0666, 1, 5 },
	{ "/w/dev/full", 0666, 1, 7 },	  { "/w/dev/random", 0666, 1, 8 },
	{ "/w/dev/urandom", 0666, 1, 9 }, { "/w/dev/kmsg", 0644, 1, 11 },
	{ "/w/dev/tty", 0666, 5, 0 },	  { "/w/dev/console", 0600, 5, 1 },
	{ "/w/dev/ttyS0", 0666, 4, 64 },
};
enum { NODES = sizeof nodes / sizeof nodes[0], PLACES = NODES + 3 };

/* What says that nothing was changed: the mounts, and each place's inode with its times. */
struct state {
	char mounts[1024];
	struct stat place[PLACES];
};
static struct state made;

static void look(struct state *s)
{
	static const char *const others[] = { "/w", "/w/dev", "/w/x" };

	memset(s, 0, sizeof *s);
	int fd = open("/proc/mounts", O_RDONLY);

	read(fd, s->mounts, sizeof s->mounts);
	close(fd);
	for (unsigned i = 0; i < NODES; i++)
		lstat(nodes[i].name, &s->place[i]);
	for (unsigned i = NODES; i < PLACES; i++)
		lstat(others[i - NODES], &s->place[i]);
	for (unsigned i = 0; i < PLACES; i++)
		memset(&s->place[i].st_atim, 0, sizeof s->place[i].st_atim);
	for (unsigned i = 0; i < NODES; i++) { /* writing to a device is no change */
		memset(&s->place[i].st_mtim, 0, sizeof s->place[i].st_mtim);
		memset(&s->place[i].st_ctim, 0, sizeof s->place[i].st_ctim);
	}
}

void world_mend(void)
{
	static struct state now;

	look(&now);
	if (memcmp(&now, &made, sizeof now) != 0)
		world_make();
}

void world_make(void)
{
	umask(0);
	mkdir("/w", 0755);
	umount2("/w", MNT_DETACH);
	mount("root", "/w", "tmpfs", 0, "size=8m,mode=755");
	mkdir("/w/dev", 0755);
	mkdir("/w/proc", 0755);
	mkdir("/w/t", 0777);
	for (unsigned i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
		mknod(nodes[i].name, S_IFCHR | nodes[i].mode,
		      makedev(nodes[i].major, nodes[i].minor));
		chmod(nodes[i].name, nodes[i].mode);
	}
	mount("proc", "/w/proc", "proc", 0, NULL);
	/* A program to execute: this one, which ends at once when it is not asked for anything. */
	int in = open("/init", O_RDONLY), out = open("/w/x", O_WRONLY | O_CREAT, 0755);
	struct stat st = { 0 };

	fstat(in, &st);
	syscall(SYS_sendfile, out, in, NULL, (size_t)st.st_size);
	close(in);
	close(out);
	world_renew();
	look(&made);
}

void world_enter(bool is_root)
{
	if (chroot("/w") != 0 || chdir("/t") != 0)
		_exit(9);
	umask(0);
	make_files();
	limits();
	become(is_root);
	open_descriptors();
	map_arena();
}
