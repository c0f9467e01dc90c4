// SPDX-License-Identifier: MPL-2.0
/*
 * The harness: as PID 1 it makes the few files that the rows need, runs every row (or those named
 * as arguments) and prints
 *
 *     BENCH name instructions_per_op		(with one decimal)
 *     BENCH name failed reason
 *     BENCH-SPREAD name min median max rounds ops	(instructions per round)
 *     BENCH-END
 *
 * then powers the machine off. A row's figure is the mean of the middle half of its rounds less
 * the cost of the empty loop, so that the few rounds which a timer interrupt hits do not count.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

constexpr unsigned WARM_UP = 4;
constexpr unsigned ROUNDS = 33;
constexpr unsigned ROW_SECONDS = 5; /* of guest time: 5 G instructions */

static const struct row *const families[] = { rows_call, rows_file, rows_ipc, rows_proc, rows_mem };
static unsigned long round_overhead;	/* of a round with no operation */
static unsigned long loop_overhead_x16; /* of 16 turns of REPEAT */

verdict failure(const char *format, ...)
{
	static char reason[160];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	return reason;
}

verdict bad_result(const char *what, long result)
{
	if (result < 0 && result > -4096)
		return failure("%s: %s", what, strerror((int)-result));
	return failure("%s: returned %ld", what, result);
}

long minor_faults(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_minflt : -1;
}

/*
 * The profiler's plugin records between these two. They are functions of their own for their
 * addresses' sake, and stand outside of the counter's two readings.
 */
[[gnu::noinline]] void bench_mark_begin(void)
{
	__asm__ volatile("nop" : : : "memory");
}

[[gnu::noinline]] void bench_mark_end(void)
{
	__asm__ volatile("nop" : : : "memory");
}

static verdict timed_round(const struct row *row, unsigned ops, unsigned long *taken)
{
	verdict bad;

	if (row->before != nullptr && (bad = row->before(ops)) != nullptr)
		return bad;
	bench_mark_begin();
	unsigned long start = counter();
	bad = row->run(ops);
	*taken = counter() - start;
	bench_mark_end();
	if (bad == nullptr && row->after != nullptr)
		bad = row->after(ops);
	return bad;
}

static int by_size(const void *a, const void *b)
{
	const unsigned long *x = a;
	const unsigned long *y = b;

	return (*x > *y) - (*x < *y);
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

static void calibrate(void)
{
	static const struct row empty = { .name = "empty", .run = empty_run };
	unsigned long none = 0;
	unsigned long some = 0;

	for (unsigned i = 0; i < WARM_UP; i++) {
		timed_round(&empty, 0, &none);
		timed_round(&empty, 1600, &some);
	}
	round_overhead = none;
	loop_overhead_x16 = (some - none) / 100;
}

/* Does the counter count instructions? Prints what it saw; the host refuses other answers. */
static void check_counter(void)
{
	unsigned long best = ~0ul;

	for (unsigned i = 0; i < 9; i++) {
		unsigned long start = counter();

		known_loop(10000);
		unsigned long taken = counter() - start;
		best = taken < best ? taken : best;
	}
	printf("BENCH-COUNTER %lu of 20000\n", best);
}

static unsigned long middle_mean(const unsigned long *sorted)
{
	unsigned long sum = 0;

	for (unsigned i = ROUNDS / 4; i < ROUNDS - ROUNDS / 4; i++)
		sum += sorted[i];
	return sum / (ROUNDS - 2 * (ROUNDS / 4));
}

static verdict measure(const struct row *row)
{
	unsigned long taken[ROUNDS];
	verdict bad = row->setup != nullptr ? row->setup() : nullptr;

	for (unsigned i = 0; bad == nullptr && i < WARM_UP; i++)
		bad = timed_round(row, row->ops, &taken[0]);
	for (unsigned i = 0; bad == nullptr && i < ROUNDS; i++)
		bad = timed_round(row, row->ops, &taken[i]);
	if (bad == nullptr && row->finish != nullptr)
		bad = row->finish();
	if (bad != nullptr)
		return bad;

	qsort(taken, ROUNDS, sizeof(taken[0]), by_size);
	unsigned long middle = middle_mean(taken);
	unsigned long overhead = round_overhead + loop_overhead_x16 * row->ops / 16;
	unsigned long tenths = middle > overhead ? (middle - overhead) * 10 / row->ops : 0;

	printf("BENCH %s %lu.%lu\n", row->name, tenths / 10, tenths % 10);
	printf("BENCH-SPREAD %s %lu %lu %lu %u %u\n", row->name, taken[0], taken[ROUNDS / 2],
	       taken[ROUNDS - 1], ROUNDS, row->ops);
	return nullptr;
}

static void measure_and_say(const struct row *row)
{
	verdict bad = measure(row);

	if (bad != nullptr)
		printf("BENCH %s failed %s\n", row->name, bad);
}

static void run_row(const struct row *row)
{
	int status = 0;
	pid_t child = fork();

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

/* Sends the kernel's symbol table to the debug console (port 0xe9), for the profiler. */
static void dump_symbols(void)
{
	static char text[1 << 16];
	int fd;

	mount("proc", "/proc", "proc", 0, nullptr);
	fd = open("/proc/kallsyms", O_RDONLY);
	if (fd < 0 || SYS1(172 /* iopl */, 3) != 0) {
		printf("BENCH-WARN no symbols\n");
		return;
	}
	for (ssize_t n; (n = read(fd, text, sizeof(text))) > 0;)
		for (ssize_t i = 0; i < n; i++)
			__asm__ volatile("outb %0, $0xe9" : : "a"(text[i]));
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "exit") == 0)
		return 0;
	prepare();
	check_counter();
	calibrate();
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--symbols") == 0)
			dump_symbols();
	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++)
		for (const struct row *row = families[f]; row->name != nullptr; row++)
			if (is_wanted(row, argc, argv))
				run_row(row);
	printf("BENCH-END\n");
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	return 0;
}
