/* SPDX-License-Identifier: MPL-2.0 */
/* procfs as ps, top, free, mount and libraries read it. */
#include "abi.h"

#include <dirent.h>
#include <limits.h>
#include <sys/sysinfo.h>

static char text[65536];

static char *slurp(const char *path)
{
	size_t used = 0;
	int fd = open(path, O_RDONLY);
	text[0] = '\0';
	if (fd < 0)
		return text;
	for (ssize_t n = 0;
	     used < sizeof(text) - 1 && (n = read(fd, text + used, sizeof(text) - 1 - used)) > 0;)
		used += (size_t)n;
	close(fd);
	text[used] = '\0';
	return text;
}

static long field(const char *name)
{
	char *p = strstr(text, name);
	return p == NULL ? -1 : strtol(p + strlen(name), NULL, 10);
}

static void self(void)
{
	char link[PATH_MAX] = "", number[16];
	snprintf(number, sizeof(number), "%d", getpid());
	CHECK(readlink("/proc/self", link, sizeof(link)) == (ssize_t)strlen(number) &&
		      strncmp(link, number, strlen(number)) == 0,
	      "/proc/self: a link to one's number");
	CHECK(strncmp(slurp("/proc/self/cmdline"), "/", 1) == 0 || text[0] != '\0',
	      "cmdline: the arguments");
	CHECK(strcmp(text + strlen(text) - 6, "procfs") == 0,
	      "cmdline: ends in the program's name");
	memset(link, 0, sizeof(link));
	CHECK(readlink("/proc/self/exe", link, sizeof(link)) > 0 && access(link, X_OK) == 0,
	      "exe: a link to the program");
	char cwd[PATH_MAX];
	memset(link, 0, sizeof(link));
	getcwd(cwd, sizeof(cwd));
	CHECK(readlink("/proc/self/cwd", link, sizeof(link)) > 0 && strcmp(link, cwd) == 0,
	      "cwd: a link to the folder");
	memset(link, 0, sizeof(link));
	CHECK(readlink("/proc/self/root", link, sizeof(link)) > 0 && strcmp(link, "/") == 0,
	      "root: a link to the root");
	CHECK(strcmp(slurp("/proc/self/comm"), "procfs\n") == 0, "comm: the name");
	setenv("ABI_PROCFS", "yes", 1);
	pid_t pid = abi_fork();
	if (pid == 0) {
		execl("/proc/self/exe", "procfs", "env", (char *)NULL);
		_exit(1);
	}
	abi_reap(pid, 0, "environ: the environment at the start");
}

static void stat_fields(void)
{
	int pid = 0, ppid = 0, pgrp = 0, session = 0, tty = 0;
	char name[32], state = 0;
	slurp("/proc/self/stat");
	CHECK(sscanf(text, "%d (%31[^)]) %c %d %d %d %d", &pid, name, &state, &ppid, &pgrp,
		     &session, &tty) == 7,
	      "stat: its first fields");
	CHECK(pid == getpid() && ppid == getppid() && pgrp == getpgrp() && session == getsid(0),
	      "stat: numbers");
	CHECK(strcmp(name, "procfs") == 0 && state == 'R', "stat: name and state");
	int fields = 1;
	for (char *p = strrchr(text, ')'); *p != '\0'; p++)
		fields += *p == ' ';
	CHECK_EQ(fields + 1, 52, "stat: fifty-two fields");
	unsigned long long start = 0, vsize = 0;
	long rss = 0, threads = 0;
	sscanf(strrchr(text, ')') + 2,
	       "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %llu "
	       "%llu %ld",
	       &threads, &start, &vsize, &rss);
	CHECK(threads == 1 && start > 0 && vsize > 100000 && rss > 10,
	      "stat: threads, start time, sizes");
	slurp("/proc/self/status");
	CHECK(strncmp(text, "Name:\tprocfs\n", 13) == 0, "status: Name");
	CHECK(field("\nPid:") == getpid() && field("\nPPid:") == getppid() &&
		      field("\nTgid:") == getpid(),
	      "status: Pid, PPid, Tgid");
	CHECK(field("\nUid:") == 0 && field("\nGid:") == 0 && field("\nThreads:") == 1,
	      "status: Uid, Gid, Threads");
	CHECK(field("\nVmRSS:") > 10 && field("\nVmSize:") > 100, "status: VmRSS, VmSize");
	CHECK(strstr(text, "\nState:\tR (running)\n") != NULL, "status: State");
	CHECK(strstr(text, "\nSigBlk:\t") != NULL && strstr(text, "\nSigCgt:\t") != NULL &&
		      strstr(text, "\nSigIgn:\t") != NULL,
	      "status: signals");
	long size = 0, resident = 0;
	CHECK(sscanf(slurp("/proc/self/statm"), "%ld %ld", &size, &resident) == 2 &&
		      size >= resident && resident > 10,
	      "statm: sizes in pages");
}

