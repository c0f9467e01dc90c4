/* SPDX-License-Identifier: MPL-2.0 */
/* wait4, waitid, exit and exit_group: what a parent learns about its children. */
#include "abi.h"

#include <sys/resource.h>

static int status;

static pid_t child_exits(int code)
{
	pid_t pid = abi_fork();
	if (pid == 0)
		_exit(code);
	return pid;
}

static pid_t child_waits(void)
{
	pid_t pid = abi_fork();
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void hostile(void)
{
	CHECK_ERRNO(wait4(-1, &status, 0, NULL), ECHILD, "wait4: no children");
	CHECK_ERRNO(sys(SYS_waitid, P_ALL, 0, NULL, WEXITED, NULL), ECHILD, "waitid: no children");
	pid_t pid = child_exits(0);
	CHECK_ERRNO(wait4(pid, &status, 0x100, NULL), EINVAL, "wait4: unknown option");
	CHECK_ERRNO(sys(SYS_waitid, P_PID, pid, NULL, 0, NULL), EINVAL,
		    "waitid: nothing to wait for");
	CHECK_ERRNO(sys(SYS_waitid, P_PID, pid, NULL, WEXITED | 0x100, NULL), EINVAL,
		    "waitid: unknown option");
	CHECK_ERRNO(sys(SYS_waitid, 9, pid, NULL, WEXITED, NULL), EINVAL, "waitid: unknown kind");
	CHECK_ERRNO(sys(SYS_waitid, P_PID, 0, NULL, WEXITED, NULL), EINVAL, "waitid: process 0");
	CHECK_ERRNO(sys(SYS_waitid, P_PID, -1, NULL, WEXITED, NULL), EINVAL, "waitid: process -1");
	CHECK_ERRNO(wait4(1, &status, 0, NULL), ECHILD, "wait4: not a child");
	CHECK_ERRNO(wait4(getpid(), &status, 0, NULL), ECHILD, "wait4: oneself");
	CHECK_ERRNO(wait4(-999999, &status, 0, NULL), ECHILD, "wait4: no such group");
	CHECK_ERRNO(wait4((pid_t)0x80000000, &status, 0, NULL), ESRCH,
		    "wait4: the smallest number");
	CHECK_EFAULT_OUT_OPT(sys(SYS_waitid, P_PID, pid, bad, WEXITED | WNOWAIT, NULL),
			     "waitid: bad siginfo");
	CHECK(waitpid(pid, &status, 0) == pid, "waitid: the child is still there after");
	CHECK_EFAULT_OUT_OPT(sys(SYS_wait4, child_exits(3), bad, 0, NULL), "wait4: bad status");
	CHECK_EFAULT_OUT_OPT(sys(SYS_wait4, child_exits(3), NULL, 0, bad), "wait4: bad usage");
	pid = child_exits(1);
	CHECK_EQ(wait4(pid, NULL, 0, NULL), pid, "wait4: no status wanted");
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void statuses(void)
{
	waitpid(child_exits(0), &status, 0);
	CHECK_EQ(status, 0, "exit: 0");
	waitpid(child_exits(255), &status, 0);
	CHECK_EQ(status, 255 << 8, "exit: 255");
	waitpid(child_exits(256 + 7), &status, 0);
	CHECK_EQ(status, 7 << 8, "exit: only eight bits count");
	waitpid(child_exits(-1), &status, 0);
	CHECK_EQ(status, 255 << 8, "exit: -1");
	pid_t pid = abi_fork();
	if (pid == 0)
		sys(SYS_exit, 9);
	waitpid(pid, &status, 0);
	CHECK_EQ(status, 9 << 8, "exit: the plain call");
	int deadly[] = { SIGHUP,  SIGINT,    SIGKILL, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1,
			 SIGUSR2, SIGVTALRM, SIGPROF, SIGIO,   34,	64 };
	int good = 0;
	for (size_t i = 0; i < countof(deadly); i++) {
		pid = child_waits();
		kill(pid, deadly[i]);
		good += waitpid(pid, &status, 0) == pid && (status & 0x7f) == deadly[i] &&
			(status & 0xff00) == 0;
	}
	CHECK_EQ(good, countof(deadly), "signals: those that end a process give their number");
	int dumping[] = { SIGQUIT, SIGILL,  SIGTRAP, SIGABRT, SIGBUS,
			  SIGFPE,  SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS };
	good = 0;
	for (size_t i = 0; i < countof(dumping); i++) {
		pid = child_waits();
		kill(pid, dumping[i]);
		good += waitpid(pid, &status, 0) == pid && WTERMSIG(status) == dumping[i];
	}
	CHECK_EQ(good, countof(dumping), "signals: those that would dump do too");
	int quiet[] = { SIGCHLD, SIGURG, SIGWINCH, SIGCONT };
	pid = child_waits();
	for (size_t i = 0; i < countof(quiet); i++)
		kill(pid, quiet[i]);
	abi_pause_ms(10);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0, "signals: those ignored by default do nothing");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void choosing(void)
{
	pid_t a = child_waits(), b = child_exits(2);
	CHECK_EQ(waitpid(a, &status, WNOHANG), 0, "wait4: WNOHANG and still running");
	CHECK_EQ(waitpid(-1, &status, 0), b, "wait4: any child");
	CHECK_ERRNO(waitpid(b, &status, 0), ECHILD, "wait4: only once");
	CHECK_EQ(waitpid(0, &status, WNOHANG), 0, "wait4: own group");
	setpgid(a, a);
	CHECK_ERRNO(waitpid(0, &status, WNOHANG), ECHILD, "wait4: none in the own group");
	CHECK_EQ(waitpid(-a, &status, WNOHANG), 0, "wait4: another group");
	kill(a, SIGTERM);
	CHECK_EQ(waitpid(-a, &status, 0), a, "wait4: the group's child ends");
	IN_CHILD("wait4: ignored SIGCHLD leaves nothing to wait for", {
		signal(SIGCHLD, SIG_IGN);
		pid_t c = child_exits(0);
		NEED_ERRNO(waitpid(c, &status, 0), ECHILD);
	});
	IN_CHILD("wait4: SA_NOCLDWAIT too", {
		struct sigaction sa = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
		sigaction(SIGCHLD, &sa, NULL);
		NEED_ERRNO(waitpid(child_exits(0), &status, 0), ECHILD);
	});
}

static void stops(void)
{
	pid_t pid = child_waits();
	siginfo_t info;
	setpgid(pid, pid); /* a group of its own has its parent outside: it is not orphaned */
	kill(pid, SIGSTOP);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
		      WSTOPSIG(status) == SIGSTOP,
	      "wait4: WUNTRACED");
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "wait4: a stop is told once");
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status) && status == 0xffff,
	      "wait4: WCONTINUED");
	CHECK_EQ(waitpid(pid, &status, WCONTINUED | WNOHANG), 0, "wait4: and so is going on");
	kill(pid, SIGTSTP);
	CHECK(waitid(P_PID, (id_t)pid, &info, WSTOPPED) == 0 && info.si_code == CLD_STOPPED &&
		      info.si_status == SIGTSTP,
	      "waitid: WSTOPPED");
	kill(pid, SIGUSR1);
	abi_pause_ms(5);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0, "stop: other signals wait while stopped");
	kill(pid, SIGCONT);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1,
	      "stop: and act when it goes on");
	pid = child_waits();
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL,
	      "stop: SIGKILL works on the stopped");
}

