/* SPDX-License-Identifier: MPL-2.0 */
/* sysfs as the C library, nproc, lscpu and numactl read it. */
#include "abi.h"

#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statfs.h>

#define CPUS	"/sys/devices/system/cpu"
#define NODES	"/sys/devices/system/node"
#define ONLINE	CPUS "/online"
#define MAX_CPU 8192 /* more than any kernel here has */

static char text[8192];

static char *slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	close(fd);
	return text;
}

/* ---- sets of CPUs as texts ---- */

struct set {
	bool valid;
	int count, highest; /* -1: none */
	bool has[MAX_CPU];
};

static void set_add(struct set *s, long cpu)
{
	if (cpu < 0 || cpu >= MAX_CPU || cpu <= s->highest) {
		s->valid = false; /* not in order */
		return;
	}
	s->has[cpu] = true;
	s->highest = (int)cpu;
	s->count++;
}

/* "0-3,5\n"; "\n" is the empty set. */
static void read_list(const char *path, struct set *s)
{
	char *p = slurp(path);
	memset(s, 0, sizeof(*s));
	s->highest = -1;
	s->valid = *p != '\0';
	while (*p >= '0' && *p <= '9') {
		long from = strtol(p, &p, 10), to = from;
		if (*p == '-')
			to = strtol(p + 1, &p, 10);
		for (long cpu = from; cpu <= to && s->valid; cpu++)
			set_add(s, cpu);
		if (*p == ',')
			p++;
	}
	s->valid = s->valid && strcmp(p, "\n") == 0;
}

/* "3,ffffffff\n": as many digits as `possible` CPUs need. */
static void read_mask(const char *path, int possible, struct set *s)
{
	char *p = slurp(path), *end = strchr(p, '\n');
	int digits = 0, width = (possible + 3) / 4;
	memset(s, 0, sizeof(*s));
	s->highest = -1;
	s->valid = end != NULL && end[1] == '\0';
	if (!s->valid)
		return;
	*end = '\0';
	s->valid = strspn(p, "0123456789abcdef,") == strlen(p) &&
		   (int)strlen(p) == width + (width - 1) / 8;
	while (end-- > p) {
		if ((end - p + 1) >= 1 && *end == ',') {
			s->valid = s->valid && digits % 8 == 0;
			continue;
		}
		int v = *end <= '9' ? *end - '0' : *end - 'a' + 10;
		for (int bit = 0; bit < 4; bit++) {
			if ((v >> bit & 1) != 0)
				set_add(s, 4 * digits + bit);
		}
		digits++;
	}
}

static bool same(const struct set *a, const struct set *b)
{
	return a->valid && b->valid && memcmp(a->has, b->has, sizeof(a->has)) == 0;
}

static struct set online, possible, other, mask;

/* ---- the CPUs there are ---- */

static void cpus(void)
{
	cpu_set_t may;
	bool subset = true, apart = true;
	CPU_ZERO(&may);
	CHECK_OK(sched_getaffinity(0, sizeof(may), &may), "sched_getaffinity");
	read_list(ONLINE, &online);
	bool agrees = online.valid;
	for (int i = 0; i < CPU_SETSIZE; i++)
		agrees = agrees && online.has[i] == !!CPU_ISSET(i, &may);
	CHECK(agrees, "online: the CPUs a task may run on");
	read_list(CPUS "/possible", &possible);
	CHECK(possible.valid && possible.has[0], "possible: a list with CPU 0");
	read_list(CPUS "/present", &other);
	for (int i = 0; i < MAX_CPU; i++)
		subset = subset && online.has[i] <= other.has[i] && other.has[i] <= possible.has[i];
	CHECK(other.valid && subset, "present: those online, none that is not possible");
	read_list(CPUS "/offline", &other);
	for (int i = 0; i < MAX_CPU; i++)
		apart = apart && !(other.has[i] && online.has[i]);
	CHECK(other.valid && apart, "offline: none that is online");
	CHECK(strcmp(slurp(CPUS "/isolated"), "\n") == 0, "isolated: none");
	CHECK(atoi(slurp(CPUS "/kernel_max")) >= possible.highest,
	      "kernel_max: the highest number there may be");
	CHECK_EQ(sysconf(_SC_NPROCESSORS_CONF), possible.count, "sysconf: CPUs there may be");
	CHECK_EQ(sysconf(_SC_NPROCESSORS_ONLN), online.count, "sysconf: CPUs that run");
}