static void maps(void)
{
	static int here = 1;
	void *p = mmap(NULL, ABI_PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool data = false, code = false, stack = false, mapping = false, vdso = false,
	     sorted = true;
	unsigned long last = 0;
	slurp("/proc/self/maps");
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		unsigned long from = 0, to = 0;
		char perm[5] = "";
		if (sscanf(line, "%lx-%lx %4s", &from, &to, perm) != 3)
			continue;
		sorted = sorted && from >= last && to > from;
		last = to;
		data = data || (from <= (unsigned long)&here && (unsigned long)&here < to &&
				strcmp(perm, "rw-p") == 0);
		code = code || (from <= (unsigned long)maps && (unsigned long)maps < to &&
				strcmp(perm, "r-xp") == 0 && strstr(line, "procfs") != NULL);
		stack = stack || (from <= (unsigned long)&from && (unsigned long)&from < to &&
				  strstr(line, "[stack]") != NULL);
		mapping = mapping || (from == (unsigned long)p && strcmp(perm, "r--s") == 0);
		vdso = vdso || strstr(line, "[vdso]") != NULL;
	}
	CHECK(sorted, "maps: lines in order");
	CHECK(code && data, "maps: code and data of the program, with its name");
	CHECK(stack && vdso, "maps: the stack and the vDSO by name");
	CHECK(mapping, "maps: a shared mapping");
	here = 0;
}

static void fds(void)
{
	char link[PATH_MAX] = "", want[PATH_MAX];
	abi_file("f", 10);
	int fd = open("f", O_RDWR), p[2], count = 0;
	pipe(p);
	snprintf(want, sizeof(want), "/proc/self/fd/%d", fd);
	readlink(want, link, sizeof(link));
	CHECK(strcmp(link + strlen(link) - 2, "/f") == 0, "fd: a file by its path");
	int again = open(want, O_RDONLY);
	struct stat a, b;
	CHECK(again >= 0 && fstat(fd, &a) == 0 && fstat(again, &b) == 0 && a.st_ino == b.st_ino,
	      "fd: can be opened again");
	close(again);
	unlink("f");
	memset(link, 0, sizeof(link));
	readlink(want, link, sizeof(link));
	CHECK(strcmp(link + strlen(link) - 10, " (deleted)") == 0, "fd: a removed file is marked");
	again = open(want, O_RDONLY);
	CHECK(again >= 0, "fd: and can still be opened");
	close(again);
	memset(link, 0, sizeof(link));
	snprintf(want, sizeof(want), "/proc/self/fd/%d", p[0]);
	readlink(want, link, sizeof(link));
	CHECK(strncmp(link, "pipe:[", 6) == 0, "fd: a pipe by its number");
	DIR *d = opendir("/proc/self/fd");
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
		count += e->d_name[0] >= '0' && e->d_name[0] <= '9' && atoi(e->d_name) != dirfd(d);
	closedir(d);
	int open_now = 0;
	for (int i = 0; i < 1024; i++)
		open_now += fcntl(i, F_GETFD) >= 0;
	CHECK_EQ(count, open_now, "fd: lists what is open");
	snprintf(want, sizeof(want), "/proc/self/fdinfo/%d", fd);
	slurp(want);
	CHECK(field("pos:") == 0 && strstr(text, "flags:\t") != NULL, "fdinfo: position and flags");
	IN_CHILD("fdinfo: a descriptor that shows itself", {
		alarm(20);
		NEED(dup2(open("/proc/self/fdinfo/0", O_RDONLY), 40) == 40);
		int self = open("/proc/self/fdinfo/40", O_RDONLY);
		NEED(dup2(self, 40) == 40);
		char c;
		NEED(read(40, &c, 1) == 1);
	});
	close(fd);
	close(p[0]);
	close(p[1]);
	CHECK(slurp("/dev/fd/../fd") != NULL && access("/proc/self/fd/99", F_OK) == -1,
	      "fd: nothing for a closed number");
}

