// SPDX-License-Identifier: MPL-2.0
/*
 * scaling - what an operation costs while other CPUs do the same on objects of their own.
 *
 * As PID 1 it runs each row with 1, 2, 4 and 8 workers, TIMES times, and prints for each run
 *
 *     SCALING name workers ops		ops: operations of each worker that are counted
 *     SCALING name workers failed reason
 *     SCALING-END
 *
 * then powers the machine off.  Worker i is pinned to CPU i.  All start together; each does ROUNDS
 * rounds that are counted and goes on until the last worker has done its own, so that every round
 * that is counted has all the others beside it.  Instructions are counted outside, by
 * plugin/scaling.c, which knows the addresses of the marks below.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

constexpr unsigned WORKERS_MAX = 8;
constexpr unsigned WARM_UP = 8;
constexpr unsigned ROUNDS = 24;
constexpr unsigned TIMES = 3; /* each row with each number of workers */
constexpr unsigned SETTLE_SECONDS = 3;
constexpr size_t PAGES = 64;
constexpr size_t UNTOUCHED = 65536;
constexpr size_t AREA = 4u << 20; /* of addresses, for each worker of one space */
constexpr size_t STACK = 64u << 10;

/* One worker's own objects. */
struct worker {
	unsigned index;
	unsigned char *area; /* addresses that no other worker's tables speak for */
	unsigned char *region;
	int to_partner[2], from_partner[2];
	long partner;
	uint32_t word;
	char path[32];
};

struct scaling_row {
	const char *name;
	unsigned ops; /* in a round */
	int is_one_space;
	verdict (*setup)(struct worker *w);
	verdict (*before)(struct worker *w); /* before each round, not counted */
	verdict (*run)(struct worker *w, unsigned ops);
	verdict (*after)(struct worker *w); /* after each round, not counted */
	verdict (*finish)(struct worker *w);
};

/* What the workers of a row share with each other and the first process. */
struct meeting {
	unsigned wanted, ready, started, done;
	const char *reason;
	char text[160];
};

static struct meeting *meeting;
static struct worker workers[WORKERS_MAX];
static size_t page;

/* ---- marks: functions of their own for their addresses' sake ---- */

#define MARK(name)                                                                                 \
	[[gnu::noinline]] void bench_mark_##name(void)                                             \
	{                                                                                          \
		__asm__ volatile("nop" : : : "memory");                                            \
	}                                                                                          \
	static_assert(true)

MARK(row);   /* a row with some number of workers begins */
MARK(first); /* the first worker begins */
MARK(begin); /* a round that is counted, on this CPU */
MARK(end);
MARK(last); /* the last worker has done its rounds */

/* ---- the machine's own figures ---- */

static verdict known_run(struct worker *w, unsigned ops)
{
	(void)w;
	known_loop(ops / 2);
	return nullptr;
}

static verdict empty_run(struct worker *w, unsigned ops)
{
	(void)w;
	REPEAT(ops, "empty", ({
		       long r;
		       __asm__ volatile("" : "=r"(r) : "0"(0l));
		       r;
	       }),
	       0);
	return nullptr;
}

/* ---- memory ---- */

static long map_at(void *at, size_t size, int protection)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (at != nullptr ? MAP_FIXED : 0);

	return SYS6(SYS_mmap, at, size, protection, flags, -1, 0);
}

/* A region between inaccessible pages, so that it is merged with no neighbour; in the worker's own
 * area if it has one. */
static verdict fault_before(struct worker *w)
{
	w->region = (unsigned char *)NEED("mmap", map_at(w->area, (PAGES + 2) * page, PROT_NONE)) +
		    page;
	NEED("mprotect", SYS3(SYS_mprotect, w->region, PAGES * page, PROT_READ | PROT_WRITE));
	return nullptr;
}

static verdict fault_run(struct worker *w, unsigned ops)
{
	for (unsigned i = 0; i < ops; i++)
		*(volatile unsigned char *)(w->region + i * page) = 1;
	return nullptr;
}

static verdict fault_after(struct worker *w)
{
	for (size_t i = 0; i < PAGES; i++)
		if (w->region[i * page] != 1 || w->region[i * page + page - 1] != 0)
			return failure("page %zu is not a zeroed page", i);
	NEED("munmap", SYS2(SYS_munmap, w->region - page, (PAGES + 2) * page));
	return nullptr;
}

static verdict mmap_run(struct worker *w, unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		long at = map_at(w->area, UNTOUCHED, PROT_READ | PROT_WRITE);
		if (at < 0)
			return bad_result("mmap", at);
		long r = SYS2(SYS_munmap, at, UNTOUCHED);
		if (r != 0)
			return bad_result("munmap", r);
	}
	return nullptr;
}

/* ---- processes, files ---- */

