/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fuzz_calls - random system calls, as a hostile program would make them.
 *
 *   fuzz_calls [seed=N] [seconds=N] [calls=N] [mode=calls|race|tty|all] [from=N] [only=NAME,...]
 * [-v]
 *
 * Each round is a child with limits, an alarm and a folder of its own; what it does follows from
 * the seed and the number of the round alone (from= starts at a round).  A line per 50 rounds shows
 * what memory and how many processes there are, so that a leak is seen.  As process 1 it takes its
 * arguments from the command line of the kernel, mounts what it needs and ends with a power off.
 * It never judges answers: the kernel fails when it oopses, panics, hangs or loses memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/calls.h"

/* ---- a round ---- */

static void limit(int what, rlim_t most)
{
	setrlimit(what, &(struct rlimit){ most, most });
}

static void ignore(int sig)
{
	(void)sig;
}

static void arena(void)
{
	mmap(ARENA, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	     0);
	for (unsigned i = 0; i < 256; i++)
		if (below(8) == 0)
			mprotect(ARENA + i * 4096ul, 4096, (int)below(2));
}

static void descriptors(void)
{
	int both[2];

	mkdir("d", 0777);
	mkdir("d/d", 0777);
	mkfifo("fifo", 0666);
	symlink("d", "l");
	symlink("loop2", "loop1");
	symlink("loop1", "loop2");
	pipe2(both, below(2) ? O_NONBLOCK : 0);
	pipe(both);
	open("a", O_RDWR | O_CREAT, 0666);
	open("b", O_RDWR | O_CREAT | O_APPEND, 0666);
	open("d", O_RDONLY);
	open("fifo", O_RDWR);
	open("/dev/zero", O_RDWR);
	open("/dev/null", O_RDWR);
	open("/proc/self/mem", O_RDWR);
	open("/proc/self/maps", O_RDONLY);
	open("/proc", O_RDONLY);
	open("/proc/self/fd", O_RDONLY);
	open("/dev/urandom", O_RDWR);
	open("/", O_PATH);
	memfd_create("memory", MFD_ALLOW_SEALING);
	open("/dev/full", O_RDWR);
	open(PICK(names), O_RDWR | O_NONBLOCK);
	open(PICK(names), O_RDONLY | O_NONBLOCK);
}

static __thread sigjmp_buf fault_at;
static __thread int fault_armed;

static void on_fault(int sig)
{
	if (fault_armed)
		siglongjmp(fault_at, 1);
	_exit(sig);
}

