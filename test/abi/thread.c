/* SPDX-License-Identifier: MPL-2.0 */
/* Threads: what they share, thread-local storage, how they and their process end. */
#include "abi.h"

#include <pthread.h>
#include <semaphore.h>

static __thread int local = 11;
static __thread char local_block[5000] = "start";
static int counter;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

struct seen {
	pid_t pid, tid;
	int local;
	bool fresh;
	int *where;
};

static void *look(void *arg)
{
	struct seen *s = arg;
	s->pid = getpid();
	s->tid = (pid_t)sys(SYS_gettid);
	s->fresh = local == 11 && strcmp(local_block, "start") == 0;
	s->where = &local;
	local = 22;
	strcpy(local_block, "changed");
	s->local = local;
	errno = EDOM;
	return s;
}

static void sharing(void)
{
	struct seen s = { 0 };
	pthread_t t;
	void *got = NULL;
	local = 33;
	CHECK_OK(pthread_create(&t, NULL, look, &s), "thread: create");
	errno = ERANGE;
	CHECK(pthread_join(t, &got) == 0 && got == &s, "thread: join gives its result");
	CHECK(errno == ERANGE, "thread: errno is one's own");
	CHECK(s.pid == getpid() && s.tid != s.pid && s.tid > 0,
	      "thread: same process number, own thread number");
	CHECK(s.fresh, "thread: local storage starts as written");
	CHECK(local == 33 && s.local == 22 && s.where != &local,
	      "thread: local storage is one's own");
}

static void *change_process(void *arg)
{
	(void)arg;
	mkdir("tcwd", 0755);
	chdir("tcwd");
	umask(077);
	*(int *)arg = dup(1);
	return NULL;
}

static void sharing_process(void)
{
	pthread_t t;
	int fd = -1;
	pthread_create(&t, NULL, change_process, &fd);
	pthread_join(t, NULL);
	CHECK_OK(access("../tcwd", F_OK), "thread: the folder is shared");
	CHECK_EQ(umask(022), 077, "thread: the umask is shared");
	CHECK_EQ(fcntl(fd, F_GETFD), 0, "thread: descriptors are shared");
	chdir("..");
	close(fd);
}

static void *count(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		int was = counter;
		if (i % 500 == 0)
			sched_yield();
		counter = was + 1;
		pthread_mutex_unlock(&mutex);
	}
	return arg;
}

static void *wait_turn(void *arg)
{
	int mine = *(int *)arg;
	pthread_mutex_lock(&mutex);
	while (counter != mine)
		pthread_cond_wait(&cond, &mutex);
	counter++;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void *at_barrier(void *arg)
{
	return pthread_barrier_wait(arg) == PTHREAD_BARRIER_SERIAL_THREAD ? arg : NULL;
}

static void locking(void)
{
	pthread_t t[8];
	int turn[8];
	counter = 0;
	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, count, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	CHECK_EQ(counter, 16000, "thread: a mutex keeps eight threads apart");
	counter = 0;
	for (int i = 7; i >= 0; i--) {
		turn[i] = i;
		pthread_create(&t[i], NULL, wait_turn, &turn[i]);
	}
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	CHECK_EQ(counter, 8, "thread: a condition hands eight turns on");
	pthread_barrier_t b;
	pthread_barrier_init(&b, NULL, 8);
	int serial = 0;
	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, at_barrier, &b);
	for (int i = 0; i < 8; i++) {
		void *r = NULL;
		pthread_join(t[i], &r);
		serial += r != NULL;
	}
	CHECK_EQ(serial, 1, "thread: a barrier lets eight go and names one");
	pthread_mutexattr_t attr;
	pthread_mutex_t m;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&m, &attr);
	pthread_mutex_lock(&m);
	CHECK_EQ(pthread_mutex_lock(&m), EDEADLK,
		 "thread: an error-checking mutex knows its owner");
	struct timespec past = { 1, 0 };
	pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_lock(&busy);
	CHECK_EQ(pthread_mutex_timedlock(&busy, &past), ETIMEDOUT, "thread: a timed lock gives up");
}

static void *nothing(void *arg)
{
	return arg;
}

static void many(void)
{
	int good = 0;
	for (int i = 0; i < 300; i++) {
		pthread_t t;
		void *r = NULL;
		good += pthread_create(&t, NULL, nothing, &good) == 0 && pthread_join(t, &r) == 0 &&
			r == &good;
	}
	CHECK_EQ(good, 300, "thread: three hundred, one after the other");
	static pthread_t t[64];
	static sem_t gate;
	sem_init(&gate, 0, 0);
	good = 0;
	for (int i = 0; i < 64; i++)
		good += pthread_create(&t[i], NULL, (void *(*)(void *))(void (*)(void))sem_wait,
				       &gate) == 0;
	for (int i = 0; i < 64; i++)
		sem_post(&gate);
	for (int i = 0; i < 64; i++)
		good += pthread_join(t[i], NULL) == 0;
	CHECK_EQ(good, 128, "thread: sixty-four at once");
}

