/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exhaust - one attack after the other on what the kernel has to share: the CPU, memory, process
 * numbers.
 *
 * As process 1; t=NAME,NAME on the kernel command line chooses.  Each attack is a child that is
 * killed after its time; five seconds later it must be gone (HANG otherwise).  Free memory is shown
 * behind each.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HUGE (1ul << 45)

static void become_user(void)
{
	setgroups(0, NULL);
	setgid(1000);
	setuid(1000);
}

/* ---- loops that would keep the CPU ---- */

static void sends_randomness(void)
{
	sendfile(open("/dev/null", O_WRONLY), open("/dev/urandom", O_RDONLY), NULL, 0x7fffffff);
}

static void locks_nothing(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &all);
	mlock(mmap(NULL, HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
	      HUGE);
}

static void populates(void)
{
	madvise(mmap(NULL, HUGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
		HUGE, MADV_POPULATE_READ);
}

static void maps_populated(void)
{
	mmap(NULL, 1ul << 40, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE,
	     -1, 0);
}

static void allocates_file(void)
{
	fallocate(memfd_create("x", 0), 0, 0, 1l << 40);
}

static void writes_file(void)
{
	static char piece[65536];
	int fd = memfd_create("x", 0);

	while (write(fd, piece, sizeof piece) > 0)
		continue;
}

/* ---- deadlocks ---- */

static void punches_hole(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	p[0] = 1;
	printf("MADV_REMOVE: %d\n", madvise(p, 8192, MADV_REMOVE));
}

static void unmaps_locked_file(void)
{
	for (int i = 0; i < 100; i++) {
		int fd = open("/tmp/x", O_RDWR | O_CREAT, 0666);

		ftruncate(fd, 8192);
		flock(fd, LOCK_EX);
		char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		p[0] = 1;
		close(fd);
		munmap(p, 8192);
	}
}

/* ---- everything there is ---- */

static void makes_zombies(void)
{
	int made = 0;

	setrlimit(RLIMIT_NPROC, &(struct rlimit){ 50, 50 });
	become_user();
	for (pid_t p; made < 3000 && (p = fork()) >= 0; made++)
		if (p == 0)
			_exit(0);
	printf("zombies: %d (at most 50)\n", made);
}

static void forks(void)
{
	become_user();
	for (;;)
		if (fork() < 0)
			sched_yield();
}

static void *sleeps(void *arg)
{
	pause();
	return arg;
}

static void makes_threads(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int made = 0;

	become_user();
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	while (made < 100000 && pthread_create(&t, &attr, sleeps, NULL) == 0)
		made++;
	printf("threads: %d\n", made);
}

static void queues_signals(void)
{
	sigset_t all;
	long made = 0;

	become_user();
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	while (made < 2000000 && sigqueue(getpid(), 40, (union sigval){ 0 }) == 0)
		made++;
	printf("signals: %ld\n", made);
}

static void makes_timers(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_NONE };
	timer_t t;
	long made = 0;

	become_user();
	while (made < 300000 && timer_create(CLOCK_MONOTONIC, &ev, &t) == 0)
		made++;
	printf("timers: %ld\n", made);
}

static void maps_much(void)
{
	long made = 0;

	become_user();
	while (made < 500000 && mmap(NULL, 4096, PROT_READ | (made & 1 ? PROT_WRITE : 0),
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		made++;
	printf("mappings: %ld\n", made);
}

static void fills_pipes(void)
{
	static char piece[65536];

	become_user();
	for (int i = 0; i < 8; i++) {
		if (fork() != 0)
			continue;
		for (int p[2]; pipe2(p, O_NONBLOCK) == 0;) {
			fcntl(p[1], F_SETPIPE_SZ, 1 << 20);
			while (write(p[1], piece, sizeof piece) > 0)
				continue;
		}
		sleep(1);
		_exit(0);
	}
	while (wait(NULL) > 0)
		continue;
}

static void locks_records(void)
{
	int fd = open("/tmp/records", O_RDWR | O_CREAT, 0666);
	struct flock f = { .l_type = F_WRLCK, .l_len = 1 };
	long made = 0;

	become_user();
	for (; made < 300000 && fcntl(fd, F_SETLK, &f) == 0; made++)
		f.l_start += 2;
	printf("record locks: %ld\n", made);
}

static void nests_directories(void)
{
	char name[181];
	long made = 0;

	memset(name, 'd', 180);
	name[180] = 0;
	chdir("/tmp");
	while (made < 100000 && mkdir(name, 0777) == 0 && chdir(name) == 0)
		made++;
	printf("directories: %ld\n", made);
}

static const struct attack {
	const char *name;
	void (*run)(void);
	double seconds;
} attacks[] = {
	{ "sendfile", sends_randomness, 1 },
	{ "mlock", locks_nothing, 1 },
	{ "populate", populates, 2 },
	{ "mappopulate", maps_populated, 2 },
	{ "fallocate", allocates_file, 2 },
	{ "write", writes_file, 4 },
	{ "remove", punches_hole, 3 },
	{ "lockmap", unmaps_locked_file, 3 },
	{ "zombies", makes_zombies, 10 },
	{ "forks", forks, 5 },
	{ "threads", makes_threads, 6 },
	{ "signals", queues_signals, 5 },
	{ "timers", makes_timers, 5 },
	{ "maps", maps_much, 6 },
	{ "pipes", fills_pipes, 6 },
	{ "records", locks_records, 4 },
	{ "directories", nests_directories, 6 },
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void carry_out(const struct attack *a)
{
	double start = now();
	int status = 0;
	struct sysinfo si = { 0 };
	pid_t p = fork();

	if (p == 0) {
		a->run();
		_exit(0);
	}
	while (waitpid(p, &status, WNOHANG) == 0) {
		if (now() - start > a->seconds)
			kill(p, SIGKILL);
		if (now() - start > a->seconds + 5) {
			printf("%s: HANG\n", a->name);
			reboot(RB_POWER_OFF);
		}
		usleep(5000);
	}
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	umount2("/tmp", MNT_DETACH);
	mount("tmp", "/tmp", "tmpfs", 0, "mode=1777");
	sysinfo(&si);
	printf("%s: status %x, %.2f s, free %lu KiB, processes %u\n", a->name, status,
	       now() - start, si.freeram * si.mem_unit / 1024, si.procs);
}

static int is_chosen(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = list; p != NULL && *p != 0; p += strcspn(p, ", \n"), p += *p == ',')
		if (strncmp(p, name, n) == 0 && strchr(", \n", p[n]) != NULL)
			return 1;
		else if (*p == ' ' || *p == '\n')
			break;
	return list == NULL;
}

int main(void)
{
	static char line[2048];

	setvbuf(stdout, NULL, _IONBF, 0);
	if (getpid() != 1) {
		printf("exhaust: only as process 1\n");
		return 2;
	}
	mount("proc", "/proc", "proc", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("tmp", "/tmp", "tmpfs", 0, "mode=1777");
	read(open("/proc/cmdline", O_RDONLY), line, sizeof line - 1);
	char *list = strstr(line, " t=");

	for (unsigned i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
		if (is_chosen(list == NULL ? NULL : list + 3, attacks[i].name))
			carry_out(&attacks[i]);
	printf("exhaust: end\n");
	reboot(RB_POWER_OFF);
}
