/* SPDX-License-Identifier: MPL-2.0 */
/* futex: mutexes that inherit priority, as the bare calls and as the C library's mutexes. */
#include "onecpu.h"

#include <linux/futex.h>
#include <stdatomic.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif
static _Atomic uint32_t *word;
static pthread_mutex_t mutex, other;
static atomic_int order, low_has_it, released_at, middle_ran_at, high_got_at;

static long futex(void *at, int op, long value, void *timeout, void *second, long value3)
{
	return syscall(SYS_futex, at, (long)op, value, timeout, second, value3);
}

static uint32_t tid(void)
{
	return (uint32_t)syscall(SYS_gettid);
}

static struct timespec after_ms(clockid_t clock, long ms)
{
	struct timespec t;
	clock_gettime(clock, &t);
	t.tv_nsec += ms * (long)MS;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

/* ---- the bare calls, alone ---- */

static void alone(void)
{
	struct timespec past = { 1, 0 };
	*word = 0;
	CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "lock: a free word");
	CHECK_EQ(*word, tid(), "lock: the word names the owner");
	CHECK_ERRNO(futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EDEADLK, "lock: one's own");
	CHECK_ERRNO(futex(word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), EDEADLK, "trylock: one's own");
	CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock");
	CHECK_EQ(*word, 0, "unlock: the word is free");
	CHECK_ERRNO(futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), EPERM, "unlock: not one's own");
	CHECK_OK(futex(word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), "trylock: a free word");
	CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "trylock: unlocked");
	*word = 0x3ffffff0;
	CHECK_ERRNO(futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), ESRCH, "lock: nobody's number");
	*word = FUTEX_OWNER_DIED;
	CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "lock: what a dead owner left");
	CHECK_EQ(*word, tid() | FUTEX_OWNER_DIED, "lock: and it still says so");
	CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock: what a dead owner left");
	CHECK_ERRNO(futex(word, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0), ENOSYS,
		    "lock: no choice of the clock");
	CHECK_ERRNO(futex((char *)word + 1, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EINVAL,
		    "lock: odd address");
	*word = (uint32_t)getppid();
	CHECK_ERRNO(futex(word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), EAGAIN,
		    "trylock: another one's");
	CHECK_ERRNO(futex(word, FUTEX_LOCK_PI, 0, &past, NULL, 0), ETIMEDOUT,
		    "lock: a time that is past");
	CHECK_EQ(*word, (uint32_t)getppid() | FUTEX_WAITERS, "lock: the word tells of waiters");
	struct timespec soon = after_ms(CLOCK_MONOTONIC, 20);
	CHECK_ERRNO(futex(word, FUTEX_LOCK_PI2, 0, &soon, NULL, 0), ETIMEDOUT,
		    "lock 2: by the monotonic clock");
}

/* ---- with another process ---- */

static void wait_for_waiters(void)
{
	while ((*word & FUTEX_WAITERS) == 0)
		sched_yield();
	usleep(20000);
}

static void handed_over(void)
{
	*word = 0;
	futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
	pid_t child = abi_fork();
	if (child == 0) {
		long r = futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
		bool mine = (*word & FUTEX_TID_MASK) == tid();
		_exit(r == 0 && mine && futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0 ? 0
											    : 1);
	}
	wait_for_waiters();
	CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "hand over: unlock");
	CHECK(*word == 0 || (*word & FUTEX_TID_MASK) == (uint32_t)child,
	      "hand over: the word names the heir");
	abi_reap(child, 0, "hand over: to a process that waited");
	CHECK_EQ(*word, 0, "hand over: free in the end");
}

static void inherited(void)
{
	*word = 0;
	pid_t owner = abi_fork();
	if (owner == 0) {
		futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
		wait_for_waiters();
		_exit(0);
	}
	while ((*word & FUTEX_TID_MASK) != (uint32_t)owner)
		sched_yield();
	CHECK_OK(futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "a dead owner: the lock goes on");
	CHECK_EQ(*word & (FUTEX_TID_MASK | FUTEX_OWNER_DIED), tid() | FUTEX_OWNER_DIED,
		 "a dead owner: the word tells of it");
	abi_reap(owner, 0, "a dead owner: he ended");
	futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
}

/* On one CPU: who looks at the word between the owner's death and the heir's next step does not get
 * it (EINVAL when the word still names the dead). */