static void system_wide(void)
{
	struct sysinfo si;
	sysinfo(&si);
	slurp("/proc/meminfo");
	CHECK_EQ(field("MemTotal:"), (long)(si.totalram * si.mem_unit / 1024),
		 "meminfo: MemTotal as sysinfo says");
	CHECK(field("\nMemFree:") > 0 && field("\nMemAvailable:") > 0 && field("\nBuffers:") >= 0 &&
		      field("\nCached:") >= 0 && field("\nSwapTotal:") == 0 &&
		      field("\nSwapFree:") == 0 && field("\nSlab:") >= 0 &&
		      field("\nShmem:") >= 0 && field("\nSReclaimable:") >= 0,
	      "meminfo: what free reads");
	double up = 0, idle = -1;
	CHECK(sscanf(slurp("/proc/uptime"), "%lf %lf", &up, &idle) == 2 && up > 0 && idle >= 0,
	      "uptime: two numbers");
	slurp("/proc/stat");
	CHECK(strncmp(text, "cpu  ", 5) == 0 && strstr(text, "\ncpu0 ") != NULL &&
		      strstr(text, "\nintr ") != NULL,
	      "stat: cpu, cpu0, intr");
	CHECK(field("\nctxt") > 0 && field("\nbtime") > 0 && field("\nprocesses") > 0 &&
		      field("\nprocs_running") >= 1,
	      "stat: ctxt, btime, processes");
	double a = 0, b = 0, c = 0;
	int running = 0, all = 0, last = 0;
	CHECK(sscanf(slurp("/proc/loadavg"), "%lf %lf %lf %d/%d %d", &a, &b, &c, &running, &all,
		     &last) == 6 &&
		      all >= running,
	      "loadavg: six numbers");
	CHECK(strncmp(slurp("/proc/version"), "Linux version ", 14) == 0, "version");
	CHECK(strstr(slurp("/proc/filesystems"), "nodev\tproc\n") != NULL &&
		      strstr(text, "tmpfs\n") != NULL,
	      "filesystems: proc, tmpfs");
	CHECK(strstr(slurp("/proc/mounts"), " /proc proc rw") != NULL, "mounts: /proc");
#ifdef __loongarch__
	const char *first = "processor\t\t: 0\n";
#else
	const char *first = "processor\t: 0\n";
#endif
	CHECK(strstr(slurp("/proc/cpuinfo"), first) != NULL, "cpuinfo: processor 0");
	CHECK(strstr(slurp("/proc/self/mountinfo"), " - proc ") != NULL, "mountinfo");
	CHECK(slurp("/proc/cmdline")[0] != '\0', "cmdline: of the kernel");
	CHECK(strcmp(slurp("/proc/sys/kernel/ostype"), "Linux\n") == 0, "sys/kernel/ostype");
	CHECK(atoi(slurp("/proc/sys/kernel/pid_max")) >= 32768, "sys/kernel/pid_max");
	CHECK(strstr(slurp("/proc/devices"), "Character devices:") != NULL, "devices");
}

static void errors(void)
{
	CHECK_ERRNO(open("/proc/none", O_RDONLY), ENOENT, "procfs: no such file");
	CHECK_ERRNO(open("/proc/3999999/stat", O_RDONLY), ENOENT, "procfs: no such process");
	CHECK_ERRNO(mkdir("/proc/new", 0755), ENOENT, "procfs: nothing is made there");
	CHECK_ERRNO(unlink("/proc/uptime"), EPERM, "procfs: nothing is removed there");
	CHECK(open("/proc/new", O_CREAT | O_RDWR, 0644) == -1, "procfs: no file is made there");
	int fd = open("/proc/self/stat", O_RDONLY);
	CHECK_EFAULT_OUT_BYTES((lseek(fd, 0, SEEK_SET), sys(SYS_read, fd, bad, 100)),
			       "procfs: bad buffer");
	lseek(fd, 0, SEEK_SET);
	char one[4];
	CHECK(read(fd, one, 3) == 3 && lseek(fd, 0, SEEK_CUR) == 3 && read(fd, text, 10) == 10,
	      "procfs: read in pieces");
	close(fd);
	pid_t pid = abi_fork();
	if (pid == 0)
		for (;;)
			pause();
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read(fd, text, 100) > 0, "procfs: another process");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	lseek(fd, 0, SEEK_SET);
	CHECK_ERRNO(read(fd, text, 100), ESRCH, "procfs: a process that has gone, file still open");
	CHECK_ERRNO(open(path, O_RDONLY), ENOENT, "procfs: a process that has gone");
	close(fd);
	bool me = false, init = false;
	DIR *d = opendir("/proc");
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		me = me || atoi(e->d_name) == getpid();
		init = init || strcmp(e->d_name, "1") == 0;
	}
	closedir(d);
	CHECK(me && init, "procfs: lists processes");
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "env") == 0) {
		slurp("/proc/self/environ");
		for (char *p = text; *p != '\0'; p += strlen(p) + 1)
			if (strcmp(p, "ABI_PROCFS=yes") == 0)
				return 0;
		return 1;
	}
	abi_begin("procfs");
	self();
	stat_fields();
	maps();
	fds();
	system_wide();
	errors();
	return abi_end();
}
