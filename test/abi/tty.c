/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The terminal: termios, window size, foreground group, canonical and raw input.
 *
 * Works on /dev/console, made this session's terminal.  Input comes from TIOCSTI; where a kernel
 * refuses that (EIO), the input checks are left to test/apps, which types for real.
 */
#include "abi.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int tty;
static struct termios saved;
static char buf[5000];

static void errors(void)
{
	int pid = 0;
	char winsize[8];
	CHECK_EFAULT_OUT(sys(SYS_ioctl, tty, TCGETS, bad), "TCGETS: bad pointer");
	CHECK_EFAULT_IN(sys(SYS_ioctl, tty, TCSETS, bad), "TCSETS: bad pointer");
	CHECK_EFAULT_OUT(sys(SYS_ioctl, tty, TIOCGWINSZ, bad), "TIOCGWINSZ: bad pointer");
	CHECK_EFAULT_IN(sys(SYS_ioctl, tty, TIOCSWINSZ, bad), "TIOCSWINSZ: bad pointer");
	CHECK_EFAULT_OUT(sys(SYS_ioctl, tty, TIOCGPGRP, bad), "TIOCGPGRP: bad pointer");
	CHECK_EFAULT_IN(sys(SYS_ioctl, tty, TIOCSPGRP, bad), "TIOCSPGRP: bad pointer");
	CHECK_EFAULT_OUT(sys(SYS_ioctl, tty, TIOCGSID, bad), "TIOCGSID: bad pointer");
	CHECK_EFAULT_OUT(sys(SYS_ioctl, tty, FIONREAD, bad), "FIONREAD: bad pointer");
	CHECK_EFAULT_IN_BYTES(sys(SYS_write, tty, bad, 10), "write to a terminal: bad buffer");
	CHECK_ERRNO(ioctl(tty, 0x54ff, winsize), ENOTTY, "terminal: unknown request");
	CHECK_ERRNO(ioctl(tty, TIOCSPGRP, &(int){ -1 }), EINVAL, "TIOCSPGRP: negative group");
	CHECK_ERRNO(ioctl(tty, TIOCSPGRP, &(int){ 0x3fffffff }), ESRCH, "TIOCSPGRP: no such group");
	CHECK_ERRNO(lseek(tty, 0, SEEK_SET), ESPIPE, "lseek: a terminal");
	CHECK(ioctl(tty, TIOCGPGRP, &pid) == 0 && pid == getpgrp(),
	      "TIOCGPGRP: the session's leader is in front");
	CHECK(ioctl(tty, TIOCGSID, &pid) == 0 && pid == getsid(0), "TIOCGSID: this session");
	CHECK_EQ(isatty(tty), 1, "isatty");
	char path[64];
	int other = open("/dev/tty", O_RDWR);
	CHECK(other >= 0 && tcgetsid(other) == getsid(0), "/dev/tty: is the session's terminal");
	CHECK(ttyname_r(other, path, sizeof(path)) == 0 || errno != 0, "ttyname: answers");
	close(other);
}

