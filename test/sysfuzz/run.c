// SPDX-License-Identifier: MPL-2.0
/*
 * run - a program in a child of its own: limits, a folder, descriptors at known numbers, a timer
 * that wakes what blocks; killed when it takes too long, and all that it left behind with it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include ARCH_HEADER
#include "kinds.h"
#include "report.h"
#include "sysfuzz.h"
#include "world.h"

#ifndef SYS_fork /* calls of old that the machine does not have */
enum { SYS_fork = -1, SYS_vfork = -2, SYS_pipe = -3 };
#endif

enum { AFTER_FORK = 4, FORK_DEPTH = 2 };

unsigned run_limit_ms = 1000;
bool run_is_verbose;

static const struct program *program;
static enum cover_mode cover_mode;
static int depth; /* of forks by the program */

/* What the child found out, seen by the parent. */
struct results {
	volatile int64_t value[CALLS_MAX];
	volatile uint8_t is_done[CALLS_MAX];
};
static struct results *results;

/* ---- the calls ---- */

static __thread sigjmp_buf fault_at;
static __thread volatile int is_armed;

static void on_fault(int sig)
{
	if (is_armed)
		siglongjmp(fault_at, 1);
	_exit(128 + sig);
}

static void ignore(int sig)
{
	(void)sig;
}

static void catch_faults(void)
{
	struct sigaction sa = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

/* The words go where the argument points, unless nothing can be stored there. */
static void store(const struct arg *a)
{
	uint64_t to = a->value;

	is_armed = 1;
	if (sigsetjmp(fault_at, 0) == 0)
		for (unsigned i = 0; i < a->repeat && a->words != 0; i++, to += a->words * 8u)
			memcpy((void *)to, a->word, a->words * 8u);
	is_armed = 0;
}

/* The program cannot know where a handler is. */
static void store_handler(const struct arg *a)
{
	struct arg with = *a;

	if (with.words == 4 && with.word[0] == 2)
		with.word[0] = (uint64_t)ignore;
	if (with.words == 4)
		with.word[2] = 0;
	store(&with);
}

static long touch(const uint64_t a[ARGS])
{
	volatile long ret = -1;

	is_armed = 1;
	if (sigsetjmp(fault_at, 0) == 0) {
		if ((a[1] & 1) != 0)
			*(volatile uint8_t *)a[0] = (uint8_t)a[1];
		ret = *(volatile uint8_t *)a[0];
	}
	is_armed = 0;
	return ret;
}

/* Where a thread asks for failing allocations: above what programs may open, close and count on. */
enum { FAIL_FD = 57 };

static long fail(unsigned thread, uint64_t nth)
{
	char text[24];

	return write(FAIL_FD + (int)thread, text, (size_t)sprintf(text, "%lu", nth));
}

static bool is_clone_of_memory(long nr, const uint64_t a[ARGS], const struct arg *first)
{
	if (nr == SYS_vfork)
		return true;
	if (nr == SYS_clone)
		return (a[0] & (CLONE_VM | CLONE_SETTLS)) != 0 || a[1] != 0;
	return nr == SYS_clone3 &&
	       (first->words == 0 || first->word[0] != 0 || first->word[5] != 0);
}

static bool is_self_or_all(uint64_t pid)
{
	return (int)pid == -1 || (int)pid == 1;
}

/* What would stop the fuzzer and not the kernel. */
static bool is_spared(long nr, const uint64_t a[ARGS])
{
	switch (nr) {
	case SYS_reboot:
		return a[0] == 0xfee1dead;
	case SYS_kill:
	case SYS_tkill:
	case SYS_tgkill:
	case SYS_rt_sigqueueinfo:
	case SYS_rt_tgsigqueueinfo:
		return is_self_or_all(a[0]) || (int)a[1] == 1;
	case SYS_prlimit64:
	case SYS_sched_setaffinity:
	case SYS_sched_setattr:
	case SYS_sched_setparam:
	case SYS_sched_setscheduler:
	case SYS_process_vm_writev:
		return is_self_or_all(a[0]);
	case SYS_setpriority:
		return is_self_or_all(a[1]) || a[0] == PRIO_USER;
	case SYS_setpgid:
		return is_self_or_all(a[0]);
	default:
		return false;
	}
}

static void run_calls(unsigned thread, unsigned from, unsigned most);

static void one_call(unsigned c)
{
	const struct call *call = &program->call[c];
	long nr = call_types[call->type].number;
	uint64_t a[ARGS] = { 0 };

	for (unsigned i = 0; i < ARGS; i++) {
		const struct arg *arg = &call->arg[i];

		a[i] = arg->value;
		if (arg->kind == A_RESULT)
			a[i] = (uint64_t)results->value[arg->value];
		else if (arg->kind == A_MEMORY && nr == SYS_rt_sigaction && i == 1)
			store_handler(arg);
		else if (arg->kind == A_MEMORY)
			store(arg);
	}
	if (is_spared(nr, a))
		return;
	bool shares = is_clone_of_memory(nr, a, &call->arg[0]);
	long ret = shares	 ? raw_clone(nr, a)
		   : nr == TOUCH ? touch(a)
		   : nr == FAIL	 ? fail(call->thread, a[0])
				 : raw(nr, a);

	if (!shares && ret == 0 && (nr == SYS_fork || nr == SYS_clone || nr == SYS_clone3)) {
		depth++;
		run_calls(call->thread, c + 1, depth <= FORK_DEPTH ? AFTER_FORK : 0);
		_exit(0);
	}
	if (depth == 0) {
		results->value[c] = ret;
		results->is_done[c] = 1;
	}
	if (nr == SYS_rt_sigaction)
		catch_faults();
	/* The first end of a pipe is the result. */
	if ((nr == SYS_pipe || nr == SYS_pipe2) && ret == 0 && depth == 0) {
		is_armed = 1;
		if (sigsetjmp(fault_at, 0) == 0)
			results->value[c] = *(volatile int *)a[0];
		is_armed = 0;
	}
}

static void run_calls(unsigned thread, unsigned from, unsigned most)
{
	for (unsigned c = from; c < program->count && most != 0; c++) {
		if (program->call[c].thread != thread)
			continue;
		one_call(c);
		most--;
	}
}

/* ---- threads ---- */

static volatile unsigned ready;

static void *thread_main(void *arg)
{
	unsigned t = (unsigned)(uintptr_t)arg;

	int fd = open("/proc/thread-self/fail-nth", O_WRONLY);

	dup2(fd, FAIL_FD + (int)t);
	close(fd);
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	for (unsigned i = 0; ready < program->threads && i < 1000; i++)
		sched_yield();
	cover_start(t, cover_mode);
	run_calls(t, 0, CALLS_MAX);
	cover_stop(t);
	return NULL;
}

static void run_threads(void)
{
	pthread_t id[THREADS_MAX];

	for (unsigned t = 1; t < program->threads; t++)
		if (pthread_create(&id[t], NULL, thread_main, (void *)(uintptr_t)t) != 0)
			_exit(9);
	thread_main((void *)0);
	for (unsigned t = 1; t < program->threads; t++)
		pthread_join(id[t], NULL);
}

/* ---- the child ---- */

static void child(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	world_enter(program->is_root);
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; i < 3; i++)
		dup2(null, i);
	if (null > 2)
		close(null);
	catch_faults();
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = ignore }, NULL);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 8000 }, { 0, 8000 } }, NULL);
	run_threads();
	_exit(0);
}

