// SPDX-License-Identifier: MPL-2.0
/* Rows about who runs next and when: a byte that goes round between processes, timers, short
 * sleeps. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

/* One round of a ring of processes, this one among them: a read, a write and a switch for each. */
constexpr unsigned RING_MAX = 8;

static int ring[RING_MAX][2]; /* pipe i leads to process i */
static unsigned ring_size;

static void pass_on_until_closed(unsigned i)
{
	unsigned char byte;
	const unsigned next = (i + 1) % ring_size;

	for (unsigned k = 0; k < ring_size; k++) {
		if (k != i)
			close(ring[k][0]);
		if (k != next)
			close(ring[k][1]);
	}
	while (SYS3(SYS_read, ring[i][0], &byte, 1) == 1) {
		byte++;
		if (SYS3(SYS_write, ring[next][1], &byte, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static verdict ring_setup(unsigned size)
{
	ring_size = size;
	for (unsigned i = 0; i < size; i++)
		NEED("pipe", SYS2(SYS_pipe2, ring[i], 0));
	for (unsigned i = 1; i < size; i++) {
		pid_t pid = fork();
		if (pid < 0)
			return failure("fork");
		if (pid == 0)
			pass_on_until_closed(i);
	}
	for (unsigned i = 1; i < size; i++) {
		close(ring[i][0]);
		if (i != 1)
			close(ring[i][1]);
	}
	close(ring[0][1]);
	return nullptr;
}

static verdict ring_setup_2(void)
{
	return ring_setup(2);
}

static verdict ring_setup_8(void)
{
	return ring_setup(8);
}

static verdict ring_run(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		unsigned char byte = (unsigned char)i;
		long r = SYS3(SYS_write, ring[1][1], &byte, 1);
		if (r != 1)
			return bad_result("write", r);
		r = SYS3(SYS_read, ring[0][0], &byte, 1);
		if (r != 1)
			return bad_result("read", r);
		if (byte != (unsigned char)(i + ring_size - 1))
			return failure("%u came back for %u", byte, i);
	}
	return nullptr;
}

static verdict ring_finish(void)
{
	int status = -1;

	close(ring[1][1]);
	for (unsigned i = 1; i < ring_size; i++) {
		NEED("wait4", SYS4(SYS_wait4, -1, &status, 0, 0));
		if (status != 0)
			return failure("a process of the ring ended with %#x", status);
	}
	return nullptr;
}

/* A timer that is armed far ahead and taken back. */
static int timer;
static const struct itimerspec far = { .it_value = { .tv_sec = 1000 } };
static const struct itimerspec off;

static verdict timer_setup(void)
{
	struct sigevent none = { .sigev_notify = SIGEV_NONE };

	NEED("timer_create", SYS3(SYS_timer_create, CLOCK_MONOTONIC, &none, &timer));
	return nullptr;
}

static verdict timer_run(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		NEED("timer_settime", SYS4(SYS_timer_settime, timer, 0, &far, 0));
		NEED("timer_settime", SYS4(SYS_timer_settime, timer, 0, &off, 0));
	}
	return nullptr;
}

/* A sleep as short as can be asked for: a timer, a switch to nothing and back. */
static verdict nanosleep_run(unsigned ops)
{
	static const struct timespec nap = { .tv_nsec = 1000 };

	REPEAT(ops, "nanosleep", SYS2(SYS_nanosleep, &nap, 0), 0);
	return nullptr;
}

const struct row rows_sched[] = {
	{ "context_switch_2", 20, ring_setup_2, nullptr, ring_run, nullptr, ring_finish },
	{ "context_switch_8", 5, ring_setup_8, nullptr, ring_run, nullptr, ring_finish },
	{ "timer_arm_cancel", 50, timer_setup, nullptr, timer_run, nullptr, nullptr },
	{ "nanosleep", 20, nullptr, nullptr, nanosleep_run, nullptr, nullptr },
	{},
};
