// SPDX-License-Identifier: MPL-2.0
/* Rows about making and ending processes and threads. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static long fork_now(void)
{
	return SYS5(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static verdict wait_for(long child, int code)
{
	int status = -1;

	if (child < 0)
		return bad_result("fork", child);
	long r = SYS4(SYS_wait4, child, &status, 0, 0);
	if (r != child)
		return bad_result("wait4", r);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
		return failure("the child ended with %#x", status);
	return nullptr;
}

static verdict fork_run(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		long child = fork_now();

		if (child == 0)
			SYS1(SYS_exit_group, 7);
		verdict bad = wait_for(child, 7);
		if (bad != nullptr)
			return bad;
	}
	return nullptr;
}

static verdict exec_rounds(unsigned ops, char *const argv[], int code)
{
	static char *const no_environment[] = { nullptr };

	for (unsigned i = 0; i < ops; i++) {
		long child = fork_now();

		if (child == 0) {
			SYS3(SYS_execve, argv[0], argv, no_environment);
			SYS1(SYS_exit_group, 99);
		}
		verdict bad = wait_for(child, code);
		if (bad != nullptr)
			return bad;
	}
	return nullptr;
}

/* The program that does nothing but exit with 42: the kernel's share of exec. */
static verdict exec_run(unsigned ops)
{
	static char *const argv[] = { BENCH_TINY, nullptr };

	return exec_rounds(ops, argv, 42);
}

/* This program, C library start-up included. */
static verdict exec_self_run(unsigned ops)
{
	static char *const argv[] = { BENCH_SELF, "exit", nullptr };

	return exec_rounds(ops, argv, 0);
}

static unsigned thread_runs;

static void *thread_main(void *value)
{
	thread_runs++;
	return value;
}

static verdict thread_run(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		pthread_t thread;
		void *value = nullptr;
		int r = pthread_create(&thread, nullptr, thread_main, &thread);

		if (r != 0)
			return bad_result("pthread_create", -r);
		r = pthread_join(thread, &value);
		if (r != 0)
			return bad_result("pthread_join", -r);
		if (value != &thread)
			return failure("the thread's value is lost");
	}
	return nullptr;
}

static verdict thread_before(unsigned ops)
{
	(void)ops;
	thread_runs = 0;
	return nullptr;
}

static verdict thread_after(unsigned ops)
{
	return thread_runs == ops ? nullptr : failure("%u of %u threads ran", thread_runs, ops);
}

const struct row rows_proc[] = {
	{ "fork_exit_wait", 4, nullptr, nullptr, fork_run, nullptr, nullptr },
	{ "fork_exec", 4, nullptr, nullptr, exec_run, nullptr, nullptr },
	{ "fork_exec_self", 4, nullptr, nullptr, exec_self_run, nullptr, nullptr },
	{ "thread_create_join", 10, nullptr, thread_before, thread_run, thread_after, nullptr },
	{},
};
