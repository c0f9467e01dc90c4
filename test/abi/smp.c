/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Several CPUs at work on the same things: what one thread changes of an address space holds for
 * the others at once, nothing is lost, and affinity is kept.  On one CPU the same is played by
 * turns.
 */
#include "abi.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdatomic.h>

enum { THREADS = 4, PAGES = 16 };

static atomic_int stop, ready, failed;

static void start(pthread_t *t, int n, void *(*fn)(void *))
{
	atomic_store(&stop, 0);
	atomic_store(&ready, 0);
	atomic_store(&failed, 0);
	for (intptr_t i = 0; i < n; i++)
		pthread_create(&t[i], NULL, fn, (void *)i);
}

static void finish(pthread_t *t, int n)
{
	for (int i = 0; i < n; i++)
		pthread_join(t[i], NULL);
}

static void until_ready(int n)
{
	while (atomic_load(&ready) < n)
		sched_yield();
}

/* ---- disjoint work on one address space ---- */

static void *map_and_touch(void *arg)
{
	unsigned char mark = (unsigned char)(1 + (intptr_t)arg);
	for (int round = 0; round < 12; round++) {
		unsigned char *p = mmap(NULL, PAGES * ABI_PAGE, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED) {
			atomic_fetch_add(&failed, 1);
			continue;
		}
		for (int i = 0; i < PAGES; i++) {
			if (p[i * ABI_PAGE] != 0)
				atomic_fetch_add(&failed, 1);
			p[i * ABI_PAGE] = mark;
		}
		mprotect(p + ABI_PAGE, ABI_PAGE, PROT_READ);
		munmap(p + 4 * ABI_PAGE, 2 * ABI_PAGE);
		for (int i = 0; i < PAGES; i++) {
			if (i != 4 && i != 5 && p[i * ABI_PAGE] != mark)
				atomic_fetch_add(&failed, 1);
		}
		munmap(p, PAGES * ABI_PAGE);
	}
	return NULL;
}

static void disjoint(void)
{
	pthread_t t[THREADS];
	start(t, THREADS, map_and_touch);
	finish(t, THREADS);
	CHECK_EQ(atomic_load(&failed), 0, "threads: each has the memory it mapped to itself");
}

/* ---- a change of protection holds for the others ---- */

static volatile unsigned *shared_page;
static atomic_uint generation; /* odd: the page may not be written */
static __thread sigjmp_buf out;

static void on_fault(int sig)
{
	(void)sig;
	siglongjmp(out, 1);
}

/* Writes all the time; a write that comes through although the page was read-only before it began
 * and still is after it is an error. */
static void *write_always(void *arg)
{
	(void)arg;
	atomic_fetch_add(&ready, 1);
	while (!atomic_load(&stop)) {
		unsigned before = atomic_load(&generation);
		if (sigsetjmp(out, 1) != 0)
			continue;
		*shared_page = before;
		if ((before & 1) != 0 && atomic_load(&generation) == before)
			atomic_fetch_add(&failed, 1);
	}
	return NULL;
}

static void protection(void)
{
	pthread_t t[THREADS];
	struct sigaction act = { .sa_handler = on_fault }, old;
	sigaction(SIGSEGV, &act, &old);
	shared_page = mmap(NULL, ABI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			   0);
	start(t, THREADS - 1, write_always);
	until_ready(THREADS - 1);
	for (int round = 0; round < 60; round++) {
		mprotect((void *)shared_page, ABI_PAGE, PROT_READ);
		atomic_fetch_add(&generation, 1);
		for (int i = 0; i < 200; i++)
			(void)*shared_page;
		atomic_fetch_add(&generation, 1);
		mprotect((void *)shared_page, ABI_PAGE, PROT_READ | PROT_WRITE);
	}
	atomic_store(&stop, 1);
	finish(t, THREADS - 1);
	munmap((void *)shared_page, ABI_PAGE);
	sigaction(SIGSEGV, &old, NULL);
	CHECK_EQ(atomic_load(&failed), 0, "mprotect: read-only is so for all threads");
}

/* ---- a page that was unmapped is not reached by the others ---- */