static void settings(void)
{
	struct termios t;
	CHECK_OK(tcgetattr(tty, &t), "tcgetattr");
	CHECK((t.c_lflag & (ICANON | ECHO | ISIG | IEXTEN)) == (ICANON | ECHO | ISIG | IEXTEN),
	      "termios: canonical with echo and signals at first");
	CHECK((t.c_oflag & (OPOST | ONLCR)) == (OPOST | ONLCR) && (t.c_iflag & ICRNL) != 0,
	      "termios: newlines are translated at first");
	CHECK(t.c_cc[VINTR] == 3 && t.c_cc[VQUIT] == 28 && t.c_cc[VERASE] == 127 &&
		      t.c_cc[VKILL] == 21 && t.c_cc[VEOF] == 4 && t.c_cc[VSUSP] == 26 &&
		      t.c_cc[VWERASE] == 23 && t.c_cc[VLNEXT] == 22 && t.c_cc[VMIN] == 1 &&
		      t.c_cc[VTIME] == 0,
	      "termios: control characters at first");
	CHECK((t.c_cflag & CREAD) != 0 && (t.c_cflag & CSIZE) == CS8,
	      "termios: receiver on, eight bits");
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	t.c_cc[VINTR] = 'q';
	struct termios u;
	CHECK(tcsetattr(tty, TCSANOW, &t) == 0 && tcgetattr(tty, &u) == 0 &&
		      (u.c_lflag & (ICANON | ECHO)) == 0 && u.c_cc[VINTR] == 'q',
	      "tcsetattr: TCSANOW");
	CHECK(tcsetattr(tty, TCSADRAIN, &saved) == 0 && tcgetattr(tty, &u) == 0 &&
		      u.c_lflag == saved.c_lflag,
	      "tcsetattr: TCSADRAIN");
	CHECK_OK(tcsetattr(tty, TCSAFLUSH, &saved), "tcsetattr: TCSAFLUSH");
	CHECK_OK(tcdrain(tty), "tcdrain");
	CHECK_OK(tcflush(tty, TCIOFLUSH), "tcflush");
	CHECK_ERRNO(tcflush(tty, 9), EINVAL, "tcflush: unknown queue");
	struct winsize w = { 31, 97, 0, 0 }, old, got;
	CHECK_OK(ioctl(tty, TIOCGWINSZ, &old), "TIOCGWINSZ");
	CHECK(ioctl(tty, TIOCSWINSZ, &w) == 0 && ioctl(tty, TIOCGWINSZ, &got) == 0 &&
		      got.ws_row == 31 && got.ws_col == 97,
	      "TIOCSWINSZ: sets");
	sigset_t set;
	struct timespec zero = { 0, 0 };
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	w.ws_row = 30;
	ioctl(tty, TIOCSWINSZ, &w);
	signal(SIGWINCH, SIG_DFL);
	ioctl(tty, TIOCSWINSZ, &old);
	CHECK_EQ(sigtimedwait(&set, NULL, &zero), SIGWINCH,
		 "TIOCSWINSZ: a change sends SIGWINCH to the group in front");
	ioctl(tty, TIOCSWINSZ, &old);
	CHECK(sigtimedwait(&set, NULL, &zero) == -1 && errno == EAGAIN,
	      "TIOCSWINSZ: no change sends none");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void background(void)
{
	IN_CHILD("terminal: a group behind may not read: SIGTTIN", {
		pid_t pid = abi_fork();
		if (pid == 0) {
			setpgid(0, 0);
			read(tty, buf, 1);
			_exit(0);
		}
		int status = 0;
		NEED(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
		     WSTOPSIG(status) == SIGTTIN);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	});
	IN_CHILD("terminal: SIGTTIN ignored gives EIO", {
		setpgid(0, 0);
		signal(SIGTTIN, SIG_IGN);
		NEED_ERRNO(read(tty, buf, 1), EIO);
	});
	IN_CHILD("terminal: a group behind may not change it: SIGTTOU", {
		pid_t pid = abi_fork();
		if (pid == 0) {
			setpgid(0, 0);
			tcsetattr(tty, TCSANOW, &saved);
			_exit(0);
		}
		int status = 0;
		NEED(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
		     WSTOPSIG(status) == SIGTTOU);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	});
	IN_CHILD("terminal: SIGTTOU ignored or blocked lets it", {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		NEED(tcsetattr(tty, TCSANOW, &saved) == 0);
		NEED(tcsetpgrp(tty, getpgrp()) == 0 && tcgetpgrp(tty) == getpgrp());
	});
	signal(SIGTTOU, SIG_IGN);
	CHECK_OK(tcsetpgrp(tty, getpgrp()), "TIOCSPGRP: back in front");
	IN_CHILD("terminal: a group behind may write without TOSTOP", {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_DFL);
		NEED(write(tty, "", 0) == 0);
	});
	IN_CHILD("terminal: with TOSTOP it may not", {
		pid_t pid = abi_fork();
		if (pid == 0) {
			struct termios t = saved;
			t.c_lflag |= TOSTOP;
			tcsetattr(tty, TCSANOW, &t);
			setpgid(0, 0);
			signal(SIGTTOU, SIG_DFL);
			write(tty, "x", 1);
			_exit(0);
		}
		int status = 0;
		NEED(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
		     WSTOPSIG(status) == SIGTTOU);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		tcsetattr(tty, TCSANOW, &saved);
	});
	IN_CHILD("TIOCSPGRP: only groups of the session", {
		pid_t pid = abi_fork();
		if (pid == 0) {
			setsid();
			for (;;)
				pause();
		}
		while (getsid(pid) != pid)
			abi_pause_ms(1);
		NEED_ERRNO(ioctl(tty, TIOCSPGRP, &pid), EPERM);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	});
	IN_CHILD("terminal: another session has no say", {
		setsid();
		NEED_ERRNO(tcgetpgrp(tty), ENOTTY);
		NEED_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
	});
	signal(SIGTTOU, SIG_DFL);
}

