/* SPDX-License-Identifier: MPL-2.0 */
/* Signals in masses, and system calls at random with arguments at random. */
#include "abi.h"
#include ARCH_HEADER

#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>

enum { USER = 4343 };
static volatile int count;

static void on_signal(int sig)
{
	(void)sig;
	count++;
}

static void storms(void)
{
	pid_t me = getpid(), pids[8];
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	for (int i = 0; i < 8; i++) {
		pids[i] = abi_fork();
		if (pids[i] == 0) {
			for (int n = 0; n < 5000; n++)
				kill(me, n % 2 == 0 ? SIGUSR1 : SIGUSR2);
			_exit(0);
		}
	}
	int ended = 0;
	while (ended < 8) {
		if (waitpid(-1, NULL, 0) > 0)
			ended++;
	}
	CHECK(count > 0, "forty thousand signals from eight processes");
	IN_CHILD("real-time signals queue up to their limit", {
		struct rlimit r = { 500, 500 };
		sigset_t set;
		union sigval v = { 0 };
		sigemptyset(&set);
		sigaddset(&set, SIGRTMIN);
		sigprocmask(SIG_BLOCK, &set, NULL);
		NEED(setrlimit(RLIMIT_SIGPENDING, &r) == 0 && setuid(USER) == 0);
		int queued = 0;
		while (queued < 5000 && sigqueue(getpid(), SIGRTMIN, v) == 0)
			queued++;
		NEED(errno == EAGAIN && queued >= 400 && queued <= 500);
		struct timespec zero = { 0, 0 };
		int taken = 0;
		while (sigtimedwait(&set, NULL, &zero) == SIGRTMIN)
			taken++;
		NEED(taken == queued);
	});
	pid_t pid = abi_fork();
	if (pid == 0)
		for (;;)
			count++;
	for (int i = 0; i < 3000; i++) {
		kill(pid, SIGSTOP);
		kill(pid, SIGCONT);
	}
	kill(pid, SIGKILL);
	abi_reap(pid, SIGKILL, "three thousand stops and continues");
	count = 0;
	signal(SIGALRM, on_signal);
	struct itimerval fast = { { 0, 1 }, { 0, 1 } }, off = { 0 };
	setitimer(ITIMER_REAL, &fast, NULL);
	while (count < 300)
		getppid();
	setitimer(ITIMER_REAL, &off, NULL);
	signal(SIGALRM, SIG_DFL);
	alarm(ABI_WATCHDOG_S);
	CHECK(count >= 300, "a timer every microsecond");
}

static void again(int sig)
{
	raise(sig);
	*(volatile char *)8 = 0;
}

static void handlers(void)
{
	DIES_BY(SIGSEGV, "handlers in handlers until the stack is full", {
		struct sigaction sa = { .sa_handler = again, .sa_flags = SA_NODEFER };
		sigaction(SIGUSR1, &sa, NULL);
		raise(SIGUSR1);
	});
	DIES_BY(SIGSEGV, "a fault handler that faults, with itself allowed", {
		struct sigaction sa = { .sa_handler = again, .sa_flags = SA_NODEFER };
		sigaction(SIGSEGV, &sa, NULL);
		raise(SIGSEGV);
	});
	DIES_BY(SIGSEGV, "an alternate stack that is not there", {
		stack_t alt = { .ss_sp = (void *)0x10000, .ss_size = 65536 };
		struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };
		sigaltstack(&alt, NULL);
		sigaction(SIGUSR1, &sa, NULL);
		raise(SIGUSR1);
	});
	DIES_BY(SIGSEGV, "an alternate stack in the kernel", {
		stack_t alt = { .ss_sp = (void *)0xffff888000000000, .ss_size = 65536 };
		struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };
		sigaltstack(&alt, NULL);
		sigaction(SIGUSR1, &sa, NULL);
		raise(SIGUSR1);
	});
	DIES_BY(SIGSEGV, "a handler in the kernel", {
		signal(SIGUSR1, (void (*)(int))0xffffffff81000000);
		raise(SIGUSR1);
	});
	DIES_BY(SIGSEGV, "a stack pointer in the kernel, and a signal", {
		signal(SIGUSR1, on_signal);
		signal_on_kernel_stack();
	});
}

