/* SPDX-License-Identifier: MPL-2.0 */
/* kill, sigaction, sigprocmask, sigpending, sigsuspend, sigtimedwait, sigqueue, sigaltstack. */
#include "abi.h"

#include <time.h>

static volatile int count, last;
static siginfo_t info;
static sigset_t set, got;

static void handler(int sig)
{
	count++;
	last = sig;
}

static void informed(int sig, siginfo_t *i, void *context)
{
	(void)context;
	handler(sig);
	info = *i;
}

static void only(int sig)
{
	sigemptyset(&set);
	sigaddset(&set, sig);
}

static void hostile(void)
{
	char act[32];
	unsigned long mask = 0;
	struct timespec zero = { 0, 0 };
	CHECK_EFAULT_IN_OPT(sys(SYS_rt_sigaction, SIGUSR1, bad, NULL, 8),
			    "rt_sigaction: bad new action");
	CHECK_EFAULT_OUT_OPT(sys(SYS_rt_sigaction, SIGUSR1, NULL, bad, 8),
			     "rt_sigaction: bad old action");
	CHECK_ERRNO(sys(SYS_rt_sigaction, SIGUSR1, NULL, act, 4), EINVAL,
		    "rt_sigaction: wrong set size");
	CHECK_ERRNO(sys(SYS_rt_sigaction, 0, NULL, NULL, 8), EINVAL, "rt_sigaction: signal 0");
	CHECK_ERRNO(sys(SYS_rt_sigaction, 65, NULL, NULL, 8), EINVAL, "rt_sigaction: signal 65");
	CHECK_ERRNO(sys(SYS_rt_sigaction, -1, NULL, NULL, 8), EINVAL, "rt_sigaction: signal -1");
	struct sigaction sa = { .sa_handler = handler };
	CHECK_ERRNO(sigaction(SIGKILL, &sa, NULL), EINVAL,
		    "rt_sigaction: SIGKILL cannot be caught");
	CHECK_ERRNO(sigaction(SIGSTOP, &sa, NULL), EINVAL, "rt_sigaction: nor SIGSTOP");
	CHECK_OK(sigaction(SIGKILL, NULL, &sa), "rt_sigaction: but asked for");
	CHECK_EFAULT_IN_OPT(sys(SYS_rt_sigprocmask, SIG_BLOCK, bad, NULL, 8),
			    "rt_sigprocmask: bad new set");
	CHECK_EFAULT_OUT_OPT(sys(SYS_rt_sigprocmask, SIG_BLOCK, NULL, bad, 8),
			     "rt_sigprocmask: bad old set");
	CHECK_ERRNO(sys(SYS_rt_sigprocmask, 9, &mask, NULL, 8), EINVAL,
		    "rt_sigprocmask: unknown how");
	CHECK_OK(sys(SYS_rt_sigprocmask, 9, NULL, &mask, 8),
		 "rt_sigprocmask: how does not matter without a set");
	CHECK_ERRNO(sys(SYS_rt_sigprocmask, SIG_BLOCK, &mask, NULL, 16), EINVAL,
		    "rt_sigprocmask: wrong set size");
	CHECK_EFAULT_OUT(sys(SYS_rt_sigpending, bad, 8), "rt_sigpending: bad set");
	CHECK_ERRNO(sys(SYS_rt_sigpending, &mask, 9), EINVAL, "rt_sigpending: size too large");
	CHECK_EFAULT_IN(sys(SYS_rt_sigsuspend, bad, 8), "rt_sigsuspend: bad set");
	CHECK_ERRNO(sys(SYS_rt_sigsuspend, &mask, 4), EINVAL, "rt_sigsuspend: wrong set size");
	CHECK_EFAULT_IN(sys(SYS_rt_sigtimedwait, bad, NULL, &zero, 8), "rt_sigtimedwait: bad set");
	CHECK_EFAULT_IN_OPT(sys(SYS_rt_sigtimedwait, &mask, NULL, bad, 8),
			    "rt_sigtimedwait: bad timeout");
	CHECK_EFAULT_IN(sys(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, bad),
			"rt_sigqueueinfo: bad siginfo");
	CHECK_EFAULT_IN_OPT(sys(SYS_sigaltstack, bad, NULL), "sigaltstack: bad new stack");
	CHECK_EFAULT_OUT_OPT(sys(SYS_sigaltstack, NULL, bad), "sigaltstack: bad old stack");
}