static void catch_faults(void)
{
	struct sigaction sa = { .sa_handler = on_fault, .sa_flags = SA_ONSTACK | SA_NODEFER };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

static void calls_round(unsigned many)
{
	static uint8_t stack[65536];

	sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
	for (volatile unsigned i = 0; i < many; i++) {
		if (i % 8 == 0)
			catch_faults();
		if (below(32) == 0)
			arena();
		fault_armed = 1;
		if (sigsetjmp(fault_at, 0) == 0)
			one_call();
		fault_armed = 0;
	}
}

/* ---- threads of one process against each other ---- */

static void touch(void)
{
	volatile uint8_t *at = (uint8_t *)ARENA + below(ARENA_SIZE);

	if (below(2))
		*at = 1;
	else
		(void)*at;
}

static void race_step(void)
{
	uint64_t page = (uint64_t)ARENA + below(64) * 4096ul;
	uint64_t size = (1 + below(32)) * 4096ul;
	static const int ops[] = { FUTEX_WAIT,	     FUTEX_WAKE,	FUTEX_WAIT_BITSET,
				   FUTEX_REQUEUE,    FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP,
				   FUTEX_WAIT | 128, FUTEX_WAKE | 128,	FUTEX_CMP_REQUEUE | 128 };
	struct timespec soon = { 0, below(2000000) };
	int both[2];

	switch (below(22)) {
	case 0:
		mmap((void *)page, size, (int)below(4), MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		     0);
		break;
	case 1:
		mmap((void *)page, size, (int)below(4), MAP_SHARED | MAP_FIXED, (int)fd(),
		     below(4) * 4096);
		break;
	case 2:
		munmap((void *)page, size);
		break;
	case 3:
		mprotect((void *)page, size, (int)below(4));
		break;
	case 4:
		mremap((void *)page, size, (1 + below(40)) * 4096ul, (int)below(4),
		       ARENA + below(64) * 4096ul);
		break;
	case 5:
		madvise((void *)page, size, (int)below(30));
		break;
	case 6:
		close(3 + (int)below(20));
		break;
	case 7:
		dup2(3 + (int)below(20), 3 + (int)below(20));
		break;
	case 8:
		open(PICK(names), (int)openflags() | O_NONBLOCK, 0666);
		break;
	case 9:
		pipe2(both, O_NONBLOCK * (int)below(2));
		break;
	case 10:
		syscall(SYS_read, 3 + below(20), address(), below(70000));
		break;
	case 11:
		syscall(SYS_write, 3 + below(20), address(), below(70000));
		break;
	case 12:
		syscall(SYS_futex, page, PICK(ops), below(2), &soon, page + below(2) * 4096,
			below(3));
		break;
	case 13:
		if (below(4) == 0 && fork() == 0) {
			touch();
			_exit(0);
		}
		break;
	case 14:
		waitpid(-1, NULL, WNOHANG);
		break;
	case 15:
		syscall(SYS_tkill, getpid() + below(5), 34 + below(10));
		break;
	case 16:
		if (below(200) == 0)
			execl("/proc/self/exe", "fuzz_calls", "mode=nothing", NULL);
		if (below(300) == 0)
			_exit(0);
		break;
	case 17:
		poll((struct pollfd[]){ { 3 + (int)below(20), 7, 0 },
					{ 3 + (int)below(20), 7, 0 } },
		     2, (int)below(3));
		break;
	case 18:
		ftruncate(3 + (int)below(20), below(32) * 4096);
		break;
	case 19:
		msync((void *)page, size, MS_SYNC);
		break;
	default:
		touch();
	}
}

struct racer {
	uint64_t seed;
	unsigned many;
	unsigned mixed;
};

static void *racer(void *arg)
{
	struct racer *r = arg;
	char *stack = malloc(65536);

	state = r->seed;
	sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = 65536 }, NULL);
	for (unsigned i = 0; i < r->many; i++) {
		fault_armed = 1;
		if (sigsetjmp(fault_at, 0) == 0) {
			if (r->mixed && below(8) == 0)
				one_call();
			else
				race_step();
		}
		fault_armed = 0;
	}
	return NULL;
}

