// SPDX-License-Identifier: MPL-2.0
/*
 * The harness: as PID 1 it makes the few files that the rows need, runs every row (or those named
 * as arguments) and prints
 *
 *     BENCH-ROW name ops			before a row: operations in each of its rounds
 *     BENCH name done
 *     BENCH name failed reason
 *     BENCH-END
 *
 * then powers the machine off. The instructions are counted outside, by a plugin of QEMU that knows
 * the addresses of the three marks below; each row is WARM_UP rounds and ROUNDS more of them. Three
 * rows without a line of their own come first: a loop of 20,000 instructions, which shows that the
 * counter counts, and the cost of rounds of 0 and of 1,600 empty operations.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

constexpr unsigned WARM_UP = 4;
constexpr unsigned ROUNDS = 33;
constexpr unsigned SETTLE_SECONDS = 3;
constexpr unsigned ROW_SECONDS = 5; /* of guest time: 5 G instructions */

static const struct row *const families[] = { rows_call, rows_file, rows_ipc,
					      rows_proc, rows_mem,  rows_sched };

/*
 * The marks: functions of their own for their addresses' sake. A row starts at the first, a timed
 * round stands between the two others.
 */
[[gnu::noinline]] void bench_mark_row(void)
{
	__asm__ volatile("nop" : : : "memory");
}

[[gnu::noinline]] void bench_mark_begin(void)
{
	__asm__ volatile("nop" : : : "memory");
}

[[gnu::noinline]] void bench_mark_end(void)
{
	__asm__ volatile("nop" : : : "memory");
}

static verdict timed_round(const struct row *row, unsigned ops)
{
	verdict bad;

	if (row->before != nullptr && (bad = row->before(ops)) != nullptr)
		return bad;
	bench_mark_begin();
	bad = row->run(ops);
	bench_mark_end();
	if (bad == nullptr && row->after != nullptr)
		bad = row->after(ops);
	return bad;
}

static verdict empty_run(unsigned ops)
{
	REPEAT(ops, "empty", ({
		       long r;
		       __asm__ volatile("" : "=r"(r) : "0"(0l));
		       r;
	       }),
	       0);
	return nullptr;
}

static verdict known_run(unsigned ops)
{
	known_loop(ops);
	return nullptr;
}

static verdict measure(const struct row *row)
{
	verdict bad = row->setup != nullptr ? row->setup() : nullptr;

	for (unsigned i = 0; bad == nullptr && i < WARM_UP + ROUNDS; i++)
		bad = timed_round(row, row->ops);
	if (bad == nullptr && row->finish != nullptr)
		bad = row->finish();
	return bad;
}

static void calibrate(void)
{
	static const struct row first[] = {
		{ .name = "known", .ops = 10000, .run = known_run },
		{ .name = "no operation", .ops = 0, .run = empty_run },
		{ .name = "empty operations", .ops = 1600, .run = empty_run },
	};

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		bench_mark_row();
		measure(&first[i]);
	}
}

static void measure_and_say(const struct row *row)
{
	verdict bad = measure(row);

	if (bad != nullptr)
		printf("BENCH %s failed %s\n", row->name, bad);
	else
		printf("BENCH %s done\n", row->name);
}

static void run_row(const struct row *row)
{
	int status = 0;
	pid_t child;

	printf("BENCH-ROW %s %u\n", row->name, row->ops);
	bench_mark_row();
	child = fork();
	if (child == 0) {
		alarm(ROW_SECONDS);
		measure_and_say(row);
		_exit(0);
	}
	if (child < 0) {
		measure_and_say(row); /* a kernel that cannot fork yet still has other rows */
		return;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		printf("BENCH %s failed killed by signal %d (%s)\n", row->name, WTERMSIG(status),
		       strsignal(WTERMSIG(status)));
}

static int is_wanted(const struct row *row, int argc, char **argv)
{
	int named = 0;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			continue;
		named = 1;
		if (strcmp(argv[i], row->name) == 0)
			return 1;
	}
	return !named;
}

static void prepare(void)
{
	mkdir("/dev", 0755);
	mkdir("/proc", 0555);
	mkdir("/tmp", 01777);
	if (access("/dev/zero", F_OK) != 0)
		mount("devtmpfs", "/dev", "devtmpfs", 0, nullptr);
	if (fcntl(1, F_GETFD) < 0) {
		open("/dev/console", O_RDWR);
		dup2(0, 1);
		dup2(0, 2);
	}
	setvbuf(stdout, nullptr, _IOLBF, 0);
	if (mkdir(BENCH_DIR, 0755) != 0 && errno != EEXIST)
		printf("BENCH-WARN mkdir %s: %s\n", BENCH_DIR, strerror(errno));
}

/* Sends the kernel's symbol table to the debug console, for the profiler. */
static void dump_symbols(void)
{
	static char text[1 << 16];
	int fd;

	mount("proc", "/proc", "proc", 0, nullptr);
	fd = open("/proc/kallsyms", O_RDONLY);
	if (fd < 0 || !debug_console_open()) {
		printf("BENCH-WARN no symbols\n");
		return;
	}
	for (ssize_t n; (n = read(fd, text, sizeof(text))) > 0;)
		for (ssize_t i = 0; i < n; i++)
			debug_console_put(text[i]);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "exit") == 0)
		return 0;
	prepare();
	sleep(SETTLE_SECONDS); /* what a kernel puts off until after boot is done by then */
	calibrate();
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--symbols") == 0)
			dump_symbols();
	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++)
		for (const struct row *row = families[f]; row->name != nullptr; row++)
			if (is_wanted(row, argc, argv))
				run_row(row);
	bench_mark_row(); /* the plugin writes its file */
	printf("BENCH-END\n");
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	return 0;
}