/* Directories called cpu and a number. */
static void cpu_dirs(void)
{
	int found = 0;
	bool present = true;
	DIR *d = opendir(CPUS);
	read_list(CPUS "/present", &other);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char *end = NULL;
		if (strncmp(e->d_name, "cpu", 3) != 0 || e->d_name[3] < '0' || e->d_name[3] > '9')
			continue;
		long n = strtol(e->d_name + 3, &end, 10);
		found += *end == '\0';
		present = present && *end == '\0' && e->d_type == DT_DIR && other.has[n];
	}
	if (d != NULL)
		closedir(d);
	CHECK_EQ(found, other.count, "cpuN: as many as are present");
	CHECK(present, "cpuN: directories of CPUs that are present");
	CHECK_ERRNO(access(CPUS "/cpu9999", F_OK), ENOENT, "cpuN: no other");
}

static const char *of_cpu(int cpu, const char *name)
{
	static char path[256];
	snprintf(path, sizeof(path), CPUS "/cpu%d/topology/%s", cpu, name);
	return path;
}

/* A set of CPUs twice, as a list and as a mask, under two names each; it has the CPU. */
static bool sets_agree(int cpu, const char *name, const char *old_name)
{
	static struct set list, again;
	char list_name[64];
	read_mask(of_cpu(cpu, name), possible.highest + 1, &mask);
	snprintf(list_name, sizeof(list_name), "%s_list", name);
	read_list(of_cpu(cpu, list_name), &list);
	bool good = same(&mask, &list) && list.has[cpu];
	read_mask(of_cpu(cpu, old_name), possible.highest + 1, &mask);
	snprintf(list_name, sizeof(list_name), "%s_list", old_name);
	read_list(of_cpu(cpu, list_name), &again);
	return good && same(&mask, &again) && same(&list, &again);
}

static bool is_number(const char *s)
{
	char *end = NULL;
	return strtol(s, &end, 10) >= -1 && end != s && strcmp(end, "\n") == 0;
}

static void topology(void)
{
	int cores = 0, packages = 0, ids = 0;
	for (int cpu = 0; cpu < MAX_CPU; cpu++) {
		if (!online.has[cpu])
			continue;
		cores += sets_agree(cpu, "core_cpus", "thread_siblings");
		packages += sets_agree(cpu, "package_cpus", "core_siblings");
		ids += is_number(slurp(of_cpu(cpu, "core_id"))) &&
		       is_number(slurp(of_cpu(cpu, "physical_package_id")));
	}
	CHECK_EQ(cores, online.count, "topology: a core's CPUs, as mask and list");
	CHECK_EQ(packages, online.count, "topology: a package's CPUs, as mask and list");
	CHECK_EQ(ids, online.count, "topology: numbers of core and package");
}

static void nodes(void)
{
	read_list(NODES "/online", &other);
	CHECK(other.valid && other.has[0], "node: node 0 is online");
	read_list(NODES "/possible", &other);
	CHECK(other.valid && other.has[0], "node: and possible");
	read_list(NODES "/has_cpu", &other);
	CHECK(other.valid && other.has[0], "node: it has CPUs");
	read_list(NODES "/has_memory", &other);
	CHECK(other.valid && other.has[0], "node: it has memory");
	read_list(NODES "/node0/cpulist", &other);
	CHECK(same(&other, &online), "node: its CPUs as a list");
	read_mask(NODES "/node0/cpumap", possible.highest + 1, &mask);
	CHECK(same(&mask, &online), "node: its CPUs as a mask");
	CHECK(strcmp(slurp(NODES "/node0/distance"), "10\n") == 0, "node: to itself it is 10");
	long total = 0, available = 0, used = 0;
	CHECK(sscanf(slurp(NODES "/node0/meminfo"),
		     "Node 0 MemTotal: %ld kB\nNode 0 MemFree: %ld kB\nNode 0 MemUsed: %ld kB\n",
		     &total, &available, &used) == 3 &&
		      available > 0 && used > 0 && available + used == total,
	      "node: its memory");
}

/* ---- directories, files, calls ---- */