static void race_round(unsigned many)
{
	pthread_t ids[4];
	struct racer with[4];

	for (int sig = 34; sig < 44; sig++)
		sigaction(sig,
			  &(struct sigaction){ .sa_handler = ignore,
					       .sa_flags = below(2) ? SA_RESTART : SA_ONSTACK },
			  NULL);
	catch_faults();
	unsigned mixed = below(2);

	for (int i = 0; i < 4; i++) {
		with[i] = (struct racer){ rnd(), many, mixed };
		if (pthread_create(&ids[i], NULL, racer, &with[i]) != 0)
			_exit(9);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(ids[i], NULL);
}

/* The terminal: every ioctl, with the rest of the calls on its descriptor, in a session of its own.
 */
static void tty_round(unsigned many)
{
	for (unsigned i = 0; i < many; i++) {
		unsigned long request = below(10) ? 0x5400 + below(0x70) : value();
		int to = 3 + (int)below(3);

		if (below(3) == 0)
			tcsetpgrp(to, (pid_t)pid());
		else if (below(4) == 0)
			write(to, "\033x\t\r\n", below(6));
		else if (below(6) == 0)
			one_call();
		else if (request != TIOCSTI || geteuid() != 0)
			ioctl(to, request, words());
		tcflow(to, TCOON);
	}
}

static void child(uint64_t seed, unsigned round, unsigned many)
{
	char name[64];

	state = seed * 1000003 + round;
	rnd();
	setsid();
	snprintf(name, sizeof name, "/tmp/f%u", round % 8);
	mkdir(name, 0777);
	chmod(name, 0777);
	if (chdir(name) != 0) {
		printf("fuzz: round %u has no folder: %s\n", round, strerror(errno));
		exit(1);
	}
	unsigned dice = below(4);
	int tty = -1;

	if (strcmp(mode, "tty") == 0 || (strcmp(mode, "all") == 0 && dice == 0 && below(4) == 0)) {
		tty = open("/dev/ttyS0", O_RDWR | O_NONBLOCK);
		if (tty >= 0 && tty < 3)
			tty = fcntl(tty, F_DUPFD, 3);
		ioctl(tty, TIOCSCTTY, 1);
		dup(tty);
		open("/dev/tty", O_RDWR | O_NONBLOCK);
	}
	descriptors();
	arena();
	if (below(3)) {
		setgroups(0, NULL);
		setgid(1000);
		setuid(1000);
	}
	limit(RLIMIT_AS, 256 << 20);
	limit(RLIMIT_NOFILE, 64);
	limit(RLIMIT_NPROC, 40);
	limit(RLIMIT_FSIZE, 1 << 20);
	limit(RLIMIT_CPU, 3);
	limit(RLIMIT_CORE, 0);
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGALRM && sig != SIGSEGV && sig != SIGBUS && sig != SIGILL &&
		    sig != SIGFPE && sig != SIGXCPU)
			signal(sig, below(2) ? ignore : SIG_IGN);
	signal(SIGSEGV, SIG_DFL);
	/* Whatever blocks is woken soon. */
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = ignore }, NULL);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 8000 }, { 0, 8000 } }, NULL);
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; i < 3; i++)
		if (!verbose || i != 2)
			dup2(null, i);
	close(null);
	if (tty >= 0)
		tty_round(many);
	else if (strcmp(mode, "race") == 0 || (strcmp(mode, "all") == 0 && dice == 1))
		race_round(many);
	else
		calls_round(many);
	_exit(0);
}

static void wipe(const char *folder)
{
	pid_t p = fork();

	if (p == 0) {
		static const char *const left[] = { "a",    "b",      "c",     "l",
						    "fifo", "loop1",  "loop2", "d/a",
						    "d/b",  "d/fifo", "x" };

		if (chdir(folder) != 0)
			_exit(0);
		for (unsigned i = 0; i < sizeof left / sizeof left[0]; i++) {
			unlink(left[i]);
			rmdir(left[i]);
		}
		_exit(0);
	}
	waitpid(p, NULL, 0);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How rounds ended: 0 by themselves, else by that signal. */
static unsigned ends[32];

static void show_file(int pid, int tid, const char *what)
{
	char path_of[64], text_of[1200];

	snprintf(path_of, sizeof path_of, "/proc/%d/task/%d/%s", pid, tid, what);
	int in = open(path_of, O_RDONLY);
	ssize_t got = read(in, text_of, sizeof text_of - 1);

	close(in);
	if (got > 0)
		printf("%s: %.*s\n", path_of, (int)got, text_of);
}

/* What a process that does not die is at. */
static void show_hung(int pid)
{
	for (int tid = pid; tid < pid + 64; tid++) {
		show_file(pid, tid, "status");
		show_file(pid, tid, "wchan");
		show_file(pid, tid, "syscall");
	}
	fflush(stdout);
}

/* A round may leave processes in its group, stopped ones too; all are killed and, by process 1,
 * reaped. */
static void run_round(uint64_t seed, unsigned round, unsigned many)
{
	pid_t p = fork();

	if (p == 0)
		child(seed, round, many);
	double end = now() + 1;

	int status = 0;

	while (waitpid(p, &status, WNOHANG) == 0) {
		if (now() > end) {
			kill(-p, SIGKILL);
			kill(p, SIGKILL);
			if (now() > end + 4) {
				printf("fuzz: HANG round %u pid %d cannot be killed\n", round, p);
				show_hung(p);
				break;
			}
		}
		usleep(2000);
	}
	if (WIFSIGNALED(status))
		ends[WTERMSIG(status) & 31]++;
	else
		ends[0]++;
	kill(-p, SIGKILL);
	if (getpid() == 1)
		kill(-1, SIGKILL);
	while (now() < end + 8 &&
	       (p = waitpid(-1, NULL, WNOHANG), p > 0 || (p == 0 && getpid() == 1)))
		if (p == 0)
			usleep(1000);
	if (getpid() == 1 && p == 0)
		printf("fuzz: HANG round %u leaves processes\n", round);
}

static void show(unsigned round)
{
	struct sysinfo si = { 0 };

	sysinfo(&si);
	printf("fuzz: round %u free %lu KiB procs %u ends", round, si.freeram * si.mem_unit / 1024,
	       si.procs);
	for (unsigned i = 0; i < 32; i++)
		if (ends[i] != 0)
			printf(" %u:%u", i, ends[i]);
	printf("\n");
	fflush(stdout);
}

static void set_up(void)
{
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 01777);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("tmp", "/tmp", "tmpfs", 0, "size=8m,nr_inodes=2000");
	chmod("/tmp", 01777);
}