/* ---- the parent ---- */

void run_set_up(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	results = mmap(NULL, sizeof *results, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	world_make();
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Waits for pid (0: all children) until `end`; false: the time is over. */
static bool wait_for(pid_t pid, uint64_t end)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		pid_t got = waitpid(-1, NULL, WNOHANG | __WALL);
		uint64_t now = now_ms();

		if (got > 0 && got == pid)
			return true;
		if (got > 0)
			continue;
		if (got < 0)
			return true;
		if (now >= end)
			return false;
		sigtimedwait(&set, NULL,
			     &(struct timespec){ (time_t)((end - now) / 1000),
						 (long)((end - now) % 1000) * 1000000 });
	}
}

long run_result(unsigned c)
{
	return results->is_done[c] ? (long)results->value[c] : NOT_DONE;
}

static void show_results(void)
{
	for (unsigned c = 0; c < program->count; c++)
		report("  @%u %s = %s%ld\n", program->call[c].thread,
		       call_types[program->call[c].type].name, results->is_done[c] ? "" : "? ",
		       (long)results->value[c]);
}

enum run_end run_program(const struct program *p, enum cover_mode mode)
{
	enum run_end end = RUN_DONE;

	program = p;
	cover_mode = mode;
	memset(results, 0, sizeof *results);
	for (unsigned c = 0; c < CALLS_MAX; c++)
		results->value[c] = -1;
	cover_reset();
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		child();
	if (!wait_for(pid, now_ms() + run_limit_ms))
		end = RUN_KILLED;
	kill(-1, SIGKILL);
	if (!wait_for(0, now_ms() + 20000)) {
		report_hung();
		end = RUN_HANG;
	}
	if (run_is_verbose)
		show_results();
	world_renew();
	if (p->is_root)
		world_mend();
	return end;
}
