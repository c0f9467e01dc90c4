/* SPDX-License-Identifier: MPL-2.0 */
/* wide - vector registers: zeroes at first, kept while others run, over handlers and in their
 * frames.  System calls may lose them, so none is made while they matter. */
#include "wide.h"

#include <signal.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <ucontext.h>

#include "abi.h"
#include "abi_arch.h"

static unsigned char wanted[WIDE_MAX], got[WIDE_MAX];

static void fill(unsigned char *p, unsigned seed)
{
	for (size_t i = 0; i < WIDE_MAX; i++)
		p[i] = (unsigned char)(seed + i * 7 + i / 256);
}

static bool is_kept(void)
{
	return memcmp(got, wanted, wide_store(got)) == 0;
}

static void begin(void)
{
	size_t bytes = wide_store(got), set = 0;
	for (size_t i = 0; i < bytes; i++)
		set += got[i] != 0;
	CHECK(bytes >= 256 && set <= WIDE_SET_AT_START, "wide registers: zeroes at first");
}

/* Long enough to be preempted more than once. */
static void count(void)
{
	for (volatile long i = 0; i < 3000000; i++)
		;
}

static void hold(unsigned seed)
{
	fill(wanted, seed);
	for (int round = 0; round < 4; round++) {
		wide_load(wanted);
		count();
		if (!is_kept())
			_exit(1);
	}
	_exit(0);
}

static void switched(void)
{
	pid_t pids[3];
	int status = 0;
	for (unsigned i = 0; i < countof(pids); i++) {
		pids[i] = abi_fork();
		if (pids[i] == 0)
			hold(40 * i + 1);
	}
	for (unsigned i = 0; i < countof(pids); i++)
		CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0,
		      "wide registers: kept while others run");
}

static volatile sig_atomic_t handled;

static void spoil(int sig)
{
	(void)sig;
	unsigned char other[WIDE_MAX];
	fill(other, 99);
	wide_load(other);
	handled = 1;
}

static void handlers(void)
{
	struct sigaction sa = { .sa_handler = spoil };
	struct itimerval soon = { .it_value = { 0, 20000 } };
	sigaction(SIGALRM, &sa, NULL);
	fill(wanted, 5);
	setitimer(ITIMER_REAL, &soon, NULL);
	wide_load(wanted);
	while (!handled)
		;
	CHECK(is_kept(), "wide registers: a handler's own are not its program's");
}

static bool is_in_frame;

/* Sees its program's registers in the frame, and changes two bytes of them. */
static void edit(int sig, siginfo_t *info, void *context)
{
	(void)info;
	ucontext_t *uc = context;
	is_in_frame = true;
	for (size_t i = 0; i < 256; i++)
		is_in_frame = is_in_frame && *WIDE_IN_FRAME(uc, i) == wanted[i];
	*WIDE_IN_FRAME(uc, (size_t)0) ^= 0xff;
	*WIDE_IN_FRAME(uc, (size_t)255) ^= 0xff;
	spoil(sig);
}

static void frames(void)
{
	struct sigaction sa = { .sa_sigaction = edit, .sa_flags = SA_SIGINFO };
	struct itimerval soon = { .it_value = { 0, 20000 } };
	sigaction(SIGALRM, &sa, NULL);
	handled = 0;
	fill(wanted, 17);
	setitimer(ITIMER_REAL, &soon, NULL);
	wide_load(wanted);
	while (!handled)
		;
	wide_store(got);
	CHECK(is_in_frame, "wide registers: they are in the frame");
	wanted[0] ^= 0xff;
	wanted[255] ^= 0xff;
	CHECK(memcmp(got, wanted, 256) == 0, "wide registers: what a handler changes there counts");
}

int main(void)
{
	abi_begin("wide");
	if (!HAS_WIDE)
		return abi_end();
	begin();
	switched();
	handlers();
	frames();
	return abi_end();
}