static void killing(void)
{
	struct sigaction sa = { .sa_sigaction = informed, .sa_flags = SA_SIGINFO };
	sigaction(SIGUSR1, &sa, NULL);
	count = 0;
	CHECK_OK(kill(getpid(), SIGUSR1), "kill: oneself");
	CHECK_EQ(count, 1, "kill: the handler ran before kill came back");
	CHECK(info.si_signo == SIGUSR1 && info.si_code == SI_USER && info.si_pid == getpid() &&
		      info.si_uid == 0,
	      "kill: siginfo names the sender");
	raise(SIGUSR1);
	CHECK(info.si_code == SI_TKILL && info.si_pid == getpid(), "raise: SI_TKILL");
	CHECK_OK(kill(getpid(), 0), "kill: signal 0 only looks");
	CHECK_ERRNO(kill(getpid(), 65), EINVAL, "kill: signal 65");
	CHECK_ERRNO(kill(getpid(), -1), EINVAL, "kill: signal -1");
	CHECK_ERRNO(kill(0x7fffffff, SIGUSR1), ESRCH, "kill: no such process");
	CHECK_ERRNO(kill(-0x7fffffff, SIGUSR1), ESRCH, "kill: no such group");
	CHECK_ERRNO(kill((pid_t)0x80000000, SIGUSR1), ESRCH, "kill: the smallest number");
	pid_t pid = abi_fork();
	if (pid == 0) {
		NEED(setuid(1000) == 0);
		NEED_ERRNO(kill(getppid(), SIGUSR1), EPERM);
		NEED_ERRNO(kill(getppid(), 0), EPERM);
		NEED(kill(getpid(), 0) == 0);
		_exit(0);
	}
	abi_reap(pid, 0, "kill: a plain user may not signal others");
	DIES_BY(SIGUSR2, "kill: 0 reaches the own group", {
		setpgid(0, 0);
		pid_t other = fork();
		if (other == 0)
			_exit(kill(0, SIGUSR2));
		for (;;)
			pause();
	});
	pid = abi_fork();
	if (pid == 0) {
		setpgid(0, 0);
		for (;;)
			pause();
	}
	setpgid(pid, pid);
	int status = 0;
	CHECK_OK(kill(-pid, SIGTERM), "kill: a group by its negative number");
	CHECK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGTERM,
	      "kill: and its member dies");
	union sigval v = { .sival_int = 4711 };
	CHECK(sigqueue(getpid(), SIGUSR1, v) == 0 && info.si_code == SI_QUEUE &&
		      info.si_value.sival_int == 4711,
	      "sigqueue: carries a value");
	siginfo_t forged = { .si_signo = SIGUSR1, .si_code = SI_USER };
	CHECK_ERRNO(sys(SYS_rt_sigqueueinfo, 1, SIGUSR1, &forged), EPERM,
		    "rt_sigqueueinfo: no forged kill to others");
	signal(SIGUSR1, SIG_DFL);
}