static void ids(void)
{
	siginfo_t info;
	memset(&info, 0x55, sizeof(info));
	pid_t pid = child_exits(17);
	CHECK_OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), "waitid: WNOWAIT");
	CHECK(info.si_signo == SIGCHLD && info.si_code == CLD_EXITED && info.si_status == 17 &&
		      info.si_pid == pid && info.si_uid == 0,
	      "waitid: fills siginfo");
	CHECK_OK(waitid(P_ALL, 0, &info, WEXITED), "waitid: the child was left");
	pid = child_waits();
	memset(&info, 0x55, sizeof(info));
	CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0 &&
		      info.si_signo == 0,
	      "waitid: WNOHANG gives an empty siginfo");
	kill(pid, SIGKILL);
	CHECK(waitid(P_PGID, 0, &info, WEXITED) == 0 && info.si_code == CLD_KILLED &&
		      info.si_status == SIGKILL,
	      "waitid: the own group, a killed child");
	pid = child_exits(0);
	CHECK(sys(SYS_waitid, P_PID, pid, NULL, WEXITED, NULL) == 0, "waitid: no siginfo wanted");
	struct rusage ru = { .ru_maxrss = -1 };
	pid = child_exits(0);
	CHECK(wait4(pid, &status, 0, &ru) == pid && ru.ru_maxrss >= 0 &&
		      ru.ru_utime.tv_usec < 1000000,
	      "wait4: gives the usage");
	pid = abi_fork();
	if (pid == 0) {
		volatile unsigned n = 0;
		struct rusage me;
		do {
			for (int i = 0; i < 100000; i++)
				n++;
			getrusage(RUSAGE_SELF, &me);
		} while (me.ru_utime.tv_sec == 0 && me.ru_utime.tv_usec < 20000);
		_exit(0);
	}
	wait4(pid, &status, 0, &ru);
	CHECK(ru.ru_utime.tv_sec > 0 || ru.ru_utime.tv_usec >= 20000,
	      "wait4: the time the child used");
	getrusage(RUSAGE_CHILDREN, &ru);
	CHECK(ru.ru_utime.tv_sec > 0 || ru.ru_utime.tv_usec >= 20000,
	      "getrusage: RUSAGE_CHILDREN sums it");
}