static void heir_comes_first(void)
{
	*word = 0;
	word[1] = 0;
	IN_CHILD("a dead owner: nobody comes between him and his heir", {
		struct sched_param p = { 50 };
		pin_to_first();
		pid_t owner = abi_fork();
		if (owner == 0) {
			futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
			wait_for_waiters();
			_exit(0);
		}
		while ((*word & FUTEX_TID_MASK) != (uint32_t)owner)
			sched_yield();
		pid_t heir = abi_fork();
		if (heir == 0) {
			long r = futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
			word[1] = 1;
			usleep(30000);
			word[1] = 2;
			futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
			_exit(r == 0 ? 0 : 1);
		}
		NEED(sched_setscheduler(0, SCHED_FIFO, &p) == 0);
		NEED(waitpid(owner, NULL, 0) == owner);
		NEED_ERRNO(futex(word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), EINVAL);
		NEED_ERRNO(futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EINVAL);
		while (word[1] == 0)
			usleep(1000);
		NEED(futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
		NEED(word[1] == 2 && (*word & FUTEX_TID_MASK) == tid());
		NEED(futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
		int status = 1;
		NEED(waitpid(heir, &status, 0) == heir && status == 0);
	});
	*word = 0;
}

static void on_signal(int sig)
{
	(void)sig;
}

static void interrupted(void)
{
	*word = 0;
	futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
	pid_t child = abi_fork();
	if (child == 0) {
		signal(SIGUSR1, on_signal);
		_exit(futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0 ? 0 : 1);
	}
	wait_for_waiters();
	kill(child, SIGUSR1);
	usleep(20000);
	futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
	abi_reap(child, 0, "a signal: the call goes on waiting");
	*word = 0;
}

/* ---- requeue ---- */

static void requeue(void)
{
	_Atomic uint32_t *cond = word + 1;
	*word = 0;
	*cond = 0;
	CHECK_ERRNO(futex(cond, FUTEX_WAIT_REQUEUE_PI, 1, NULL, word, 0), EAGAIN,
		    "wait and requeue: another value");
	CHECK_ERRNO(futex(cond, FUTEX_WAIT_REQUEUE_PI, 0, NULL, cond, 0), EINVAL,
		    "wait and requeue: to itself");
	CHECK_ERRNO(futex(cond, FUTEX_CMP_REQUEUE_PI, 2, (void *)1, word, 0), EINVAL,
		    "requeue: it wakes one");
	CHECK_ERRNO(futex(cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, word, 7), EAGAIN,
		    "requeue: another value");
	pid_t child = abi_fork();
	if (child == 0) {
		long r = futex(cond, FUTEX_WAIT_REQUEUE_PI, 0, NULL, word, 0);
		bool mine = (*word & FUTEX_TID_MASK) == tid();
		_exit(r == 0 && mine && futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0 ? 0
											    : 1);
	}
	futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
	long moved = 0;
	for (int i = 0; i < 200 && moved == 0; i++) {
		usleep(5000);
		moved = futex(cond, FUTEX_CMP_REQUEUE_PI, 1, (void *)5, word, 0);
	}
	CHECK_EQ(moved, 1, "requeue: the one that waits");
	usleep(20000);
	CHECK_OK(futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "requeue: he waits for the mutex");
	abi_reap(child, 0, "requeue: and gets it");
}

/* ---- the C library's mutexes ---- */

static void init(pthread_mutex_t *m, bool is_robust)
{
	pthread_mutexattr_t a;
	pthread_mutexattr_init(&a);
	pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
	pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);
	if (is_robust)
		pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(m, &a);
}

static void *low(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&mutex);
	atomic_store(&low_has_it, 1);
	use_cpu(60 * MS);
	atomic_store(&released_at, atomic_fetch_add(&order, 1));
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void *middle(void *arg)
{
	(void)arg;
	atomic_store(&middle_ran_at, atomic_fetch_add(&order, 1));
	use_cpu(20 * MS);
	return NULL;
}

static atomic_int let_middle_go;

/* Sleeps until it is let go: then it would be before the owner, were he not raised. */
static void *middle_later(void *arg)
{
	while (!atomic_load(&let_middle_go))
		usleep(1000);
	return middle(arg);
}

static void *high(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&mutex);
	atomic_store(&high_got_at, atomic_fetch_add(&order, 1));
	pthread_mutex_unlock(&mutex);
	return NULL;
}

/* Who holds the other mutex and waits for the first: what he is lent goes on to its owner. */
static void *between(void *arg)
{
	pthread_mutex_lock(&other);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	pthread_mutex_unlock(&other);
	return arg;
}

static void *high_by_other(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&other);
	atomic_store(&high_got_at, atomic_fetch_add(&order, 1));
	pthread_mutex_unlock(&other);
	return NULL;
}

/* One CPU for all; the caller counts more than they do, and lets them run by sleeping. */
static void become_director(void)
{
	struct sched_param p = { 90 };
	pin_to_first();
	NEED(sched_setscheduler(0, SCHED_FIFO, &p) == 0);
}

