/* SPDX-License-Identifier: MPL-2.0 */
/* futex: wait, wake, requeue, bitsets, timeouts, shared memory, robust lists. */
#include "abi.h"

#include <linux/futex.h>
#include <pthread.h>
#include <time.h>

static uint32_t *word; /* in shared memory: word[0] the futex, others for the tests */

static long futex(void *at, int op, long value, void *timeout, void *second, long value3)
{
	return syscall(SYS_futex, at, (long)op, value, timeout, second, value3);
}

static void *aligned(void *p)
{
	return (void *)((uintptr_t)p & ~3UL);
}

static void hostile(void)
{
	struct timespec wrong = { 0, 1000000000 }, negative = { -1, 0 };
	CHECK_EFAULT_IN_BYTES(futex(aligned(bad), FUTEX_WAIT, 1, NULL, NULL, 0),
			      "futex: bad address");
	CHECK_EFAULT_IN_BYTES(
		futex(aligned(bad), FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0),
		"futex: bad private address");
	CHECK_EFAULT_IN_OPT(futex(word, FUTEX_WAIT, 0, bad, NULL, 0), "futex: bad timeout");
	CHECK_ERRNO(futex((char *)word + 1, FUTEX_WAIT, 0, NULL, NULL, 0), EINVAL,
		    "futex: odd address");
	CHECK_ERRNO(futex((char *)word + 2, FUTEX_WAKE, 1, NULL, NULL, 0), EINVAL,
		    "futex: odd address to wake");
	CHECK_ERRNO(futex(word, 99, 0, NULL, NULL, 0), ENOSYS, "futex: unknown operation");
	CHECK_ERRNO(futex(word, FUTEX_WAIT, 0, &wrong, NULL, 0), EINVAL,
		    "futex: nanoseconds too large");
	CHECK_ERRNO(futex(word, FUTEX_WAIT, 0, &negative, NULL, 0), EINVAL,
		    "futex: negative timeout");
	CHECK_ERRNO(futex(word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0), EINVAL,
		    "futex: empty bitset to wait");
	CHECK_ERRNO(futex(word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0), EINVAL,
		    "futex: empty bitset to wake");
	CHECK_ERRNO(futex(word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0), ENOSYS,
		    "futex: a clock for a wake");
}

static void simple(void)
{
	struct timespec some = { 0, 2000000 }, zero = { 0, 0 }, past = { 1, 0 };
	*word = 5;
	CHECK_ERRNO(futex(word, FUTEX_WAIT, 4, NULL, NULL, 0), EAGAIN,
		    "futex: another value does not wait");
	CHECK_ERRNO(futex(word, FUTEX_WAIT, 5, &some, NULL, 0), ETIMEDOUT, "futex: time over");
	CHECK_ERRNO(futex(word, FUTEX_WAIT, 5, &zero, NULL, 0), ETIMEDOUT, "futex: no time at all");
	CHECK_ERRNO(futex(word, FUTEX_WAIT_BITSET, 5, &past, NULL, -1), ETIMEDOUT,
		    "futex: an absolute time, past");
	CHECK_ERRNO(futex(word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &past, NULL, -1),
		    ETIMEDOUT, "futex: on the wall clock");
	struct timespec before, after;
	clock_gettime(CLOCK_MONOTONIC, &before);
	struct timespec until = { before.tv_sec, before.tv_nsec + 5000000 };
	if (until.tv_nsec >= 1000000000)
		until = (struct timespec){ until.tv_sec + 1, until.tv_nsec - 1000000000 };
	CHECK_ERRNO(futex(word, FUTEX_WAIT_BITSET, 5, &until, NULL, -1), ETIMEDOUT,
		    "futex: an absolute time, to come");
	clock_gettime(CLOCK_MONOTONIC, &after);
	CHECK(after.tv_sec > until.tv_sec ||
		      (after.tv_sec == until.tv_sec && after.tv_nsec >= until.tv_nsec),
	      "futex: and not before it");
	CHECK_EQ(futex(word, FUTEX_WAKE, 1, NULL, NULL, 0), 0, "futex: nobody to wake");
	CHECK_EQ(futex(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), 0,
		 "futex: nobody private to wake");
}