static verdict fork_run(struct worker *w, unsigned ops)
{
	(void)w;
	for (unsigned i = 0; i < ops; i++) {
		int status = -1;
		long child = SYS5(SYS_clone, SIGCHLD, 0, 0, 0, 0);

		if (child == 0)
			SYS1(SYS_exit_group, 7);
		if (child < 0)
			return bad_result("fork", child);
		long r = SYS4(SYS_wait4, child, &status, 0, 0);
		if (r != child || status != 7 << 8)
			return failure("wait4: returned %ld, status %#x", r, (unsigned)status);
	}
	return nullptr;
}

static verdict file_setup(struct worker *w)
{
	snprintf(w->path, sizeof(w->path), "/tmp/worker-%u", w->index);
	mkdir(w->path, 0755);
	snprintf(w->path, sizeof(w->path), "/tmp/worker-%u/data", w->index);
	long fd = NEED("open", SYS4(SYS_openat, AT_FDCWD, w->path, O_CREAT | O_RDWR, 0644));
	NEED("close", SYS1(SYS_close, fd));
	return nullptr;
}

static verdict file_run(struct worker *w, unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		long fd = SYS4(SYS_openat, AT_FDCWD, w->path, O_RDONLY, 0);
		if (fd < 0)
			return bad_result("open", fd);
		long r = SYS1(SYS_close, fd);
		if (r != 0)
			return bad_result("close", r);
	}
	return nullptr;
}

/* ---- futexes, pipes ---- */

static verdict futex_run(struct worker *w, unsigned ops)
{
	REPEAT(ops, "futex wake", SYS6(SYS_futex, &w->word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0), 0);
	return nullptr;
}