static void *sleeper(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static void *ender(void *arg)
{
	if (arg == NULL)
		sys(SYS_exit_group, 17);
	if (arg == &counter)
		abort();
	abi_pause_ms(20);
	_exit(19);
}

static void *raw_exit(void *arg)
{
	(void)arg;
	sys(SYS_exit, 5);
	return NULL;
}

static void ending(void)
{
	pthread_t t;
	int status = 0;
	pid_t pid = abi_fork();
	if (pid == 0) {
		pthread_create(&t, NULL, sleeper, NULL);
		pthread_create(&t, NULL, ender, NULL);
		sleeper(NULL);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 17,
	      "exit_group: from any thread ends the process");
	pid = abi_fork();
	if (pid == 0) {
		pthread_create(&t, NULL, ender, &status);
		sys(SYS_exit, 3);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 19,
	      "exit: the first thread may go before the others");
	pid = abi_fork();
	if (pid == 0) {
		pthread_create(&t, NULL, raw_exit, NULL);
		pthread_join(t, NULL);
		sys(SYS_exit, 3);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3,
	      "exit: one thread ends alone; the last one's status");
	DIES_BY(SIGABRT, "thread: a deadly signal in one ends all", {
		pthread_create(&t, NULL, ender, &counter);
		sleeper(NULL);
	});
	DIES_BY(SIGKILL, "thread: SIGKILL to the process ends all", {
		for (int i = 0; i < 5; i++)
			pthread_create(&t, NULL, sleeper, NULL);
		kill(getpid(), SIGKILL);
		sleeper(NULL);
	});
}

static void *exec_here(void *arg)
{
	char number[16];
	snprintf(number, sizeof(number), "%d", *(pid_t *)arg);
	execl("/proc/self/exe", "thread", "execed", number, (char *)NULL);
	_exit(1);
}

static void execing(void)
{
	IN_CHILD("execve: from another thread; it becomes the first", {
		pid_t me = getpid();
		pthread_t t;
		pthread_create(&t, NULL, sleeper, NULL);
		pthread_create(&t, NULL, exec_here, &me);
		sleeper(NULL);
	});
}

static volatile pid_t handled;
static void note_thread(int sig)
{
	(void)sig;
	handled = (pid_t)sys(SYS_gettid);
}

static void *wait_signal(void *arg)
{
	*(volatile pid_t *)arg = (pid_t)sys(SYS_gettid);
	pause();
	return NULL;
}

static void *cancelled(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static void signals(void)
{
	static volatile pid_t tid;
	pthread_t t;
	struct sigaction sa = { .sa_handler = note_thread };
	sigaction(SIGUSR1, &sa, NULL);
	pthread_create(&t, NULL, wait_signal, (void *)&tid);
	while (tid == 0)
		abi_pause_ms(1);
	abi_until_asleep(tid);
	CHECK_OK(sys(SYS_tgkill, getpid(), tid, SIGUSR1), "tgkill: to one thread");
	pthread_join(t, NULL);
	CHECK_EQ(handled, tid, "tgkill: that thread runs the handler");
	while (sys(SYS_tgkill, getpid(), tid, 0) == 0) /* join may come back just before the end */
		sched_yield();
	CHECK_ERRNO(sys(SYS_tgkill, getpid(), tid, 0), ESRCH, "tgkill: the thread is gone");
	CHECK_ERRNO(sys(SYS_tgkill, 1, sys(SYS_gettid), 0), ESRCH, "tgkill: of another process");
	CHECK_ERRNO(sys(SYS_tgkill, getpid(), -1, 0), EINVAL, "tgkill: thread -1");
	CHECK_ERRNO(sys(SYS_tgkill, -1, getpid(), 0), EINVAL, "tgkill: process -1");
	CHECK_OK(sys(SYS_tkill, getpid(), 0), "tkill: the null signal");
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	tid = 0;
	handled = 0;
	pthread_create(&t, NULL, wait_signal, (void *)&tid);
	while (tid == 0)
		abi_pause_ms(1);
	abi_until_asleep(tid);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	pthread_join(t, NULL);
	CHECK_EQ(handled, tid, "kill: a signal to the process goes to a thread that takes it");
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	void *r = NULL;
	pthread_create(&t, NULL, cancelled, NULL);
	CHECK(pthread_cancel(t) == 0 && pthread_join(t, &r) == 0 && r == PTHREAD_CANCELED,
	      "thread: cancel");
	IN_CHILD("set_tid_address: gives the thread's number",
		 { NEED(sys(SYS_set_tid_address, &tid) == getpid()); });
}

static long queued_signals(void)
{
	char line[128] = "";
	long n = -1;
	FILE *f = fopen("/proc/self/status", "r");
	while (n < 0 && fgets(line, sizeof(line), f) != NULL)
		sscanf(line, "SigQ: %ld/", &n);
	fclose(f);
	return n;
}

static void *leaves_signals(void *arg)
{
	sigset_t set;
	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 5; i++)
		pthread_kill(pthread_self(), SIGRTMIN);
	return (void *)queued_signals();
}

static void left_behind(void)
{
	pthread_t t;
	void *during = NULL;
	long before = queued_signals();
	pthread_create(&t, NULL, leaves_signals, NULL);
	pthread_join(t, &during);
	CHECK_EQ((long)during - before, 5, "SigQ: counts what is queued for a thread");
	for (int i = 0; i < 2000 && queued_signals() != before; i++)
		abi_pause_ms(1);
	CHECK_EQ(queued_signals(), before, "SigQ: and not what an ended thread left behind");
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "execed") == 0)
		return getpid() == atoi(argv[2]) && sys(SYS_gettid) == getpid() ? 0 : 1;
	abi_begin("thread");
	sharing();
	sharing_process();
	locking();
	many();
	ending();
	execing();
	signals();
	left_behind();
	return abi_end();
}
