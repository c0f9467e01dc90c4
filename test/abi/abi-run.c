/* SPDX-License-Identifier: MPL-2.0 */
/*
 * abi-run - runs the families of system call tests and sums them up.
 *
 * Usage: abi-run [family...].  Without arguments the families come from ABI=a,b,c in the
 * environment (on a kernel command line that is a bare ABI=a,b,c), else all of them run.
 * The programs are the executables of ABI_DIR (/abi; test/hostile builds this file for its own). As
 * process 1 it mounts what the tests need first and switches the machine off at the end.
 * On a kernel that counts what it hands out, a family after which more is out than before runs
 * again: if it is more each time, that is a leak and a failure.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "leaks.h"

#ifndef FAMILY_TIMEOUT_S
#define FAMILY_TIMEOUT_S 60
#endif
#ifndef GOOD_LINE
#define GOOD_LINE "All syscall tests passed."
#define BAD_LINE  "Syscall tests failed:"
#define PROGRAMS  "/abi"
#endif
#define FAMILIES_MAX 256

struct totals {
	int passed, failed;
	char list[2048]; /* families that failed */
};

static const char *dir = PROGRAMS;

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The executables of `dir`, sorted; the count. */
static int all_families(char **names)
{
	int n = 0;
	DIR *d = opendir(dir);
	if (d == NULL)
		return 0;
	for (struct dirent *e = readdir(d); e != NULL && n < FAMILIES_MAX; e = readdir(d)) {
		char path[512];
		struct stat st;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.' && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    (st.st_mode & 0111) != 0)
			names[n++] = strdup(e->d_name);
	}
	closedir(d);
	qsort(names, (size_t)n, sizeof(names[0]), by_name);
	return n;
}

static int families_from_env(const char *env, char **names)
{
	int n = 0;
	char *copy = strdup(env);
	for (char *p = strtok(copy, ","); p != NULL && n < FAMILIES_MAX; p = strtok(NULL, ","))
		names[n++] = p;
	return n;
}

static long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static pid_t start(const char *name, int *out)
{
	int ends[2];
	if (pipe(ends) != 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		char path[512];
		setsid();
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		int null = open("/dev/null", O_RDONLY);
		dup2(null, 0);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		execl(path, path, (char *)NULL);
		dprintf(1, "# cannot run %s: %s\n", path, strerror(errno));
		_exit(127);
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

/* One complete line of a family: passed on, and the closing totals taken. */
static void take_line(const char *line, bool *closed, struct totals *t)
{
	int good = 0, bad = 0;
	printf("%s\n", line);
	if (sscanf(line, "%d passed, %d failed", &good, &bad) == 2) {
		*closed = true;
		t->passed += good;
		t->failed += bad;
	}
}

/* As process 1 the runner gets the families' orphans; `family` itself is waited for by others. */
static void reap_orphans(pid_t family)
{
	siginfo_t info = { 0 };
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0 &&
	       info.si_pid != family) {
		waitpid(info.si_pid, NULL, 0);
		info.si_pid = 0;
	}
}

/* Copies the family's output until it ends or the time is over; true when it ended by itself. */
static bool drain(pid_t pid, int fd, bool is_quiet, bool *closed, struct totals *t)
{
	static char line[4096];
	size_t used = 0;
	long deadline = now_ms() + FAMILY_TIMEOUT_S * 1000L;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		long left = deadline - now_ms();
		if (left <= 0)
			return false;
		int ready = poll(&p, 1, left < 100 ? (int)left : 100);
		reap_orphans(pid);
		if (ready == 0)
			continue;
		char c[512];
		ssize_t n = read(fd, c, sizeof(c));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++) {
			if (c[i] != '\n' && used < sizeof(line) - 1) {
				line[used++] = c[i];
				continue;
			}
			line[used] = '\0';
			if (!is_quiet)
				take_line(line, closed, t);
			used = 0;
		}
		fflush(stdout);
	}
	return true;
}

static void run_family(const char *name, struct totals *t)
{
	int fd = -1, status = 0, failed_before = t->failed;
	bool closed = false;

	printf("# %s\n", name);
	fflush(stdout);
	pid_t pid = start(name, &fd);
	bool ended = pid > 0 && drain(pid, fd, false, &closed, t);
	if (pid > 0 && !ended)
		kill(-pid, SIGKILL);
	if (pid > 0)
		waitpid(pid, &status, 0);
	if (fd >= 0)
		close(fd);
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!ended)
		printf("not ok - %s: no end after %d s\n", name, FAMILY_TIMEOUT_S);
	else if (!closed || (!clean && t->failed == failed_before))
		printf("not ok - %s: ended with status 0x%x\n", name, (unsigned)status);
	else if (clean)
		return;
	if (t->failed == failed_before)
		t->failed++;
	strncat(t->list, " ", sizeof(t->list) - strlen(t->list) - 1);
	strncat(t->list, name, sizeof(t->list) - strlen(t->list) - 1);
	fflush(stdout);
}

