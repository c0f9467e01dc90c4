// SPDX-License-Identifier: MPL-2.0
/*
 * cover - what the kernel ran: /dev/kcov's records of each thread, and what of it is new.
 *
 * A signal is a pair of places that were reached one after the other; it names an entry of a table
 * that holds the number of the last run that had it, so that nothing must be cleared between runs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sysfuzz.h"

enum {
	WORDS = 128 * 512,
	SIGNAL_BITS = 22,
	SIGNALS = 1 << SIGNAL_BITS,
	PLACES = 1 << 22, /* the kernel's text is shorter */
	FRESH_MAX = 1 << 16,
	KCOV_FD = 60, /* of the first thread: out of the way of the programs' own */
};
#define KCOV_INIT_TRACE 0x80086301ul
#define KCOV_ENABLE	0x6364ul
#define KCOV_DISABLE	0x6365ul

struct tables {
	uint32_t stamp[SIGNALS];
	uint8_t known[SIGNALS / 8];
	uint8_t place[PLACES / 8];
	uint32_t fresh[FRESH_MAX];
};
static struct tables *tables;
static uint64_t *record[THREADS_MAX];
static uint32_t run;
static unsigned fresh_count, place_count;
static bool is_open;

bool cover_open(void)
{
	tables = mmap(NULL, sizeof *tables, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	madvise(tables, sizeof *tables, MADV_DONTFORK);
	for (int i = 0; i < THREADS_MAX; i++) {
		int fd = open("/dev/kcov", O_RDWR | O_CLOEXEC);

		if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, WORDS) != 0 ||
		    dup3(fd, KCOV_FD + i, O_CLOEXEC) < 0)
			return false;
		close(fd);
		record[i] = mmap(NULL, WORDS * 8ul, PROT_READ | PROT_WRITE, MAP_SHARED, KCOV_FD + i,
				 0);
		if (record[i] == MAP_FAILED)
			return false;
		madvise(record[i], WORDS * 8ul, MADV_DONTFORK);
	}
	is_open = true;
	return true;
}

void cover_note(const char *text, size_t len)
{
	if (is_open)
		write(KCOV_FD, text, len);
}

void cover_reset(void)
{
	for (int i = 0; is_open && i < THREADS_MAX; i++)
		record[i][0] = 0;
}

void cover_start(unsigned thread, enum cover_mode mode)
{
	if (is_open)
		ioctl(KCOV_FD + (int)thread, KCOV_ENABLE, mode == COVER_COMPARISONS ? 1ul : 0ul);
}

void cover_stop(unsigned thread)
{
	if (is_open)
		ioctl(KCOV_FD + (int)thread, KCOV_DISABLE, 0ul);
}

static bool test_and_set(uint8_t *bits, uint32_t i)
{
	bool was = (bits[i / 8] >> i % 8 & 1) != 0;

	bits[i / 8] |= (uint8_t)(1u << i % 8);
	return was;
}

static uint64_t records(unsigned thread, uint64_t most)
{
	uint64_t n = is_open ? record[thread][0] : 0;

	return n < most ? n : most;
}

/* Stamps the signals of the last run. */
static void stamp(unsigned thread, bool collects)
{
	uint64_t n = records(thread, WORDS - 1), before = 0;

	for (uint64_t i = 1; i <= n; i++) {
		uint64_t at = record[thread][i];
		uint64_t hash = (at ^ before * 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;
		uint32_t s = (uint32_t)(hash >> (64 - SIGNAL_BITS));

		before = at;
		if (tables->stamp[s] == run)
			continue;
		tables->stamp[s] = run;
		if (!test_and_set(tables->place, (uint32_t)at % PLACES))
			place_count++;
		if (collects && (tables->known[s / 8] >> s % 8 & 1) == 0 && fresh_count < FRESH_MAX)
			tables->fresh[fresh_count++] = s;
	}
}

unsigned cover_new(void)
{
	run++;
	fresh_count = 0;
	for (unsigned i = 0; i < THREADS_MAX; i++)
		stamp(i, true);
	return fresh_count;
}

unsigned cover_intersect(void)
{
	unsigned kept = 0;

	run++;
	for (unsigned i = 0; i < THREADS_MAX; i++)
		stamp(i, false);
	for (unsigned i = 0; i < fresh_count; i++)
		if (tables->stamp[tables->fresh[i]] == run)
			tables->fresh[kept++] = tables->fresh[i];
	fresh_count = kept;
	return kept;
}

bool cover_has_fresh(void)
{
	run++;
	for (unsigned i = 0; i < THREADS_MAX; i++)
		stamp(i, false);
	for (unsigned i = 0; i < fresh_count; i++)
		if (tables->stamp[tables->fresh[i]] != run)
			return false;
	return true;
}

void cover_merge(void)
{
	for (unsigned i = 0; i < fresh_count; i++)
		test_and_set(tables->known, tables->fresh[i]);
}

unsigned cover_edges(void)
{
	return place_count;
}

static void hint(uint64_t had, uint64_t wanted)
{
	/* Addresses of the kernel say nothing about arguments. */
	if (had != wanted && had >> 47 == 0 && (wanted >> 47 == 0 || wanted >> 47 == 0x1ffff))
		hint_add(had, wanted);
}

void cover_hints(void)
{
	for (unsigned t = 0; t < THREADS_MAX; t++) {
		uint64_t n = records(t, WORDS / 4 - 1);

		for (uint64_t i = 0; i < n; i++) {
			const uint64_t *r = &record[t][1 + 4 * i];

			hint(r[2], r[1]);
			if ((r[0] & 1) == 0)
				hint(r[1], r[2]);
		}
	}
}
