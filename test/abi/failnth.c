/* SPDX-License-Identifier: MPL-2.0 */
/*
 * failnth - every error path of an allocation: each call runs with its 1st, 2nd, 3rd … allocation
 * failing, until none is left to fail.
 *
 * Each run must succeed or fail with an errno of its kind, leave nothing half done (no descriptor,
 * no name in the folder), keep nothing in the kernel, and the call must work again afterwards.
 * Needs a debug kernel
 * (/proc/self/fail-nth and /proc/sys/debug/counts); elsewhere there is nothing to test.
 */
#include "abi.h"

#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#include "failnth_calls.h"
#include "leaks.h"

enum { NTH_MAX = 2000 };

static int nth_fd = -1;

static void arm(int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);
	/* The write itself may be the one that fails, when an order is still open. */
	while (pwrite(nth_fd, text, (size_t)len, 0) != len)
		;
}

/* Whether the order was carried out. */
static bool was_injected(void)
{
	char text[16] = "";
	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		return true;
	return atoi(text) == 0;
}

static int lowest_fd(void)
{
	int fd = dup(0);
	close(fd);
	return fd;
}

static int names_in_folder(void)
{
	int n = 0;
	DIR *d = opendir(".");
	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

static bool is_expected(const struct call *c, long r)
{
	return r >= 0 || r == -ENOMEM || (c->errno_too != 0 && r == -c->errno_too);
}

/* One run with the nth allocation failing; false when none was left to fail. */
static bool one_run(const struct call *c, int nth, const char **wrong)
{
	int fd = lowest_fd(), names = names_in_folder();
	c->before();
	arm(nth);
	long r = c->run();
	bool injected = was_injected();
	arm(0);
	c->after(r);
	if (!is_expected(c, r)) {
		abi_note("%s: allocation %d failing gives %ld", c->name, nth, r);
		*wrong = "an errno of its kind";
	} else if (r < 0 && !injected) {
		*wrong = "success when nothing fails";
	} else if (lowest_fd() != fd) {
		*wrong = "no descriptor left behind";
	} else if (names_in_folder() != names) {
		*wrong = "no name left behind";
	}
	return injected;
}

static bool is_leaking(const struct counts *before, bool is_loud)
{
	static struct counts now;
	for (int i = 0; i < 10; i++) {
		if (!counts_read(&now) || counts_compare(before, &now, false) == 0)
			return false;
		usleep(10000);
	}
	return counts_compare(before, &now, is_loud) != 0;
}

static void run_all(const struct call *c, int *runs, const char **wrong)
{
	int nth = 1;
	*wrong = NULL;
	while (nth < NTH_MAX && one_run(c, nth, wrong) && *wrong == NULL)
		nth++;
	*runs = nth - 1;
	if (*wrong == NULL && nth == NTH_MAX)
		*wrong = "an end";
}

static void test(const struct call *c)
{
	static struct counts before;
	const char *wrong = NULL;
	int runs = 0;
	c->before();
	long r = c->run();
	c->after(r);
	if (r == -ENOSYS || r == -ENODEV || r == -ENOENT) {
		abi_note("%s: not here (%ld)", c->name, r);
		return;
	}
	/* The first rounds fill caches, the program's own among them: what every one of four keeps
	 * is a leak. */
	bool is_kept = true;
	for (int round = 0; round < 4 && wrong == NULL && is_kept; round++) {
		counts_read(&before);
		run_all(c, &runs, &wrong);
		is_kept = is_leaking(&before, round == 3);
	}
	if (wrong == NULL && is_kept)
		wrong = "nothing kept";
	if (wrong == NULL) {
		c->before();
		r = c->run();
		c->after(r);
		if (r < 0)
			wrong = "that it works again";
	}
	abi_check(wrong == NULL, c->name, "wanted: %s", wrong == NULL ? "" : wrong);
	abi_note("%s: %d allocations", c->name, runs);
}

static void set(const char *name, const char *value)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/sys/debug/failslab/%s", name);
	int fd = open(path, O_WRONLY);
	CHECK(fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value), path);
	close(fd);
}

/* Allocations below one function fail, twice, in tasks that are marked. */
static void test_site(void)
{
	int mark = open("/proc/self/make-it-fail", O_WRONLY);
	set("site", "vfs_mkdir");
	set("times", "2");
	set("task-filter", "Y");
	set("probability", "100");
	CHECK_OK(mkdir("site0", 0700), "failslab: a task that is not marked is spared");
	CHECK_EQ(write(mark, "1", 1), 1, "make-it-fail takes 1");
	CHECK_ERRNO(mkdir("site1", 0700), ENOMEM, "failslab: the first below the site fails");
	CHECK_OK(symlink("x", "site2"), "failslab: another site is spared");
	CHECK_ERRNO(mkdir("site1", 0700), ENOMEM, "failslab: the second fails");
	CHECK_OK(mkdir("site1", 0700), "failslab: the third is one too many");
	write(mark, "0", 1);
	close(mark);
	set("probability", "0");
	rmdir("site0");
	rmdir("site1");
	unlink("site2");
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "exec-child") == 0)
		exec_child();
	abi_begin("failnth");
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0) {
		CHECK(errno == ENOENT, "no fault injection here");
		return abi_end();
	}
	(void)was_injected();
	calls_begin();
	for (size_t i = 0; i < countof(calls); i++)
		test(&calls[i]);
	calls_end();
	test_site();
	close(nth_fd);
	return abi_end();
}