static void tree(void)
{
	static const char *const names[] = { "block",	 "bus", "class",  "dev",    "devices",
					     "firmware", "fs",	"kernel", "module", "power" };
	struct statfs fs = { 0 };
	struct stat st = { 0 };
	int good = 0;
	CHECK(statfs("/sys", &fs) == 0 && fs.f_type == 0x62656572 && fs.f_namelen == 255,
	      "statfs: sysfs");
	CHECK(stat("/sys", &st) == 0 && st.st_mode == (S_IFDIR | 0555) && st.st_size == 0,
	      "the root: a directory nobody writes to");
	CHECK(st.st_nlink >= 2 + countof(names), "the root: links by its directories");
	for (size_t i = 0; i < countof(names); i++) {
		char path[64];
		snprintf(path, sizeof(path), "/sys/%s", names[i]);
		good += lstat(path, &st) == 0 && st.st_mode == (S_IFDIR | 0755);
	}
	CHECK_EQ(good, countof(names), "the root: the directories of Linux");
	CHECK(strstr(slurp("/proc/filesystems"), "nodev\tsysfs\n") != NULL,
	      "/proc/filesystems: sysfs needs no device");
	CHECK(is_number(slurp("/sys/kernel/oops_count")), "oops_count: a number");
}

static void attributes(void)
{
	struct stat st = { 0 };
	char buf[16];
	CHECK(stat(ONLINE, &st) == 0 && st.st_mode == (S_IFREG | 0444) && st.st_nlink == 1,
	      "file: read-only");
	CHECK(st.st_size == (off_t)ABI_PAGE && st.st_blocks == 0, "file: has the size of a page");
	size_t len = strlen(slurp(ONLINE));
	int fd = open(ONLINE, O_RDONLY);
	CHECK_EQ(pread(fd, buf, 1, 0), 1, "pread: a byte");
	CHECK_EQ(pread(fd, buf, sizeof(buf), 1), len - 1, "pread: the rest");
	CHECK_EQ(read(fd, buf, sizeof(buf)), len, "read: all of it");
	CHECK_EQ(read(fd, buf, sizeof(buf)), 0, "read: the end");
	CHECK_EQ(pread(fd, buf, sizeof(buf), 100000), 0, "pread: past the end");
	CHECK_EQ(lseek(fd, 0, SEEK_END), ABI_PAGE, "lseek: the end is where the size says");
	CHECK_EQ(read(fd, buf, sizeof(buf)), 0, "read: there is nothing");
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0, "lseek: back to the start");
	CHECK_EQ(read(fd, buf, sizeof(buf)), len, "read: the text again");
	CHECK_EFAULT_OUT_BYTES(pread(fd, bad, 2, 0), "pread: bad buffer");
	CHECK_ERRNO(write(fd, "1", 1), EBADF, "write: not open for it");
	CHECK_ERRNO(mmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE, fd, 0), ENODEV, "mmap: none");
	CHECK_ERRNO(ioctl(fd, TIOCGWINSZ, buf), ENOTTY, "ioctl: none");
	CHECK_OK(fsync(fd), "fsync: nothing to do");
	close(fd);
}

static void polling(void)
{
	int fd = open(ONLINE, O_RDONLY);
	char buf[16];
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLPRI };
	CHECK(poll(&p, 1, 0) == 1 && p.revents == (POLLIN | POLLPRI | POLLERR),
	      "poll: what was not read is new");
	read(fd, buf, sizeof(buf));
	CHECK(poll(&p, 1, 0) == 1 && p.revents == POLLIN, "poll: then it is not");
	close(fd);
}

