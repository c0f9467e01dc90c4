/* SPDX-License-Identifier: MPL-2.0 */
/* Registers over a system call: what it keeps, and that what it loses tells nothing of the kernel.
 */
#include "regs.h"

#include "abi.h"

#include <abi_arch.h>
#include <sched.h>

void regs_call(const unsigned long in[7], unsigned long after[32]);

static const unsigned arguments[6] = REGS_OF_ARGUMENTS;

/* Makes a call; whether every register that is kept holds what it held. */
static bool keeps(const unsigned long in[7], unsigned long after[32])
{
	regs_call(in, after);
	for (unsigned i = 0; i < 32; i++)
		if ((REGS_KEPT & 1u << i) != 0 && after[i] != (unsigned long)REG_PATTERN + i)
			return abi_note("register %u is %#lx", i, after[i]), false;
	for (unsigned i = 1; i < countof(arguments); i++)
		if (after[arguments[i]] != in[1 + i])
			return abi_note("argument %u is %#lx", i, after[arguments[i]]), false;
	return true;
}

/* No address of the kernel: nothing with the highest bit but small negative numbers. */
static bool tells_nothing(const unsigned long after[32])
{
	for (unsigned i = 0; i < 32; i++)
		if ((REGS_LOST & 1u << i) != 0 && after[i] >> 63 != 0 && after[i] < -65536ul)
			return abi_note("register %u is %#lx", i, after[i]), false;
	return true;
}

static volatile int handled;

static void handler(int sig)
{
	handled = sig;
}

static void plain(void)
{
	unsigned long after[32] = { 0 };
	const unsigned long parent[7] = { SYS_getppid, 1, 2, 3, 4, 5, 6 };
	const unsigned long none[7] = { 100000, 1, 2, 3, 4, 5, 6 };
	const unsigned long bad[7] = { SYS_close, 12345, 2, 3, 4, 5, 6 };

	CHECK(keeps(parent, after), "registers: over a call");
	CHECK(tells_nothing(after), "registers: what a call loses tells nothing");
	CHECK(keeps(none, after), "registers: over a call that does not exist");
	CHECK(tells_nothing(after), "registers: what that loses tells nothing");
	CHECK(keeps(bad, after), "registers: over a call that fails");
}

static void over_others(void)
{
	unsigned long after[32] = { 0 };
	int p[2];
	char c = 0;

	pipe(p);
	pid_t pid = abi_fork();
	if (pid == 0) {
		/* Has other values in the same registers while the parent waits. */
		const unsigned long own[7] = { SYS_sched_yield, 11, 12, 13, 14, 15, 16 };
		for (int i = 0; i < 20; i++)
			NEED(keeps(own, after));
		write(p[1], "x", 1);
		_exit(0);
	}
	const unsigned long wait[7] = {
		SYS_read, (unsigned long)p[0], (unsigned long)&c, 1, 4, 5, 6
	};
	CHECK(keeps(wait, after) && c == 'x', "registers: over a call that waits");
	CHECK(tells_nothing(after), "registers: what that loses tells nothing either");
	abi_reap(pid, 0, "registers: of the other process meanwhile");
	close(p[0]);
	close(p[1]);
}

static void over_signals(void)
{
	unsigned long after[32] = { 0 };
	struct sigaction sa = { .sa_handler = handler };
	sigaction(SIGUSR1, &sa, NULL);
	const unsigned long kill_self[7] = {
		SYS_kill, (unsigned long)getpid(), SIGUSR1, 3, 4, 5, 6
	};

	CHECK(keeps(kill_self, after) && handled == SIGUSR1, "registers: over a handler");
	CHECK(tells_nothing(after), "registers: what a handler's return loses tells nothing");
}

static void of_a_child(void)
{
	unsigned long after[32] = { 0 };
	const unsigned long fork_now[7] = { SYS_clone, SIGCHLD, 0, 0, 0, 0, 6 };
	pid_t self = getpid();
	bool good = keeps(fork_now, after);

	if (getpid() != self)
		_exit(good && tells_nothing(after) ? 0 : 1);
	CHECK(good, "registers: over a fork");
	int status = -1;
	CHECK(wait(&status) > 0 && status == 0, "registers: a child has its parent's");
}

int main(void)
{
	abi_begin("regs");
	plain();
	over_others();
	over_signals();
	of_a_child();
	return abi_end();
}