static void answer_until_closed(struct worker *w)
{
	unsigned char byte;

	close(w->to_partner[1]);
	close(w->from_partner[0]);
	while (SYS3(SYS_read, w->to_partner[0], &byte, 1) == 1) {
		byte++;
		if (SYS3(SYS_write, w->from_partner[1], &byte, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

/* The partner runs on the worker's CPU. */
static verdict pipe_setup(struct worker *w)
{
	NEED("pipe", SYS2(SYS_pipe2, w->to_partner, 0));
	NEED("pipe", SYS2(SYS_pipe2, w->from_partner, 0));
	w->partner = NEED("fork", SYS5(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	if (w->partner == 0)
		answer_until_closed(w);
	close(w->to_partner[0]);
	close(w->from_partner[1]);
	return nullptr;
}

static verdict pipe_run(struct worker *w, unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		unsigned char byte = (unsigned char)i;
		long r = SYS3(SYS_write, w->to_partner[1], &byte, 1);
		if (r != 1)
			return bad_result("write", r);
		r = SYS3(SYS_read, w->from_partner[0], &byte, 1);
		if (r != 1)
			return bad_result("read", r);
		if (byte != (unsigned char)(i + 1))
			return failure("the partner sent %u after %u", byte, i);
	}
	return nullptr;
}

static verdict pipe_finish(struct worker *w)
{
	int status = -1;

	close(w->to_partner[1]);
	NEED("wait4", SYS4(SYS_wait4, w->partner, &status, 0, 0));
	return status == 0 ? nullptr : failure("the partner ended with %#x", (unsigned)status);
}

static const struct scaling_row rows[] = {
	{ .name = "known", .ops = 40000, .run = known_run },
	{ .name = "empty", .ops = 1600, .run = empty_run },
	{ .name = "page_fault",
	  .ops = PAGES,
	  .before = fault_before,
	  .run = fault_run,
	  .after = fault_after },
	{ .name = "mmap_munmap", .ops = 64, .run = mmap_run },
	{ .name = "fork_exit_wait", .ops = 6, .run = fork_run },
	{ .name = "open_close", .ops = 100, .setup = file_setup, .run = file_run },
	{ .name = "futex_wake", .ops = 400, .run = futex_run },
	{ .name = "pipe_round_trip",
	  .ops = 40,
	  .setup = pipe_setup,
	  .run = pipe_run,
	  .finish = pipe_finish },
	{ .name = "page_fault_one_space",
	  .ops = PAGES,
	  .is_one_space = 1,
	  .before = fault_before,
	  .run = fault_run,
	  .after = fault_after },
	{ .name = "mmap_munmap_one_space", .ops = 64, .is_one_space = 1, .run = mmap_run },
};

/* ---- workers ---- */

static unsigned count(unsigned *counter)
{
	return __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
}

static unsigned seen(const unsigned *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

static int is_failed(void)
{
	return __atomic_load_n(&meeting->reason, __ATOMIC_SEQ_CST) != nullptr;
}

static verdict round_of(const struct scaling_row *row, struct worker *w, int is_counted)
{
	verdict bad;

	if (row->before != nullptr && (bad = row->before(w)) != nullptr)
		return bad;
	if (is_counted)
		bench_mark_begin();
	bad = row->run(w, row->ops);
	if (is_counted)
		bench_mark_end();
	if (bad == nullptr && row->after != nullptr)
		bad = row->after(w);
	return bad;
}

static verdict pin(unsigned cpu)
{
	unsigned long set = 1ul << cpu;
	unsigned now = 0;

	NEED("sched_setaffinity", SYS3(SYS_sched_setaffinity, 0, sizeof(set), &set));
	NEED("getcpu", SYS3(SYS_getcpu, &now, 0, 0));
	return now == cpu ? nullptr : failure("worker %u runs on CPU %u", cpu, now);
}

static verdict work(const struct scaling_row *row, struct worker *w)
{
	verdict bad = pin(w->index);

	if (bad == nullptr && row->setup != nullptr)
		bad = row->setup(w);
	for (unsigned i = 0; bad == nullptr && i < WARM_UP; i++)
		bad = round_of(row, w, 0);
	if (bad != nullptr)
		return bad;
	count(&meeting->ready);
	while (seen(&meeting->ready) < meeting->wanted && !is_failed())
		continue;
	if (count(&meeting->started) == 0)
		bench_mark_first();
	for (unsigned i = 0; bad == nullptr && i < ROUNDS; i++)
		bad = round_of(row, w, 1);
	if (count(&meeting->done) + 1 == meeting->wanted)
		bench_mark_last();
	while (bad == nullptr && seen(&meeting->done) < meeting->wanted && !is_failed())
		bad = round_of(row, w, 0);
	if (bad == nullptr && row->finish != nullptr)
		bad = row->finish(w);
	return bad;
}

static const struct scaling_row *current;

static int worker_main(void *argument)
{
	verdict bad = work(current, argument);

	if (bad != nullptr && !is_failed()) {
		strncpy(meeting->text, bad, sizeof(meeting->text) - 1);
		__atomic_store_n(&meeting->reason, meeting->text, __ATOMIC_SEQ_CST);
	}
	SYS1(SYS_exit, bad != nullptr);
	return 0;
}

static verdict start(const struct scaling_row *row, struct worker *w)
{
	static unsigned char stacks[WORKERS_MAX][STACK] __attribute__((aligned(16)));
	int flags = SIGCHLD | (row->is_one_space ? CLONE_VM | CLONE_FILES | CLONE_FS : 0);

	/* The worker begins where it stays: no other CPU has ever known its memory. */
	verdict bad = pin(w->index);
	if (bad != nullptr)
		return bad;
	if (clone(worker_main, stacks[w->index] + STACK, flags, w) < 0)
		return failure("a worker does not start");
	return nullptr;
}

static void run_row(const struct scaling_row *row, unsigned n)
{
	verdict bad = nullptr;
	unsigned char *areas = (unsigned char *)SYS6(
		SYS_mmap, 0, (WORKERS_MAX + 1) * AREA, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	bench_mark_row();
	current = row;
	*meeting = (struct meeting){ .wanted = n };
	for (unsigned i = 0; bad == nullptr && i < n; i++) {
		workers[i] = (struct worker){ .index = i };
		if (row->is_one_space)
			workers[i].area = (unsigned char *)(((uintptr_t)areas + (i + 1) * AREA) &
							    ~(AREA - 1));
		bad = start(row, &workers[i]);
		if (bad != nullptr)
			meeting->reason = meeting->text; /* those that wait go home */
	}
	while (wait(nullptr) > 0)
		continue;
	SYS2(SYS_munmap, areas, (WORKERS_MAX + 1) * AREA);
	if (bad == nullptr && is_failed())
		bad = meeting->text;
	else if (bad == nullptr && meeting->done != n)
		bad = "a worker died";
	if (bad != nullptr)
		printf("SCALING %s %u failed %s\n", row->name, n, bad);
	else
		printf("SCALING %s %u %u\n", row->name, n, ROUNDS * row->ops);
}

static void prepare(void)
{
	mkdir("/tmp", 01777);
	if (fcntl(1, F_GETFD) < 0) {
		open("/dev/console", O_RDWR);
		dup2(0, 1);
		dup2(0, 2);
	}
	setvbuf(stdout, nullptr, _IOLBF, 0);
	page = (size_t)sysconf(_SC_PAGESIZE);
	meeting = mmap(nullptr, sizeof(*meeting), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static int is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return argc < 2 || strcmp(name, "known") == 0 || strcmp(name, "empty") == 0;
}

int main(int argc, char **argv)
{
	prepare();
	sleep(SETTLE_SECONDS); /* what a kernel puts off until after boot is done by then */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned n = 1; is_wanted(rows[i].name, argc, argv) && n <= WORKERS_MAX;
		     n *= 2)
			for (unsigned time = 0; time < TIMES; time++)
				run_row(&rows[i], n);
	bench_mark_row(); /* the plugin writes its file */
	printf("SCALING-END\n");
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	return 0;
}