static void *look_always(void *arg)
{
	(void)arg;
	atomic_fetch_add(&ready, 1);
	while (!atomic_load(&stop)) {
		unsigned before = atomic_load(&generation);
		if (sigsetjmp(out, 1) != 0)
			continue;
		unsigned seen = *shared_page;
		/* An even generation says what stands there. */
		if ((before & 1) == 0 && atomic_load(&generation) == before && seen != before)
			atomic_fetch_add(&failed, 1);
	}
	return NULL;
}

static void replacement(void)
{
	pthread_t t[THREADS];
	struct sigaction act = { .sa_handler = on_fault }, old;
	sigaction(SIGSEGV, &act, &old);
	shared_page = mmap(NULL, ABI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			   0);
	atomic_store(&generation, 0);
	start(t, THREADS - 1, look_always);
	until_ready(THREADS - 1);
	for (unsigned round = 0; round < 80; round++) {
		atomic_fetch_add(&generation, 1);
		munmap((void *)shared_page, ABI_PAGE);
		mmap((void *)shared_page, ABI_PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		*shared_page = 2 * (round + 1);
		atomic_fetch_add(&generation, 1);
		for (int i = 0; i < 200; i++)
			(void)*shared_page;
	}
	atomic_store(&stop, 1);
	finish(t, THREADS - 1);
	munmap((void *)shared_page, ABI_PAGE);
	sigaction(SIGSEGV, &old, NULL);
	CHECK_EQ(atomic_load(&failed), 0, "munmap: nobody sees the page that was there");
}

/* ---- fork while others write ---- */

static atomic_uint *numbers;

static void *count_always(void *arg)
{
	intptr_t i = (intptr_t)arg;
	atomic_fetch_add(&ready, 1);
	while (!atomic_load(&stop))
		atomic_fetch_add(&numbers[i * ABI_PAGE / sizeof(*numbers)], 1);
	return NULL;
}

/* Exits 0 when what it has of the numbers stands still. */
static void stands_still(void)
{
	unsigned seen[THREADS];
	for (int i = 0; i < THREADS; i++)
		seen[i] = atomic_load(&numbers[i * ABI_PAGE / sizeof(*numbers)]);
	for (int round = 0; round < 60; round++) {
		for (int i = 0; i < THREADS; i++) {
			if (seen[i] != atomic_load(&numbers[i * ABI_PAGE / sizeof(*numbers)]))
				_exit(1);
		}
	}
	_exit(0);
}

static void forks(void)
{
	pthread_t t[THREADS];
	int bad = 0, status = 0;
	numbers = mmap(NULL, THREADS * ABI_PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	start(t, THREADS - 1, count_always);
	until_ready(THREADS - 1);
	for (int round = 0; round < 40; round++) {
		pid_t pid = fork();
		if (pid == 0)
			stands_still();
		if (waitpid(pid, &status, 0) != pid || status != 0)
			bad++;
	}
	atomic_store(&stop, 1);
	finish(t, THREADS - 1);
	CHECK_EQ(bad, 0, "fork: the child's copy does not change under it");
}

/* ---- many processes ---- */

static void *fork_often(void *arg)
{
	(void)arg;
	for (int round = 0; round < 40; round++) {
		int status = 0;
		pid_t pid = fork();
		if (pid == 0)
			_exit(round & 63);
		if (pid < 0 || waitpid(pid, &status, 0) != pid ||
		    WEXITSTATUS(status) != (round & 63))
			atomic_fetch_add(&failed, 1);
	}
	return NULL;
}

static void storms(void)
{
	pthread_t t[THREADS];
	start(t, THREADS, fork_often);
	finish(t, THREADS);
	CHECK_EQ(atomic_load(&failed), 0, "fork: from several threads at once");
}

/* ---- locks and pipes between CPUs ---- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long guarded;

static void *add_under_lock(void *arg)
{
	(void)arg;
	for (int i = 0; i < 1500; i++) {
		pthread_mutex_lock(&mutex);
		long was = guarded;
		if (i % 64 == 0)
			sched_yield();
		guarded = was + 1;
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static int rings[THREADS][2];

/* A ring of pipes: each number goes round, one more at each station. */
static void *pass_on(void *arg)
{
	intptr_t i = (intptr_t)arg;
	unsigned v = 0;
	while (read(rings[i][0], &v, sizeof(v)) == sizeof(v) && v < 600) {
		v++;
		if (write(rings[(i + 1) % THREADS][1], &v, sizeof(v)) != sizeof(v))
			atomic_fetch_add(&failed, 1);
	}
	v = 9999;
	if (write(rings[(i + 1) % THREADS][1], &v, sizeof(v)) != sizeof(v))
		atomic_fetch_add(&failed, 1);
	return NULL;
}

static void exchange(void)
{
	pthread_t t[THREADS];
	unsigned v = 0;
	start(t, THREADS, add_under_lock);
	finish(t, THREADS);
	CHECK_EQ(guarded, THREADS * 1500, "futex: no increment under a lock is lost");
	for (int i = 0; i < THREADS; i++)
		CHECK_OK(pipe(rings[i]), "pipe: a station of the ring");
	start(t, THREADS, pass_on);
	CHECK_EQ(write(rings[0][1], &v, sizeof(v)), sizeof(v), "pipe: a number goes round");
	finish(t, THREADS);
	CHECK_EQ(atomic_load(&failed), 0, "pipe: and comes back");
	for (int i = 0; i < THREADS; i++) {
		close(rings[i][0]);
		close(rings[i][1]);
	}
}

/* ---- affinity ---- */

static int cpus_of(cpu_set_t *set)
{
	CPU_ZERO(set);
	sched_getaffinity(0, sizeof(*set), set);
	return CPU_COUNT(set);
}

static void affinity(void)
{
	cpu_set_t all, one, got;
	unsigned cpu = 0;
	int wrong = 0;
	(void)cpus_of(&all);
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		if (sched_setaffinity(0, sizeof(one), &one) != 0)
			wrong++;
		for (int round = 0; round < 20; round++) {
			if (sys(SYS_getcpu, &cpu, NULL, NULL) != 0 || cpu != (unsigned)i)
				wrong++;
			if (sched_getcpu() != i)
				wrong++;
			sched_yield();
		}
		if (cpus_of(&got) != 1 || !CPU_ISSET(i, &got))
			wrong++;
	}
	CHECK_EQ(wrong, 0, "affinity: a task runs where it may, from the call on");
	IN_CHILD("affinity: a child has its parent's", NEED(cpus_of(&got) == 1));
	CHECK_OK(sched_setaffinity(0, sizeof(all), &all), "affinity: all again");
	CPU_ZERO(&one);
	CHECK_ERRNO(sched_setaffinity(0, sizeof(one), &one), EINVAL, "affinity: none is refused");
	CHECK_EQ(sysconf(_SC_NPROCESSORS_ONLN), CPU_COUNT(&all), "sysconf: the CPUs there are");
}

/* ---- signals to threads that run ---- */

static atomic_int heard;

static void on_usr1(int sig)
{
	(void)sig;
	atomic_fetch_add(&heard, 1);
}

static void *spin(void *arg)
{
	(void)arg;
	atomic_fetch_add(&ready, 1);
	while (!atomic_load(&stop))
		;
	return NULL;
}

static void signals(void)
{
	pthread_t t[1];
	struct sigaction act = { .sa_handler = on_usr1 }, old;
	sigaction(SIGUSR1, &act, &old);
	start(t, 1, spin);
	until_ready(1);
	for (int i = 0; i < 50; i++) {
		int before = atomic_load(&heard);
		pthread_kill(t[0], SIGUSR1);
		while (atomic_load(&heard) == before)
			sched_yield();
	}
	atomic_store(&stop, 1);
	finish(t, 1);
	sigaction(SIGUSR1, &old, NULL);
	CHECK_EQ(atomic_load(&heard), 50, "signal: it reaches a thread that makes no call");
	IN_CHILD("exit: it ends threads that make no call", {
		start(t, 1, spin);
		until_ready(1);
		_exit(0);
	});
}

int main(void)
{
	abi_begin("smp");
	disjoint();
	protection();
	replacement();
	forks();
	storms();
	exchange();
	affinity();
	signals();
	return abi_end();
}