static void waiter(int op, uint32_t bits, int code)
{
	long r = futex(word, op, (long)*word, NULL, NULL, (long)bits);
	_exit(r == 0 ? code : 99);
}

static pid_t start(int op, uint32_t bits, int code)
{
	pid_t pid = abi_fork();
	if (pid == 0)
		waiter(op, bits, code);
	abi_until_asleep(pid);
	return pid;
}

static int ended(pid_t pid)
{
	int status = 0;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void processes(void)
{
	*word = 0;
	pid_t a = start(FUTEX_WAIT, 0, 1), b = start(FUTEX_WAIT, 0, 1), c = start(FUTEX_WAIT, 0, 1);
	CHECK_EQ(futex(word, FUTEX_WAKE, 1, NULL, NULL, 0), 1, "futex: wakes one of three");
	int status = 0;
	pid_t first = waitpid(-1, &status, 0);
	CHECK(first == a && WEXITSTATUS(status) == 1, "futex: the one that waited longest");
	CHECK_EQ(futex(word, FUTEX_WAKE, 10, NULL, NULL, 0), 2, "futex: wakes the others");
	CHECK(ended(b) == 1 && ended(c) == 1, "futex: over process limits, in shared memory");
	a = start(FUTEX_WAIT_BITSET, 1, 1);
	b = start(FUTEX_WAIT_BITSET, 2, 2);
	CHECK_EQ(futex(word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 4), 0, "futex: no bit in common");
	CHECK_EQ(futex(word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 2), 1, "futex: the bit chooses");
	CHECK_EQ(ended(b), 2, "futex: the right one");
	CHECK_EQ(futex(word, FUTEX_WAKE, 10, NULL, NULL, 0), 1,
		 "futex: a plain wake is for all bits");
	CHECK_EQ(ended(a), 1, "futex: and ends the other");
	a = start(FUTEX_WAIT, 0, 1);
	b = start(FUTEX_WAIT, 0, 1);
	c = start(FUTEX_WAIT, 0, 1);
	CHECK_ERRNO(futex(word, FUTEX_CMP_REQUEUE, 1, (void *)1, word + 1, 77), EAGAIN,
		    "futex: CMP_REQUEUE with another value");
	CHECK_EQ(futex(word, FUTEX_CMP_REQUEUE, 1, (void *)10, word + 1, 0), 3,
		 "futex: CMP_REQUEUE wakes one, moves two");
	CHECK_EQ(futex(word, FUTEX_WAKE, 10, NULL, NULL, 0), 0, "futex: none is left here");
	CHECK_EQ(futex(word + 1, FUTEX_WAKE, 10, NULL, NULL, 0), 2, "futex: two are there");
	CHECK(ended(a) == 1 && ended(b) == 1 && ended(c) == 1, "futex: all three go on");
	a = start(FUTEX_WAIT, 0, 1);
	word[1] = 7;
	CHECK_EQ(futex(word, FUTEX_WAKE_OP, 1, (void *)1, word + 1,
		       (long)FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 7)),
		 1, "futex: WAKE_OP wakes");
	CHECK_EQ(word[1], 10, "futex: WAKE_OP adds");
	CHECK_EQ(ended(a), 1, "futex: WAKE_OP's sleeper goes on");
	CHECK_EFAULT_OUT_BYTES(futex(word, FUTEX_WAKE_OP, 1, (void *)1, aligned(bad),
				     (long)FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_EQ, 7)),
			       "futex: WAKE_OP bad address");
}

static void ignore(int sig)
{
	(void)sig;
}

