// SPDX-License-Identifier: MPL-2.0
/*
 * main - the fuzzer's loop: make a program, run it, keep it when it reached something new.
 *
 *   as process 1:      sysfuzz.seed=N sysfuzz.programs=N sysfuzz.limit=MS sysfuzz.only=CALL,CALL
 *                      on the kernel's command line; a file /replay holds a program to run instead;
 *                      sysfuzz.compare=N shows the answers to N random programs
 *   sysfuzz --replay TEXT [TIMES]
 *   sysfuzz --check TEXT          whether it is one, printed again
 *
 * Without an argument and not as process 1 it ends at once: programs execute it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "report.h"
#include "sysfuzz.h"

enum {
	CORPUS_MAX = 6000,
	STORE_BYTES = 16 << 20,
	STATISTICS_EVERY = 50,
	GROWTH_EVERY = 200,
	REPLAYS = 20
};

/* The corpus: texts, one behind the other, in memory that children do not get. */
static char *store;
static size_t store_used;
static struct {
	uint32_t start;
} corpus[CORPUS_MAX];
static unsigned corpus_count, runs, killed, findings;
static struct program current, other, smaller;
static char text[TEXT_MAX];

static uint64_t option(const char *line, const char *name, uint64_t fallback)
{
	const char *at = strstr(line, name);

	return at == NULL ? fallback : strtoull(at + strlen(name), NULL, 0);
}

static void statistics(void)
{
	struct sysinfo si = { 0 };

	sysinfo(&si);
	report("%u programs, %u kept, %u edges, %u killed, %u findings, %lu KiB free\n", runs,
	       corpus_count, cover_edges(), killed, findings, si.freeram * si.mem_unit / 1024);
}

/* Runs p and looks whether the kernel complained.  False: stop using it. */
static bool attempt(struct program *p, enum cover_mode mode)
{
	char complaint[256];
	size_t len = program_print(p, text);

	cover_note(text, len);
	enum run_end end = run_program(p, mode);

	runs++;
	killed += end == RUN_KILLED;
	bool complained = report_kernel_complained(complaint);

	if (complained || end == RUN_HANG) {
		findings++;
		report("FINDING %s\n", complained ? complaint : "processes cannot be killed");
		report_text("replay", text);
	}
	if (runs % STATISTICS_EVERY == 0)
		statistics();
	if (runs % GROWTH_EVERY == 0)
		report_growth();
	return !complained && end != RUN_HANG;
}

static void keep(struct program *p)
{
	size_t len = program_print(p, text) + 1;

	if (corpus_count == CORPUS_MAX || store_used + len > STORE_BYTES)
		return;
	memcpy(store + store_used, text, len);
	corpus[corpus_count++].start = (uint32_t)store_used;
	store_used += len;
}

static void pick(struct program *p)
{
	const char *where = NULL;
	/* The latest third is chosen half of the time. */
	unsigned from = below(2) != 0 ? corpus_count * 2 / 3 : 0;

	program_parse(store + corpus[from + below(corpus_count - from)].start, p, &where);
}

/* Takes off the calls without which the new signals still come. */
static void minimise(struct program *p)
{
	for (unsigned c = p->count; c-- > 0 && p->count > 1;) {
		smaller = *p;
		program_remove(&smaller, c);
		if (!attempt(&smaller, COVER_EDGES))
			return;
		if (cover_has_fresh())
			*p = smaller;
	}
}

/* The program reached something new: keeps what of it comes again. */
static void triage(struct program *p)
{
	bool is_stable = attempt(p, COVER_EDGES) && cover_intersect() != 0;

	if (is_stable && p->count > 1)
		minimise(p);
	cover_merge();
	if (!is_stable)
		return;
	keep(p);
	if (attempt(p, COVER_COMPARISONS)) {
		if (hints_count() > 4000)
			hints_clear();
		cover_hints();
	}
}

static void fuzz(uint64_t programs)
{
	store = mmap(NULL, STORE_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	madvise(store, STORE_BYTES, MADV_DONTFORK);
	while (runs < programs) {
		if (corpus_count < 10 || below(10) == 0) {
			program_random(&current);
		} else {
			pick(&current);
			pick(&other);
			program_mutate(&current, &other);
		}
		if (attempt(&current, COVER_EDGES) && cover_new() != 0)
			triage(&current);
	}
	statistics();
}

/* Random programs of one thread, with what each call returned: another kernel's answers can be laid
 * beside them. */
static void compare(uint64_t programs)
{
	char answers[800], what[32];

	for (unsigned i = 0; i < programs; i++) {
		size_t len = 0;

		program_random(&current);
		current.threads = 1;
		for (unsigned c = 0; c < current.count; c++) {
			current.call[c].thread = 0;
			if (call_types[current.call[c].type].number == FAIL)
				current.call[c].type = (uint16_t)call_find("getpid", 6);
		}
		program_print(&current, text);
		run_program(&current, COVER_EDGES);
		for (unsigned c = 0; c < current.count; c++)
			len += (size_t)sprintf(answers + len, "%ld ", run_result(c));
		report("answers %u %s\n", i, answers);
		sprintf(what, "program %u", i);
		report_text(what, text);
	}
}

static int replay(const char *line, unsigned times)
{
	const char *where = NULL;

	if (!program_parse(line, &current, &where)) {
		report("not a program at: %.60s\n", where);
		return 2;
	}
	for (unsigned i = 0; i < times; i++) {
		run_is_verbose = i == 0;
		attempt(&current, COVER_EDGES);
		cover_new();
	}
	report("replayed %u times, %u findings\n", times, findings);
	return findings != 0;
}

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	report_open();
	run_set_up();
}

static size_t read_file(const char *path, char *to, size_t most)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, to, most - 1);

	close(fd);
	to[n > 0 ? n : 0] = 0;
	return n > 0 ? (size_t)n : 0;
}

static void as_init(void)
{
	static char line[4096], program[TEXT_MAX];

	mount_all();
	read_file("/proc/cmdline", line, sizeof line);
	run_limit_ms = (unsigned)option(line, "sysfuzz.limit=", run_limit_ms);
	bool has_cover = cover_open();
	uint64_t seed = option(line, "sysfuzz.seed=", 1),
		 answers = option(line, "sysfuzz.compare=", 0);
	const char *only = strstr(line, "sysfuzz.only=");

	if (only != NULL)
		calls_only(only + strlen("sysfuzz.only="));
	chance_seed(seed);
	if (answers != 0) {
		compare(answers);
	} else if (read_file("/replay", program, sizeof program) != 0) {
		replay(program, REPLAYS);
	} else if (!has_cover) {
		report("no /dev/kcov: the kernel is not built with DEBUG=1\n");
	} else {
		report("SEED=%lu\n", seed);
		fuzz(option(line, "sysfuzz.programs=", UINT64_MAX));
	}
	report("end, %u findings\n", findings);
	reboot(RB_POWER_OFF);
}

int main(int argc, char **argv)
{
	if (getpid() == 1)
		as_init();
	if (argc > 2 && strcmp(argv[1], "--replay") == 0) {
		mount_all();
		return replay(argv[2], argc > 3 ? (unsigned)atoi(argv[3]) : 1);
	}
	if (argc > 2 && strcmp(argv[1], "--check") == 0) {
		const char *where = NULL;

		if (!program_parse(argv[2], &current, &where)) {
			printf("not a program at: %s\n", where);
			return 2;
		}
		program_print(&current, text);
		puts(text);
	}
	return 0;
}