static char line[4096];

int main(int argc, char **argv)
{
	unsigned long seed = (unsigned long)time(NULL), seconds = 60;
	unsigned many = 300, from = 0;
	char *words_of[64] = { 0 };
	int n = 0;

	for (int i = 1; i < argc && n < 63; i++)
		words_of[n++] = argv[i];
	if (getpid() == 1) {
		set_up();
		int in = open("/proc/cmdline", O_RDONLY);

		read(in, line, sizeof line - 1);
		close(in);
		for (char *w = strtok(line, " \n"); w != NULL && n < 63; w = strtok(NULL, " \n"))
			words_of[n++] = w;
	}
	for (int i = 0; i < n; i++) {
		char *w = words_of[i];

		if (strncmp(w, "seed=", 5) == 0)
			seed = strtoul(w + 5, NULL, 0);
		else if (strncmp(w, "seconds=", 8) == 0)
			seconds = strtoul(w + 8, NULL, 0);
		else if (strncmp(w, "calls=", 6) == 0)
			many = (unsigned)atoi(w + 6);
		else if (strncmp(w, "from=", 5) == 0)
			from = (unsigned)atoi(w + 5);
		else if (strncmp(w, "mode=", 5) == 0)
			mode = w + 5;
		else if (strncmp(w, "only=", 5) == 0)
			only = w + 5;
		else if (strcmp(w, "-v") == 0 || strcmp(w, "verbose=1") == 0)
			verbose = 1;
	}
	if (strcmp(mode, "nothing") == 0)
		return 0;
	printf("fuzz: seed=%lu seconds=%lu calls=%u mode=%s from=%u\n", seed, seconds, many, mode,
	       from);
	show(from);
	double end = now() + (double)seconds;

	for (unsigned round = from; now() < end; round++) {
		char name[64];

		run_round(seed, round, many);
		snprintf(name, sizeof name, "/tmp/f%u", round % 8);
		wipe(name);
		if (round % 50 == 49)
			show(round + 1);
	}
	for (int i = 0; i < 8; i++) {
		char name[64];

		snprintf(name, sizeof name, "/tmp/f%d", i);
		wipe(name);
	}
	if (getpid() == 1) {
		umount2("/tmp", 0);
		show(0);
		printf("fuzz: end\n");
		fflush(stdout);
		reboot(RB_POWER_OFF);
	}
	printf("fuzz: end\n");
	return 0;
}
