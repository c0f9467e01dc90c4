/* SPDX-License-Identifier: MPL-2.0 */
/* Random addresses: how many bits of each really change, and the three switches that stop it. */
#include "abi.h"

#include <abi_arch.h>
#include <sys/personality.h>

enum { RUNS = 200, PLACES = 5, FIRST_BIT = 12, LAST_BIT = 46, NARROW_BITS = 38, NARROW_LESS = 7 };
enum place { PROGRAM, STACK, HEAP, MAPPING, VDSO };
static const char *const names[PLACES] = { "program", "stack", "break", "mmap", "vDSO" };
/* What Linux has at least, and what OmegaOS promises.  The vDSO stands in what its last
 * page table leaves above the stack: all its bits change, the highest of those nine is not even. */
static const int linux_bits[PLACES] = LINUX_ASLR_BITS;
static const int our_bits[PLACES] = OMEGA_ASLR_BITS;
static const char level_file[] = "/proc/sys/kernel/randomize_va_space";
static char program[512];

struct run {
	unsigned long at[PLACES];
};

static bool on_omegaos(void)
{
	char text[256] = "";
	int fd = open("/proc/version", O_RDONLY);
	read(fd, text, sizeof(text) - 1);
	close(fd);
	return strstr(text, "Omega") != NULL;
}

/* Runs the position-independent program once and asks where its parts are. */
static bool look(unsigned long persona, struct run *out)
{
	int ends[2], status = 0;
	char text[256] = "";
	size_t used = 0;
	if (pipe(ends) != 0)
		return false;
	pid_t pid = abi_fork();
	if (pid == 0) {
		if (persona != 0)
			personality(persona);
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execl(program, program, "places", NULL);
		_exit(99);
	}
	close(ends[1]);
	for (ssize_t n = 0; (n = read(ends[0], text + used, sizeof(text) - 1 - used)) > 0;)
		used += (size_t)n;
	close(ends[0]);
	waitpid(pid, &status, 0);
	return status == 0 && sscanf(text, "%lx %lx %lx %lx %lx", &out->at[0], &out->at[1],
				     &out->at[2], &out->at[3], &out->at[4]) == PLACES;
}

/* Bits that are set in some runs and clear in others, one in ten at least: a fair one never fails.
 */
static int random_bits(const struct run *runs, enum place p)
{
	int found = 0;
	for (int bit = FIRST_BIT; bit <= LAST_BIT; bit++) {
		int ones = 0;
		for (int i = 0; i < RUNS; i++)
			ones += (int)(runs[i].at[p] >> bit & 1);
		found += ones >= RUNS / 10 && ones <= RUNS - RUNS / 10;
	}
	return found;
}

static void entropy(void)
{
	static struct run runs[RUNS];
	const int *want = on_omegaos() ? our_bits : linux_bits;
	int less = 0;
	int good = 0;
	for (int i = 0; i < RUNS; i++) {
		good += look(0, &runs[i]);
		runs[i].at[HEAP] -= runs[i].at[PROGRAM]; /* its own draw, not the program's */
	}
	CHECK_EQ(good, RUNS, "aslr: the program tells its places");
	/* A user half of 38 bits has room for less. */
	if (on_omegaos() && runs[0].at[STACK] >> NARROW_BITS == 0)
		less = NARROW_LESS;
	for (int p = 0; p < PLACES; p++) {
		char name[64];
		int bits = random_bits(runs, (enum place)p);
		abi_note("aslr: %s: %d bits", names[p], bits);
		snprintf(name, sizeof(name), "aslr: %s: enough random bits", names[p]);
		abi_check(bits >= want[p] - less, name, "%d of %d bits", bits, want[p] - less);
	}
}

static bool set_level(const char *level)
{
	int fd = open(level_file, O_WRONLY);
	bool good = fd >= 0 && write(fd, level, 1) == 1;
	close(fd);
	return good;
}

static void switches(void)
{
	struct run a = { 0 }, b = { 0 };
	char level[8] = "";
	CHECK(look(ADDR_NO_RANDOMIZE, &a) && look(ADDR_NO_RANDOMIZE, &b) &&
		      memcmp(&a, &b, sizeof(a)) == 0,
	      "personality: ADDR_NO_RANDOMIZE: the same places each time");
	CHECK(look(0, &b) && memcmp(&a, &b, sizeof(a)) != 0,
	      "personality: it went with the process");

	int fd = open(level_file, O_RDONLY);
	read(fd, level, sizeof(level) - 1);
	close(fd);
	CHECK(strcmp(level, "2\n") == 0, "randomize_va_space: 2");
	CHECK(set_level("0") && look(0, &a) && look(0, &b) && memcmp(&a, &b, sizeof(a)) == 0,
	      "randomize_va_space 0: the same places each time");
	CHECK(set_level("1") && look(0, &a) && look(0, &b) && a.at[STACK] != b.at[STACK] &&
		      a.at[PROGRAM] != b.at[PROGRAM] &&
		      a.at[HEAP] - a.at[PROGRAM] == b.at[HEAP] - b.at[PROGRAM],
	      "randomize_va_space 1: all but the break");
	CHECK(set_level("2") && look(0, &a) && look(0, &b) &&
		      a.at[HEAP] - a.at[PROGRAM] != b.at[HEAP] - b.at[PROGRAM],
	      "randomize_va_space 2: the break too");
	IN_CHILD("randomize_va_space: nobody else writes it",
		 NEED(setuid(12345) == 0 && open(level_file, O_WRONLY) == -1 && errno == EACCES));
}

/* A program that changes the user does not inherit fixed addresses. */
static void set_id(void)
{
	char copy[] = "/tmp/aslr-set-id", saved[sizeof(program)];
	struct run a = { 0 }, b = { 0 };
	memcpy(saved, program, sizeof(saved));
	abi_copy(program, copy);
	CHECK(chown(copy, 12345, 0) == 0 && chmod(copy, 04755) == 0,
	      "set-id: a program of user 12345");
	memcpy(program, copy, sizeof(copy));
	CHECK(look(ADDR_NO_RANDOMIZE, &a) && look(ADDR_NO_RANDOMIZE, &b) &&
		      a.at[STACK] != b.at[STACK] && a.at[MAPPING] != b.at[MAPPING],
	      "set-id: drops ADDR_NO_RANDOMIZE");
	unlink(copy);
	memcpy(program, saved, sizeof(saved));
}

int main(void)
{
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);
	program[n < 0 ? 0 : n] = '\0';
	strcpy(strrchr(program, '/') + 1, "start-dynamic");
	abi_begin("aslr");
	entropy();
	switches();
	set_id();
	return abi_end();
}