static volatile int chld;
static siginfo_t told;
static void on_chld(int sig, siginfo_t *info, void *context)
{
	(void)context;
	chld = sig;
	told = *info;
}

static void notices(void)
{
	struct sigaction sa = { .sa_sigaction = on_chld, .sa_flags = SA_SIGINFO | SA_RESTART };
	sigaction(SIGCHLD, &sa, NULL);
	pid_t pid = child_exits(4);
	waitpid(pid, &status, 0);
	CHECK(chld == SIGCHLD && told.si_pid == pid && told.si_code == CLD_EXITED &&
		      told.si_status == 4,
	      "SIGCHLD: an exit");
	pid = child_waits();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	CHECK(told.si_pid == pid && told.si_code == CLD_KILLED && told.si_status == SIGKILL,
	      "SIGCHLD: a kill");
	pid = child_waits();
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	CHECK(told.si_pid == pid && told.si_code == CLD_STOPPED && told.si_status == SIGSTOP,
	      "SIGCHLD: a stop");
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	while (((volatile siginfo_t *)&told)->si_code !=
	       CLD_CONTINUED) /* the notice may come after */
		abi_pause_ms(1);
	CHECK(told.si_code == CLD_CONTINUED && told.si_status == SIGCONT, "SIGCHLD: going on");
	sa.sa_flags |= SA_NOCLDSTOP;
	sigaction(SIGCHLD, &sa, NULL);
	chld = 0;
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	CHECK_EQ(chld, 0, "SIGCHLD: SA_NOCLDSTOP leaves stops out");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	CHECK_EQ(chld, SIGCHLD, "SIGCHLD: but not the end");
	signal(SIGCHLD, SIG_DFL);
	pid = child_exits(0);
	char state = 0;
	while ((state = abi_state(pid)) != 'Z' && state != 0)
		abi_pause_ms(1);
	CHECK_EQ(state, 'Z', "exit: a zombie until waited for");
	CHECK_OK(kill(pid, 0), "kill: a zombie can still be named");
	waitpid(pid, &status, 0);
	CHECK_ERRNO(kill(pid, 0), ESRCH, "kill: not after that");
	pid = abi_fork();
	if (pid == 0)
		_exit(setgid(4343) != 0 || setuid(4242) != 0);
	struct stat st = { 0 };
	char path[32];
	snprintf(path, sizeof(path), "/proc/%d", pid);
	while ((state = abi_state(pid)) != 'Z' && state != 0)
		abi_pause_ms(1);
	CHECK(stat(path, &st) == 0 && st.st_uid == 4242 && st.st_gid == 4343,
	      "exit: a zombie is its user's");
	strcat(path, "/status");
	CHECK(stat(path, &st) == 0 && st.st_uid == 0, "exit: but not what is in its folder");
	waitpid(pid, &status, 0);
}

/* Who still holds the number of a process that ended does not name another one at once. */
static void numbers(void)
{
	int again = 0;
	pid_t last = 0;
	for (int i = 0; i < 8; i++) {
		pid_t pid = child_exits(0);
		waitpid(pid, &status, 0);
		again += pid == last;
		last = pid;
	}
	CHECK_EQ(again, 0, "fork: the number of the last dead is not given again");
}

int main(void)
{
	abi_begin("wait");
	hostile();
	statuses();
	choosing();
	stops();
	ids();
	notices();
	numbers();
	return abi_end();
}