/* Whether anything is still out that was not before, after the patience that dying processes need.
 */
static bool is_more_out(const struct counts *before, bool is_loud)
{
	static struct counts now;
	for (int i = 0; i < 40; i++) {
		reap_orphans(0);
		if (!counts_read(&now) || counts_compare(before, &now, false) == 0)
			return false;
		usleep(25000);
	}
	return counts_compare(before, &now, is_loud) != 0;
}

/* Runs the family again, for what it keeps alone.  True when it kept something. */
static bool keeps_again(const char *name, bool is_loud, struct totals *t)
{
	static struct counts before;
	int fd = -1;
	bool closed = false;
	counts_read(&before);
	pid_t pid = start(name, &fd);
	if (pid <= 0)
		return false;
	if (!drain(pid, fd, true, &closed, t))
		kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	return is_more_out(&before, is_loud);
}

/* A leak is there each time; what several CPUs do in another order each time may make a table grow
 * once, which then stays. */
static void look_for_leaks(const char *name, struct totals *t)
{
	enum { RUNS = 3 };
	for (int i = 0; i < RUNS; i++) {
		if (!keeps_again(name, i == RUNS - 1, t))
			return;
	}
	printf("not ok - %s: leaks\n", name);
	t->failed++;
	strncat(t->list, " ", sizeof(t->list) - strlen(t->list) - 1);
	strncat(t->list, name, sizeof(t->list) - strlen(t->list) - 1);
}

/* A family and what it left behind. */
static void run_and_account(const char *name, struct totals *t)
{
	static struct counts before;
	bool counts = counts_read(&before);
	run_family(name, t);
	if (!counts || !is_more_out(&before, false))
		return;
	printf("# %s again: more is handed out than before\n", name);
	look_for_leaks(name, t);
}

static void become_init(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 01777);
	chmod("/tmp", 01777);
	if (mount("proc", "/proc", "proc", 0, "") != 0 && errno != EBUSY)
		printf("# mount /proc: %s\n", strerror(errno));
	if (mount("sysfs", "/sys", "sysfs", 0, "") != 0 && errno != EBUSY)
		printf("# mount /sys: %s\n", strerror(errno));
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, "") != 0 && errno != EBUSY)
		printf("# mount /dev: %s\n", strerror(errno));
	int fd = open("/dev/console", O_RDWR);
	if (fd >= 0 && fd != 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
	}
	if (fd > 2)
		close(fd);
	/* For a kernel that finds no clock (ABI_TIME=seconds on its command line). */
	const char *now = getenv("ABI_TIME");
	struct timespec t = { .tv_sec = now != NULL ? atol(now) : 0 };
	if (time(NULL) < t.tv_sec)
		clock_settime(CLOCK_REALTIME, &t);
	setenv("PATH", "/usr/bin:/bin:/usr/sbin:/sbin", 0);
}

int main(int argc, char **argv)
{
	static char *names[FAMILIES_MAX];
	static struct totals t;
	int count = 0;
	bool init = getpid() == 1;

	if (init)
		become_init();
	if (getenv("ABI_DIR") != NULL)
		dir = getenv("ABI_DIR");
	if (argc > 1 && !init) {
		count = argc - 1 < FAMILIES_MAX ? argc - 1 : FAMILIES_MAX;
		memcpy(names, argv + 1, (size_t)count * sizeof(names[0]));
	} else if (getenv("ABI") != NULL) {
		count = families_from_env(getenv("ABI"), names);
	} else {
		count = all_families(names);
	}
	for (int i = 0; i < count; i++)
		run_and_account(names[i], &t);
	if (count == 0) {
		printf("not ok - no families in %s\n", dir);
		t.failed++;
	}
	printf("%d passed, %d failed\n", t.passed, t.failed);
	if (t.failed == 0)
		printf(GOOD_LINE "\n");
	else
		printf(BAD_LINE "%s\n", t.list);
	fflush(stdout);
	if (init) {
		sync();
		reboot(RB_POWER_OFF);
		for (;;)
			pause();
	}
	return t.failed == 0 ? 0 : 1;
}
