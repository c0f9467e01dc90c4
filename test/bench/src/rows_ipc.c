// SPDX-License-Identifier: MPL-2.0
/* Rows about pipes between two processes, and about waiting for a hundred of them at once. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* One byte to another process and back: two writes, two reads, two switches of address space. */
static int to_child[2];
static int from_child[2];
static pid_t child;

static void echo_until_closed(void)
{
	unsigned char byte;

	close(to_child[1]);
	close(from_child[0]);
	while (SYS3(SYS_read, to_child[0], &byte, 1) == 1) {
		byte++;
		if (SYS3(SYS_write, from_child[1], &byte, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static verdict pipe_setup(void)
{
	NEED("pipe", SYS2(SYS_pipe2, to_child, 0));
	NEED("pipe", SYS2(SYS_pipe2, from_child, 0));
	child = fork();
	if (child < 0)
		return failure("fork");
	if (child == 0)
		echo_until_closed();
	close(to_child[0]);
	close(from_child[1]);
	return nullptr;
}

static verdict pipe_run(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		unsigned char byte = (unsigned char)i;
		long r = SYS3(SYS_write, to_child[1], &byte, 1);
		if (r != 1)
			return bad_result("write", r);
		r = SYS3(SYS_read, from_child[0], &byte, 1);
		if (r != 1)
			return bad_result("read", r);
		if (byte != (unsigned char)(i + 1))
			return failure("the other process sent %u after %u", byte, i);
	}
	return nullptr;
}

static verdict pipe_finish(void)
{
	int status = -1;

	close(to_child[1]);
	NEED("wait4", SYS4(SYS_wait4, child, &status, 0, 0));
	return status == 0 ? nullptr : failure("the other process ended with %#x", status);
}

/* A hundred empty pipes, their read ends on consecutive descriptors. */
constexpr unsigned WATCHED = 100;

static struct pollfd watched[WATCHED];
static int write_end[WATCHED];
static fd_set all;
static fd_set found;
static int highest;

static verdict watch_setup(void)
{
	FD_ZERO(&all);
	for (unsigned i = 0; i < WATCHED; i++) {
		int ends[2];

		NEED("pipe", SYS2(SYS_pipe2, ends, 0));
		write_end[i] = (int)NEED("F_DUPFD", SYS3(SYS_fcntl, ends[1], F_DUPFD, 400));
		NEED("close", SYS1(SYS_close, ends[1]));
		watched[i] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
		FD_SET(ends[0], &all);
		highest = ends[0];
	}
	return nullptr;
}

static long poll_now(void)
{
	return SYS_POLL(watched, WATCHED);
}

static long select_now(void)
{
	long none[2] = { 0, 0 }; /* a struct timeval or timespec */

	found = all;
	return SYS_SELECT(highest + 1, &found, none);
}

static verdict poll_run(unsigned ops)
{
	REPEAT(ops, "poll", poll_now(), 0);
	return nullptr;
}

static verdict select_run(unsigned ops)
{
	REPEAT(ops, "select", select_now(), 0);
	return nullptr;
}

/* With a byte in one pipe, both must find that one. */
static verdict watch_finish(void)
{
	NEED("write", SYS3(SYS_write, write_end[57], "x", 1));
	long n = NEED("poll", poll_now());

	if (n != 1 || watched[57].revents != POLLIN || watched[56].revents != 0)
		return failure("poll found %ld, %#x", n, watched[57].revents);
	n = NEED("select", select_now());
	if (n != 1 || !FD_ISSET(watched[57].fd, &found) || FD_ISSET(watched[58].fd, &found))
		return failure("select found %ld", n);
	return nullptr;
}

const struct row rows_ipc[] = {
	{ "pipe_round_trip", 20, pipe_setup, nullptr, pipe_run, nullptr, pipe_finish },
	{ "poll_100", 10, watch_setup, nullptr, poll_run, nullptr, watch_finish },
	{ "select_100", 10, watch_setup, nullptr, select_run, nullptr, watch_finish },
	{},
};