static void type(const char *text)
{
	for (; *text != '\0'; text++)
		ioctl(tty, TIOCSTI, text);
}

/* What a read gives, with a mark when it would wait. */
static bool reads(const char *want)
{
	struct pollfd p = { tty, POLLIN, 0 };
	if (poll(&p, 1, 0) == 0)
		return want == NULL;
	ssize_t n = read(tty, buf, sizeof(buf));
	return want != NULL && n == (ssize_t)strlen(want) && memcmp(buf, want, (size_t)n) == 0;
}

static void canonical(void)
{
	struct termios t = saved;
	t.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &t);
	type("abc");
	CHECK(reads(NULL), "canonical: a line without its end waits");
	type("d\n");
	CHECK(reads("abcd\n"), "canonical: a line");
	type("one\ntwo\n");
	CHECK(reads("one\n") && reads("two\n"), "canonical: a read gives one line");
	type("abc\177\177xy\177z\n");
	CHECK(reads("axz\n"), "canonical: erase");
	type("\177\177a\n");
	CHECK(reads("a\n"), "canonical: erase at the start does nothing");
	type("wrong\025right\n");
	CHECK(reads("right\n"), "canonical: kill");
	type("one two  \027three\n");
	CHECK(reads("one three\n"), "canonical: erase a word");
	type("a\026\177b\026\003c\n");
	CHECK(reads("a\177b\003c\n"), "canonical: the next character is literal");
	type("cr\r");
	CHECK(reads("cr\n"), "canonical: carriage return is a newline");
	type("part\004");
	CHECK(reads("part"), "canonical: end of file after text gives the text");
	type("\004");
	struct pollfd p = { tty, POLLIN, 0 };
	CHECK(poll(&p, 1, 0) == 1 && read(tty, buf, 10) == 0,
	      "canonical: end of file on an empty line");
	type("long line\n");
	CHECK(read(tty, buf, 4) == 4 && memcmp(buf, "long", 4) == 0 && reads(" line\n"),
	      "canonical: a short read leaves the rest");
	int n = -1;
	type("count\n");
	CHECK(ioctl(tty, FIONREAD, &n) == 0 && n == 6, "FIONREAD: a whole line");
	tcflush(tty, TCIFLUSH);
	CHECK(reads(NULL), "tcflush: throws input away");
	for (int i = 0; i < 4200; i++)
		ioctl(tty, TIOCSTI, "m");
	type("\n");
	ssize_t got = read(tty, buf, sizeof(buf));
	CHECK(got >= 4000 && got <= 4096 && buf[got - 1] == '\n',
	      "canonical: a line that is too long is cut, its end stays");
	tcflush(tty, TCIFLUSH);
}

static void raw(void)
{
	struct termios t = saved;
	cfmakeraw(&t);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	tcsetattr(tty, TCSAFLUSH, &t);
	type("\003\177\r");
	CHECK(reads("\003\177\r"), "raw: every character as it is");
	type("abcdef");
	CHECK(read(tty, buf, 2) == 2 && read(tty, buf, 10) == 4, "raw: as much as asked");
	t.c_cc[VMIN] = 0;
	tcsetattr(tty, TCSANOW, &t);
	CHECK_EQ(read(tty, buf, 10), 0, "raw: VMIN 0, VTIME 0 does not wait");
	t.c_cc[VTIME] = 1;
	tcsetattr(tty, TCSANOW, &t);
	CHECK_EQ(read(tty, buf, 10), 0, "raw: VTIME ends the wait");
	type("z");
	CHECK_EQ(read(tty, buf, 10), 1, "raw: VTIME with input there");
	t.c_cc[VTIME] = 0;
	t.c_cc[VMIN] = 3;
	tcsetattr(tty, TCSANOW, &t);
	type("ab");
	struct pollfd p = { tty, POLLIN, 0 };
	CHECK_EQ(poll(&p, 1, 0), 0, "raw: VMIN 3: two are not enough");
	type("c");
	CHECK_EQ(read(tty, buf, 10), 3, "raw: VMIN 3: three are");
	t.c_cc[VMIN] = 1;
	tcsetattr(tty, TCSANOW, &t);
	fcntl(tty, F_SETFL, O_RDWR | O_NONBLOCK);
	CHECK_ERRNO(read(tty, buf, 10), EAGAIN, "raw: non-blocking and nothing there");
	fcntl(tty, F_SETFL, O_RDWR);
	type("left");
	t = saved;
	t.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSANOW, &t);
	type("\n");
	size_t got = 0; /* in one line or two */
	while (got < 5 && poll(&p, 1, 0) == 1)
		got += (size_t)read(tty, buf + got, sizeof(buf) - got);
	CHECK(got == 5 && memcmp(buf, "left\n", 5) == 0,
	      "canonical again: what was typed raw is still there");
}