static void interrupted(void)
{
	struct sigaction sa = { .sa_handler = ignore };
	pid_t me = getpid();
	sigaction(SIGUSR1, &sa, NULL);
	pid_t pid = abi_fork();
	if (pid == 0) {
		abi_until_asleep(me);
		kill(me, SIGUSR1);
		_exit(0);
	}
	CHECK_ERRNO(futex(word, FUTEX_WAIT, (long)*word, NULL, NULL, 0), EINTR,
		    "futex: a handler interrupts");
	waitpid(pid, NULL, 0);
	sa.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &sa, NULL);
	pid = abi_fork();
	if (pid == 0) {
		abi_until_asleep(me);
		kill(me, SIGUSR1);
		abi_until_asleep(me);
		_exit(futex(word, FUTEX_WAKE, 1, NULL, NULL, 0) == 1 ? 0 : 1);
	}
	CHECK_OK(futex(word, FUTEX_WAIT, (long)*word, NULL, NULL, 0),
		 "futex: SA_RESTART goes on waiting");
	abi_reap(pid, 0, "futex: and is woken");
}

static void *lock_and_die(void *m)
{
	pthread_mutex_lock(m);
	sys(SYS_exit, 0);
	return NULL;
}

static void robust(void)
{
	struct robust_list_head *head = NULL;
	size_t size = 0;
	CHECK(sys(SYS_get_robust_list, 0, &head, &size) == 0 && size == sizeof(*head),
	      "get_robust_list: one's own");
	CHECK_ERRNO(sys(SYS_set_robust_list, head, sizeof(*head) - 1), EINVAL,
		    "set_robust_list: wrong size");
	CHECK_EFAULT_OUT(sys(SYS_get_robust_list, 0, bad, &size), "get_robust_list: bad head");
	CHECK_EFAULT_OUT(sys(SYS_get_robust_list, 0, &head, bad), "get_robust_list: bad size");
	CHECK_ERRNO(sys(SYS_get_robust_list, 0x3fffffff, &head, &size), ESRCH,
		    "get_robust_list: no such thread");
	pthread_mutexattr_t attr;
	pthread_mutex_t *m = (pthread_mutex_t *)(word + 64);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(m, &attr);
	pthread_t t;
	pthread_create(&t, NULL, lock_and_die, m);
	pthread_join(t, NULL);
	CHECK_EQ(pthread_mutex_lock(m), EOWNERDEAD, "robust list: a thread ends with its lock");
	pthread_mutex_consistent(m);
	pthread_mutex_unlock(m);
	pid_t pid = abi_fork();
	if (pid == 0) {
		pthread_mutex_lock(m);
		for (;;)
			pause();
	}
	abi_until_asleep(pid);
	pid_t second = abi_fork();
	if (second == 0)
		_exit(pthread_mutex_lock(m) == EOWNERDEAD ? 0 : 1);
	abi_until_asleep(second);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	abi_reap(second, 0, "robust list: a killed process's lock wakes the next");
	IN_CHILD("robust list: a list that leads nowhere does no harm at the end",
		 { sys(SYS_set_robust_list, 0xffff888000000000UL, sizeof(*head)); });
	IN_CHILD("robust list: a list without end does no harm at the end", {
		static struct robust_list_head loop;
		static struct robust_list one;
		one.next = &one;
		loop.list.next = &one;
		sys(SYS_set_robust_list, &loop, sizeof(loop));
	});
	IN_CHILD("clear_child_tid: a bad address does no harm at the end",
		 { sys(SYS_set_tid_address, 0xffff888000000000UL); });
}

/* A private futex belongs to its memory: the same address elsewhere is another one. */
static void own(void)
{
	static uint32_t mine = 1;
	void *kernel = (void *)0xffff888000000000;
	CHECK_ERRNO(futex(kernel, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), EFAULT,
		    "futex: waking at a kernel address");
	pid_t pid = fork();
	if (pid == 0)
		_exit(futex(&mine, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0) != 0);
	abi_until_asleep(pid);
	CHECK_EQ(futex(&mine, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), 0,
		 "futex: a private one of another process is not woken");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	word = mmap(NULL, ABI_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	abi_begin("futex");
	own();
	hostile();
	simple();
	processes();
	interrupted();
	robust();
	return abi_end();
}