static void refusals(void)
{
	CHECK_ERRNO(open(ONLINE, O_WRONLY), EACCES, "open: not for writing, even by root");
	CHECK_ERRNO(open(ONLINE, O_RDWR), EACCES, "open: not for both");
	CHECK_ERRNO(open(of_cpu(0, "core_id"), O_WRONLY), EACCES, "open: not the topology");
	CHECK_ERRNO(open(of_cpu(0, "core_cpus"), O_WRONLY), EACCES, "open: not a mask");
	CHECK_OK(truncate(ONLINE, 0), "truncate: without effect");
	CHECK_OK(access(ONLINE, W_OK), "access: mode bits do not bind root");
	CHECK_ERRNO(access(ONLINE, X_OK), EACCES, "access: no program");
	CHECK_ERRNO(open("/sys/x", O_CREAT | O_RDWR, 0600), EACCES, "open: no new file");
	CHECK_ERRNO(open(CPUS "/x", O_CREAT | O_RDWR, 0600), EACCES, "open: no new file below");
	CHECK_ERRNO(mkdir("/sys/x", 0700), EPERM, "mkdir: none");
	CHECK_ERRNO(rmdir("/sys/kernel"), EPERM, "rmdir: none");
	CHECK_ERRNO(unlink(ONLINE), EPERM, "unlink: none");
	CHECK_ERRNO(rename(ONLINE, CPUS "/x"), EPERM, "rename: none");
	CHECK_ERRNO(symlink("x", "/sys/x"), EPERM, "symlink: none");
	CHECK_ERRNO(link(ONLINE, "/sys/x"), EPERM, "link: none");
	CHECK_ERRNO(mknod("/sys/x", S_IFIFO | 0600, 0), EPERM, "mknod: none");
	IN_CHILD("refusals to a user", {
		NEED(setgid(1) == 0 && setuid(1) == 0);
		NEED(open(ONLINE, O_RDONLY) >= 0);
		NEED_ERRNO(open(ONLINE, O_WRONLY), EACCES);
		NEED_ERRNO(open("/sys/x", O_CREAT | O_RDWR, 0600), EACCES);
		NEED_ERRNO(mkdir("/sys/x", 0700), EACCES);
		NEED_ERRNO(unlink(ONLINE), EACCES);
		NEED_ERRNO(truncate(ONLINE, 0), EACCES);
		NEED_ERRNO(chmod(ONLINE, 0400), EPERM);
	});
}

/* Changes are kept, as if it were stored; all is put back. */
static void owners(void)
{
	struct stat st = { 0 };
	CHECK_OK(chmod(ONLINE, 0400), "chmod: of a file");
	CHECK(stat(ONLINE, &st) == 0 && st.st_mode == (S_IFREG | 0400), "chmod: it stays");
	IN_CHILD("chmod: it counts", {
		NEED(setgid(1) == 0 && setuid(1) == 0);
		NEED_ERRNO(open(ONLINE, O_RDONLY), EACCES);
	});
	CHECK_OK(chmod(ONLINE, 0444), "chmod: back");
	CHECK_OK(chown(ONLINE, 1, 2), "chown: of a file");
	CHECK(stat(ONLINE, &st) == 0 && st.st_uid == 1 && st.st_gid == 2, "chown: it stays");
	CHECK_OK(chown(ONLINE, 0, 0), "chown: back");
	CHECK_OK(chmod("/sys/power", 0700), "chmod: of a directory");
	CHECK(stat("/sys/power", &st) == 0 && st.st_mode == (S_IFDIR | 0700), "chmod: it stays");
	CHECK_OK(chmod("/sys/power", 0755), "chmod: back");
}

static void mounts(void)
{
	struct stat a = { 0 }, b = { 0 };
	CHECK_OK(mkdir("m", 0700), "mkdir: a place to mount on");
	CHECK_ERRNO(mount("sysfs", "m", "sysfs", 0, "foo=1"), EINVAL, "mount: no options");
	CHECK_ERRNO(mount("sysfs", "/sys", "sysfs", 0, ""), EBUSY, "mount: on itself");
	CHECK_OK(mount("sysfs", "m", "sysfs", MS_RDONLY, ""), "mount: a second time");
	CHECK(stat("m", &a) == 0 && stat("/sys", &b) == 0 && a.st_dev == b.st_dev &&
		      a.st_ino == b.st_ino,
	      "mount: the same instance");
	CHECK_ERRNO(open("m/devices/system/cpu/online", O_WRONLY), EROFS, "mount: read-only");
	CHECK_ERRNO(open("m/x", O_CREAT | O_RDWR, 0600), EROFS, "mount: no new file");
	CHECK_OK(umount("m"), "umount");
}

int main(void)
{
	abi_begin("sysfs");
	cpus();
	cpu_dirs();
	topology();
	nodes();
	tree();
	attributes();
	polling();
	refusals();
	owners();
	mounts();
	return abi_end();
}