static void signals(void)
{
	struct {
		const char *key;
		int sig;
	} keys[] = { { "\003", SIGINT }, { "\034", SIGQUIT }, { "\032", SIGTSTP } };
	struct termios t = saved;
	sigset_t set;
	struct timespec zero = { 0, 0 };
	t.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &t);
	sigemptyset(&set);
	for (size_t i = 0; i < countof(keys); i++)
		sigaddset(&set, keys[i].sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int good = 0;
	for (size_t i = 0; i < countof(keys); i++) {
		type("text");
		type(keys[i].key);
		good += sigtimedwait(&set, NULL, &zero) == keys[i].sig;
		type("\n");
		good += reads("\n");
	}
	CHECK_EQ(good, 6,
		 "signals: interrupt, quit and suspend reach the group in front and drop the line");
	t.c_lflag &= ~(tcflag_t)ISIG;
	tcsetattr(tty, TCSANOW, &t);
	type("\003\n");
	CHECK(reads("\003\n") && sigtimedwait(&set, NULL, &zero) == -1,
	      "signals: without ISIG it is a character");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	tcsetattr(tty, TCSAFLUSH, &saved);
}

/* A session's leader that ends takes its terminal along: the group in front gets SIGHUP. */
static void hangup(void)
{
	int p[2];
	char c = 0;
	pipe(p);
	ioctl(tty, TIOCNOTTY);
	pid_t pid = abi_fork();
	if (pid == 0) {
		setsid();
		NEED(ioctl(tty, TIOCSCTTY, 0) == 0);
		pid_t child = abi_fork();
		if (child == 0) {
			sigset_t set;
			siginfo_t info;
			sigemptyset(&set);
			sigaddset(&set, SIGHUP);
			sigprocmask(SIG_BLOCK, &set, NULL);
			write(p[1], "r", 1);
			sigwaitinfo(&set, &info);
			write(p[1], "h", 1);
			_exit(0);
		}
		read(p[0], &c, 1);
		_exit(0);
	}
	abi_reap(pid, 0, "TIOCSCTTY: a new session's leader takes the terminal");
	close(p[1]);
	CHECK(read(p[0], &c, 1) == 1 && c == 'h',
	      "terminal: its leader's end sends SIGHUP to the group in front");
	close(p[0]);
}

int main(void)
{
	abi_begin("tty");
	setsid();
	signal(SIGHUP, SIG_IGN);
	tty = open("/dev/console", O_RDWR | O_NOCTTY);
	CHECK(tty >= 0, "open: the console");
	if (getsid(0) != getpid()) {
		abi_note("not a session's leader: nothing more can be tested");
		return abi_end();
	}
	CHECK_EQ(ioctl(tty, TIOCSCTTY, 1), 0, "TIOCSCTTY: takes the console");
	CHECK_OK(tcgetattr(tty, &saved), "TCGETS: of the console");
	/* On the console itself Linux does no job control, on the same terminal as /dev/tty it
	 * does. */
	tty = open("/dev/tty", O_RDWR);
	CHECK(tty >= 0, "open: /dev/tty");
	errors();
	settings();
	background();
	tcsetattr(tty, TCSANOW, &saved);
	struct termios quiet = saved;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &quiet);
	if (ioctl(tty, TIOCSTI, "\n") == 0) {
		read(tty, buf, 10);
		canonical();
		raw();
		signals();
	} else {
		abi_note("skip: input checks, TIOCSTI is refused");
	}
	tcsetattr(tty, TCSAFLUSH, &saved);
	hangup();
	return abi_end();
}
