/* SPDX-License-Identifier: MPL-2.0 */
/* Too many processes and threads: fork bombs under a limit, threads until there are no more. */
#include "abi.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/resource.h>

enum { USER = 4242, LIMIT = 120 };

static int *peak; /* in shared memory */

static int processes_of(uid_t uid)
{
	int n = 0;
	DIR *d = opendir("/proc");
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		struct stat st;
		n += e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
		     fstatat(dirfd(d), e->d_name, &st, 0) == 0 && st.st_uid == uid;
	}
	closedir(d);
	return n;
}

/*
 * Every process forks as often as it can, and counts the refusals.  It rests after one: Linux frees
 * what a refused fork took only later, and on one busy processor would run out of memory.
 */
static void explode(void)
{
	for (int refused = 0; refused < 10;) {
		if (fork() >= 0)
			continue;
		__atomic_fetch_add(peak, 1, __ATOMIC_SEQ_CST);
		refused++;
		abi_pause_ms(2);
	}
	for (;;)
		pause();
}

static pid_t start_bomb(void)
{
	pid_t pid = abi_fork();
	if (pid == 0) {
		struct rlimit r = { LIMIT, LIMIT };
		setpgid(0, 0);
		setrlimit(RLIMIT_NPROC, &r);
		if (setgid(USER) != 0 || setuid(USER) != 0)
			_exit(1);
		explode();
	}
	return pid;
}

/* One who may signals all of a user's processes until none is left. */
static void end_bomb(pid_t pid)
{
	pid_t killer = abi_fork();
	if (killer == 0) {
		if (setuid(USER) != 0)
			_exit(1);
		signal(SIGTERM, SIG_IGN);
		kill(-1, SIGKILL);
		_exit(0);
	}
	waitpid(killer, NULL, 0);
	waitpid(pid, NULL, 0);
	while (processes_of(USER) > 0) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		abi_pause_ms(5);
	}
}

static void forks(void)
{
	peak = mmap(NULL, ABI_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int round = 0; round < 3; round++) {
		*peak = 0;
		pid_t pid = start_bomb();
		while (__atomic_load_n(peak, __ATOMIC_SEQ_CST) < 200)
			abi_pause_ms(5);
		int n = processes_of(USER);
		CHECK(n > LIMIT / 2 && n <= LIMIT, "a fork bomb stops at its limit");
		IN_CHILD("others start processes beside it", {});
		end_bomb(pid);
		CHECK_EQ(processes_of(USER), 0, "kill(-1) ends the bomb");
	}
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static void *wait_gate(void *arg)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return arg;
}

static int make_threads(int most)
{
	static pthread_t t[3000];
	pthread_attr_t attr;
	int n = 0;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	pthread_mutex_lock(&gate);
	while (n < most && pthread_create(&t[n], &attr, wait_gate, NULL) == 0)
		n++;
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	return n;
}

static void threads(void)
{
	IN_CHILD("threads stop at the process limit", {
		struct rlimit r = { LIMIT, LIMIT };
		NEED(setrlimit(RLIMIT_NPROC, &r) == 0 && setuid(USER) == 0);
		int n = make_threads(3000);
		NEED(n > LIMIT / 2 && n < LIMIT);
		/* Those that were joined may still be on their way out, on other processors. */
		int again = 0;
		for (int round = 0; round < 50 && again != n; round++) {
			abi_pause_ms(10);
			again = make_threads(3000);
		}
		NEED(again == n);
	});
	IN_CHILD("a thousand threads", { NEED(make_threads(1000) == 1000); });
	DIES_BY(SIGKILL, "a thousand threads, killed at once", {
		pthread_t t;
		pthread_attr_t attr;
		pthread_attr_init(&attr);
		pthread_attr_setstacksize(&attr, 16384);
		pthread_mutex_lock(&gate);
		for (int i = 0; i < 1000; i++)
			pthread_create(&t, &attr, wait_gate, NULL);
		kill(getpid(), SIGKILL);
		pause();
	});
	IN_CHILD("address space for threads runs out", {
		struct rlimit r = { 32 << 20, 32 << 20 };
		NEED(setrlimit(RLIMIT_AS, &r) == 0);
		NEED(make_threads(3000) > 0);
	});
}

static void children(void)
{
	enum { MANY = 400 };
	static pid_t pids[MANY];
	int made = 0, zombies = 0;
	for (int i = 0; i < MANY; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(i & 0x7f);
		made += pids[i] > 0;
	}
	CHECK_EQ(made, MANY, "four hundred zombies");
	for (int i = MANY - 1; i >= 0; i--) {
		int status = 0;
		zombies += waitpid(pids[i], &status, 0) == pids[i] &&
			   WEXITSTATUS(status) == (i & 0x7f);
	}
	CHECK_EQ(zombies, MANY, "each one's status");
	IN_CHILD("a chain of two hundred parents and children", {
		for (int i = 0; i < 200; i++) {
			pid_t pid = fork();
			NEED(pid >= 0);
			if (pid > 0) {
				int status = 0;
				NEED(waitpid(pid, &status, 0) == pid && status == 0);
				_exit(0);
			}
		}
	});
	DIES_BY(SIGALRM, "vfork again and again until the clock says stop", {
		alarm(1);
		for (;;)
			if (vfork() == 0)
				_exit(0);
			else
				wait(NULL);
	});
}

int main(void)
{
	abi_begin("bomb");
	forks();
	threads();
	children();
	return abi_end();
}
