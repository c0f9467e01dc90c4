/* SPDX-License-Identifier: MPL-2.0 */
/* Process groups, sessions, orphaned groups, and stopping by the terminal's signals. */
#include "abi.h"

static int status;

static pid_t sleeper(void)
{
	pid_t pid = abi_fork();
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void groups(void)
{
	pid_t a = sleeper(), b = sleeper();
	CHECK_EQ(getpgid(a), getpgrp(), "fork: a child is in its parent's group");
	CHECK_EQ(getpgid(0), getpgrp(), "getpgid: 0 is oneself");
	CHECK_OK(setpgid(a, 0), "setpgid: 0 makes a group of the child's number");
	CHECK_EQ(getpgid(a), a, "getpgid: of a child");
	CHECK_OK(setpgid(b, a), "setpgid: into another child's group");
	CHECK_EQ(getpgid(b), a, "getpgid: and there it is");
	CHECK_OK(setpgid(b, getpgrp()), "setpgid: and back");
	CHECK_ERRNO(setpgid(a, -1), EINVAL, "setpgid: negative group");
	CHECK_ERRNO(setpgid(-1, a), ESRCH, "setpgid: negative process");
	CHECK_ERRNO(setpgid(a, 0x3fffffff), EPERM, "setpgid: no such group");
	CHECK_ERRNO(setpgid(1, 1), ESRCH, "setpgid: not a child");
	CHECK_ERRNO(setpgid(0x3fffffff, 0), ESRCH, "setpgid: no such process");
	CHECK_ERRNO(getpgid(0x3fffffff), ESRCH, "getpgid: no such process");
	CHECK_ERRNO(getpgid(-1), ESRCH, "getpgid: process -1");
	kill(-a, SIGKILL);
	waitpid(a, &status, 0);
	CHECK_ERRNO(setpgid(b, a), EPERM, "setpgid: a group ends with its last member");
	end(b);
	pid_t pid = abi_fork();
	if (pid == 0) {
		execl("/proc/self/exe", "job", "sleep", (char *)NULL);
		_exit(1);
	}
	char path[64], text[8] = "";
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	while (strncmp(text, "job", 4) != 0) {
		int fd = open(path, O_RDONLY);
		read(fd, text, 4);
		close(fd);
	}
	CHECK_ERRNO(setpgid(pid, pid), EACCES, "setpgid: not after the child's exec");
	end(pid);
}

static void sessions(void)
{
	IN_CHILD("setsid: a new session and group", {
		pid_t me = getpid();
		NEED(setsid() == me && getsid(0) == me && getpgrp() == me);
	});
	IN_CHILD("setsid: not for a group's leader", {
		NEED(setpgid(0, 0) == 0);
		NEED_ERRNO(setsid(), EPERM);
	});
	IN_CHILD("setsid: not when the own number names a group", {
		pid_t me = getpid();
		pid_t old = getpgrp();
		NEED(setpgid(0, 0) == 0);
		pid_t other = sleeper();
		NEED(setpgid(0, old) == 0 && getpgid(other) == me);
		NEED_ERRNO(setsid(), EPERM);
		end(other);
	});
	IN_CHILD("setpgid: a session's leader stays", {
		NEED(setsid() > 0);
		NEED_ERRNO(setpgid(0, 0), EPERM);
	});
	IN_CHILD("setpgid: not into another session's group", {
		int p[2];
		char c;
		pipe(p);
		pid_t other = abi_fork();
		if (other == 0) {
			setsid();
			write(p[1], "", 1);
			pause();
		}
		read(p[0], &c, 1);
		NEED_ERRNO(setpgid(0, other), EPERM);
		NEED_ERRNO(setpgid(other, getpgrp()), EPERM);
		NEED(getsid(other) == other);
		end(other);
	});
	CHECK(getsid(0) > 0 && getsid(getpid()) == getsid(0), "getsid: 0 is oneself");
	CHECK_ERRNO(getsid(0x3fffffff), ESRCH, "getsid: no such process");
	IN_CHILD("setsid: the terminal is left behind", {
		NEED(setsid() > 0);
		NEED_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
	});
}

static void stopping(void)
{
	int sigs[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	int good = 0;
	for (size_t i = 0; i < countof(sigs); i++) {
		pid_t pid = sleeper();
		setpgid(pid, pid);
		kill(pid, sigs[i]);
		good += waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
			WSTOPSIG(status) == sigs[i];
		end(pid);
	}
	CHECK_EQ(good, countof(sigs), "stop: the terminal's signals stop");
	IN_CHILD("stop: but not in an orphaned group", {
		setsid();
		for (size_t i = 0; i < countof(sigs); i++)
			raise(sigs[i]);
	});
	IN_CHILD("stop: SIGSTOP stops even there", {
		setsid();
		pid_t pid = sleeper();
		kill(pid, SIGSTOP);
		NEED(waitpid(pid, &status, WUNTRACED) == pid && WSTOPSIG(status) == SIGSTOP);
		end(pid);
	});
	pid_t pid = sleeper();
	setpgid(pid, pid);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	CHECK_EQ(abi_state(pid), 'T', "stop: the state is T");
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	abi_until_asleep(pid);
	CHECK_EQ(abi_state(pid), 'S', "stop: and S again after SIGCONT");
	kill(pid, SIGTSTP);
	kill(pid, SIGCONT);
	end(pid);
	CHECK_EQ(WTERMSIG(status), SIGKILL, "stop: stops and goes on in a row do no harm");
	IN_CHILD("stop: SIGCONT throws away a blocked stop, and the other way round", {
		sigset_t s;
		sigset_t got;
		sigemptyset(&s);
		sigaddset(&s, SIGTSTP);
		sigaddset(&s, SIGCONT);
		sigprocmask(SIG_BLOCK, &s, NULL);
		raise(SIGTSTP);
		NEED(sigpending(&got) == 0 && sigismember(&got, SIGTSTP) == 1);
		raise(SIGCONT);
		NEED(sigpending(&got) == 0 && sigismember(&got, SIGTSTP) == 0);
		raise(SIGTSTP);
		NEED(sigpending(&got) == 0 && sigismember(&got, SIGCONT) == 0);
		kill(getpid(), SIGTSTP);
		kill(getpid(), SIGCONT);
		NEED(sigpending(&got) == 0 && sigismember(&got, SIGTSTP) == 0);
		kill(getpid(), SIGTSTP);
		NEED(sigpending(&got) == 0 && sigismember(&got, SIGCONT) == 0);
	});
}

static volatile int conts, hups;
static void on_signal(int sig)
{
	conts += sig == SIGCONT;
	hups += sig == SIGHUP;
}

/* When the last parent outside a stopped group ends, the group gets SIGHUP and SIGCONT. */
static void orphans(void)
{
	int p[2];
	char verdict = 0;
	pipe(p);
	pid_t parent = abi_fork();
	if (parent == 0) {
		setpgid(0, 0);
		pid_t child = abi_fork();
		if (child == 0) {
			setpgid(0, 0);
			signal(SIGHUP, on_signal);
			signal(SIGCONT, on_signal);
			raise(SIGSTOP);
			while (conts == 0 || hups == 0)
				abi_pause_ms(1);
			write(p[1], "y", 1);
			_exit(0);
		}
		waitpid(child, &status, WUNTRACED);
		_exit(0);
	}
	close(p[1]);
	waitpid(parent, &status, 0);
	CHECK(read(p[0], &verdict, 1) == 1 && verdict == 'y',
	      "orphans: a stopped group gets SIGHUP and SIGCONT");
	close(p[0]);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "sleep") == 0)
		for (;;)
			pause();
	abi_begin("job");
	groups();
	sessions();
	stopping();
	orphans();
	return abi_end();
}