static void inheritance(void)
{
	IN_CHILD("inheritance: the owner goes before one of middle priority", {
		init(&mutex, false);
		become_director();
		pthread_t l = start_fifo(10, low);
		while (!atomic_load(&low_has_it))
			usleep(2000);
		pthread_t h = start_fifo(30, high);
		usleep(5000);
		pthread_t m = start_fifo(20, middle);
		pthread_join(h, NULL);
		pthread_join(m, NULL);
		pthread_join(l, NULL);
		NEED(atomic_load(&released_at) < atomic_load(&high_got_at));
		NEED(atomic_load(&high_got_at) < atomic_load(&middle_ran_at));
	});
	IN_CHILD("inheritance: through another owner", {
		init(&mutex, false);
		init(&other, false);
		become_director();
		pthread_t l = start_fifo(10, low);
		while (!atomic_load(&low_has_it))
			usleep(2000);
		pthread_t b = start_fifo(15, between);
		usleep(5000);
		pthread_t h = start_fifo(30, high_by_other);
		usleep(5000);
		pthread_t m = start_fifo(20, middle);
		pthread_join(h, NULL);
		pthread_join(m, NULL);
		pthread_join(b, NULL);
		pthread_join(l, NULL);
		NEED(atomic_load(&released_at) < atomic_load(&middle_ran_at));
		NEED(atomic_load(&high_got_at) < atomic_load(&middle_ran_at));
	});
}

static void raised(void)
{
	IN_CHILD("inheritance: a waiter that is raised while it waits", {
		struct sched_param p = { 30 };
		init(&mutex, false);
		become_director();
		pthread_t l = start_fifo(10, low);
		while (!atomic_load(&low_has_it))
			usleep(2000);
		pthread_t h = start_fifo(15, high);
		usleep(5000);
		pthread_t m = start_fifo(20, middle_later);
		usleep(5000);
		pthread_setschedparam(h, SCHED_FIFO, &p);
		atomic_store(&let_middle_go, 1);
		pthread_join(h, NULL);
		pthread_join(m, NULL);
		pthread_join(l, NULL);
		NEED(atomic_load(&released_at) < atomic_load(&middle_ran_at));
		NEED(atomic_load(&high_got_at) < atomic_load(&middle_ran_at));
	});
}

static void *take_second_then_first(void *arg)
{
	futex(word + 1, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
	atomic_store(&low_has_it, 1);
	long r = futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
	futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
	futex(word + 1, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
	return r == 0 ? NULL : arg;
}

static void rings(void)
{
	IN_CHILD("a ring of two is refused", {
		pthread_t t;
		void *theirs = word;
		word[0] = word[1] = 0;
		NEED(futex(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
		NEED(pthread_create(&t, NULL, take_second_then_first, word) == 0);
		while (!atomic_load(&low_has_it))
			sched_yield();
		wait_for_waiters();
		NEED_ERRNO(futex(word + 1, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EDEADLK);
		NEED(futex(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
		pthread_join(t, &theirs);
		NEED(theirs == NULL);
	});
}

static void *die_with_it(void *arg)
{
	pthread_mutex_lock(&mutex);
	usleep(30000);
	return arg;
}

static void robust(void)
{
	IN_CHILD("robust: the next owner is told", {
		pthread_t t;
		init(&mutex, true);
		NEED(pthread_create(&t, NULL, die_with_it, NULL) == 0);
		usleep(15000);
		NEED(pthread_mutex_lock(&mutex) == EOWNERDEAD);
		NEED(pthread_mutex_consistent(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
		NEED(pthread_mutex_lock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
		pthread_join(t, NULL);
	});
}

enum { CONTENDERS = 4, ROUNDS = 300 };
static long counter;

static void *contend(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		long seen = counter;
		if (i % 16 == 0)
			sched_yield();
		counter = seen + 1;
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static void contention(void)
{
	pthread_t t[CONTENDERS];
	init(&mutex, false);
	for (int i = 0; i < CONTENDERS; i++)
		pthread_create(&t[i], NULL, contend, NULL);
	for (int i = 0; i < CONTENDERS; i++)
		pthread_join(t[i], NULL);
	CHECK_EQ(counter, CONTENDERS * ROUNDS, "contention: nothing is lost");
	struct timespec soon = after_ms(CLOCK_REALTIME, 30);
	pthread_mutex_lock(&mutex);
	pid_t child = abi_fork();
	if (child == 0)
		_exit(0);
	abi_reap(child, 0, "contention: a fork while it is held");
	CHECK_EQ(pthread_mutex_timedlock(&mutex, &soon), EDEADLK, "timed lock: one's own");
	pthread_mutex_unlock(&mutex);
}

int main(void)
{
	abi_begin("futexpi");
	word = mmap(NULL, ABI_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	alone();
	handed_over();
	inherited();
	heir_comes_first();
	interrupted();
	requeue();
	inheritance();
	raised();
	rings();
	robust();
	contention();
	return abi_end();
}