static void masks(void)
{
	struct sigaction sa = { .sa_handler = handler };
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	only(SIGUSR1);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, &got), "sigprocmask: SIG_BLOCK");
	CHECK_EQ(sigismember(&got, SIGUSR1), 0, "sigprocmask: the old mask");
	count = 0;
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	CHECK_EQ(count, 0, "sigprocmask: a blocked signal waits");
	CHECK(sigpending(&got) == 0 && sigismember(&got, SIGUSR1) == 1 &&
		      sigismember(&got, SIGUSR2) == 0,
	      "sigpending: shows it");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	CHECK_EQ(count, 1, "sigprocmask: plain signals come once, at the unblocking");
	CHECK(sigpending(&got) == 0 && sigismember(&got, SIGUSR1) == 0,
	      "sigpending: then no longer");
	unsigned long all = ~0UL, now = 0;
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
	sys(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &now, 8);
	CHECK_EQ(now, ~(1UL << (SIGKILL - 1) | 1UL << (SIGSTOP - 1)),
		 "sigprocmask: all but SIGKILL and SIGSTOP");
	all = 0;
	sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
	only(SIGRTMIN);
	sigaction(SIGRTMIN, &sa, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	count = 0;
	for (int i = 0; i < 5; i++)
		kill(getpid(), SIGRTMIN);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	CHECK_EQ(count, 5, "signals: real-time ones queue");
	only(SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	signal(SIGUSR1, SIG_IGN);
	CHECK(sigpending(&got) == 0 && sigismember(&got, SIGUSR1) == 0,
	      "sigaction: SIG_IGN throws away what waits");
	kill(getpid(), SIGUSR1);
	signal(SIGUSR1, handler);
	count = 0;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	CHECK(count <= 1, "sigprocmask: an ignored signal sent while blocked comes at most once");
	signal(SIGUSR1, SIG_DFL);
	DIES_BY(SIGUSR1, "sigprocmask: unblocking a deadly signal kills", {
		only(SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGUSR1);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	});
}

static pid_t signal_when_asleep(int sig)
{
	pid_t me = getpid(), pid = abi_fork();
	if (pid == 0) {
		abi_until_asleep(me);
		kill(me, sig);
		_exit(0);
	}
	return pid;
}

static void suspending(void)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };
	sigaction(SIGUSR1, &sa, NULL);
	only(SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	count = 0;
	sigset_t none;
	sigemptyset(&none);
	CHECK_ERRNO(sigsuspend(&none), EINTR, "sigsuspend: a signal that waits comes at once");
	CHECK_EQ(count, 1, "sigsuspend: its handler ran");
	sigprocmask(SIG_BLOCK, NULL, &got);
	CHECK_EQ(sigismember(&got, SIGUSR1), 1, "sigsuspend: the mask is back after");
	pid_t pid = signal_when_asleep(SIGUSR1);
	CHECK_ERRNO(sigsuspend(&none), EINTR, "sigsuspend: waits for one, SA_RESTART or not");
	waitpid(pid, NULL, 0);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	pid = signal_when_asleep(SIGUSR1);
	CHECK_ERRNO(pause(), EINTR, "pause: until a handler ran");
	waitpid(pid, NULL, 0);
}

static void timed(void)
{
	struct timespec zero = { 0, 0 }, wrong = { 0, 1000000000 }, some = { 0, 1000000 };
	only(SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK_ERRNO(sigtimedwait(&set, &info, &zero), EAGAIN, "sigtimedwait: nothing there");
	CHECK_ERRNO(sigtimedwait(&set, &info, &some), EAGAIN, "sigtimedwait: nothing came");
	CHECK_ERRNO(sigtimedwait(&set, &info, &wrong), EINVAL, "sigtimedwait: wrong timeout");
	kill(getpid(), SIGUSR2);
	CHECK(sigtimedwait(&set, &info, &zero) == SIGUSR2 && info.si_signo == SIGUSR2 &&
		      info.si_pid == getpid(),
	      "sigtimedwait: takes one that waits");
	sigpending(&got);
	CHECK_EQ(sigismember(&got, SIGUSR2), 0, "sigtimedwait: then it is gone");
	pid_t pid = signal_when_asleep(SIGUSR2);
	CHECK_EQ(sigwaitinfo(&set, NULL), SIGUSR2, "sigwaitinfo: waits for one");
	waitpid(pid, NULL, 0);
	pid = signal_when_asleep(SIGUSR1);
	CHECK_ERRNO(sigwaitinfo(&set, NULL), EINTR,
		    "sigwaitinfo: another signal's handler interrupts");
	waitpid(pid, NULL, 0);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGRTMIN + 1);
	kill(getpid(), SIGRTMIN);
	kill(getpid(), SIGUSR2);
	CHECK(sigtimedwait(&set, NULL, &zero) == SIGUSR2 &&
		      sigtimedwait(&set, NULL, &zero) == SIGRTMIN &&
		      sigtimedwait(&set, NULL, &zero) == SIGRTMIN + 1,
	      "sigtimedwait: lower numbers first");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void actions(void)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESETHAND }, old;
	sigaction(SIGUSR1, &sa, NULL);
	count = 0;
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &old);
	CHECK(count == 1 && old.sa_handler == SIG_DFL, "sigaction: SA_RESETHAND works once");
	sa = (struct sigaction){ .sa_sigaction = informed,
				 .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART };
	sigaddset(&sa.sa_mask, SIGHUP);
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR1, NULL, &old);
	CHECK(old.sa_sigaction == informed && (old.sa_flags & ~0x04000000) == sa.sa_flags &&
		      sigismember(&old.sa_mask, SIGHUP) == 1 &&
		      sigismember(&old.sa_mask, SIGINT) == 0,
	      "sigaction: gives back what was set");
	signal(SIGUSR1, SIG_DFL);
}

int main(void)
{
	abi_begin("signal");
	hostile();
	killing();
	masks();
	suspending();
	timed();
	actions();
	return abi_end();
}