static uint64_t seed;
static uint64_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* A number of the kind that is at the edge of something. */
static long argument(char *page)
{
	switch (next() % 12) {
	case 0:
		return 0;
	case 1:
		return -1;
	case 2:
		return (long)(next() % 32);
	case 3:
		return (long)(1UL << next() % 64);
	case 4:
		return (long)abi_bad[next() % abi_bad_count].pointer;
	case 5:
		return (long)next();
	case 6:
		return (long)(uint32_t)next();
	case 7:
		return -(long)(next() % 4096);
	case 8:
		return AT_FDCWD;
	default:
		return (long)(page + next() % (2 * ABI_PAGE));
	}
}

/* Calls that would end, stop or copy the fuzzer itself rather than test the kernel. */
static bool is_left_out(long n)
{
	static const long out[] = {
		SYS_exit,	   SYS_exit_group,   SYS_clone,		 SYS_clone3,
		SYS_rt_sigsuspend, SYS_rt_sigreturn, SYS_kill,		 SYS_tkill,
		SYS_tgkill,	   SYS_munmap,	     SYS_mremap,	 SYS_rt_sigtimedwait,
		SYS_execveat,	   SYS_execve,	     SYS_rt_sigaction,	 SYS_seccomp,
		SYS_setitimer,	   SYS_prlimit64,    SYS_rt_sigprocmask, SYS_mprotect,
		SYS_brk,	   SYS_ptrace,
#ifdef SYS_setrlimit
		SYS_setrlimit,
#endif
#ifdef SYS_fork /* the calls of old */
		SYS_fork,	   SYS_vfork,	     SYS_pause,		 SYS_alarm,
		SYS_arch_prctl,
#endif
	};
	for (size_t i = 0; i < countof(out); i++)
		if (out[i] == n)
			return true;
	return false;
}

static void fuzz(uint64_t start, int calls)
{
	char *page = abi_fenced(PROT_READ | PROT_WRITE);
	struct sigaction sa = { .sa_handler = on_signal };
	struct itimerval tick = { { 0, 20000 }, { 0, 20000 } };
	struct rlimit small = { 64 << 20, 64 << 20 };
	seed = start;
	setrlimit(RLIMIT_AS, &small);
	setrlimit(RLIMIT_FSIZE, &small);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (setgid(USER) != 0 || setuid(USER) != 0)
		_exit(1);
	int null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &tick, NULL); /* whatever waits is interrupted */
	for (int i = 0; i < calls; i++) {
		long n = (long)(next() % 460);
		if (is_left_out(n))
			continue;
		for (size_t at = 0; at < 64; at++)
			((uint64_t *)page)[next() % 1024] = (uint64_t)argument(page);
		syscall(n, argument(page), argument(page), argument(page), argument(page),
			argument(page), argument(page));
	}
	_exit(0);
}

static void random_calls(void)
{
	char name[64];
	for (int round = 0; round < 10; round++) {
		pid_t pid = abi_fork();
		if (pid == 0)
			fuzz(0x9e3779b97f4a7c15UL * (uint64_t)(round + 1), 3000);
		int status = 0;
		waitpid(pid, &status, __WALL);
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			;
		snprintf(name, sizeof(name), "random system calls, round %d", round);
		CHECK(WIFEXITED(status) || WIFSIGNALED(status), name);
	}
	IN_CHILD("afterwards all is well", {
		NEED(open("f", O_CREAT | O_RDWR, 0600) >= 0);
		NEED(mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
		     MAP_FAILED);
	});
}

int main(void)
{
	abi_begin("storm");
	storms();
	handlers();
	random_calls();
	return abi_end();
}
