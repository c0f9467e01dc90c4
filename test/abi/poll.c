/* SPDX-License-Identifier: MPL-2.0 */
/* poll, ppoll, select, pselect6. */
#include "abi.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>

static int p[2];

static long ppoll_raw(void *fds, long n, void *timeout, void *mask)
{
	return syscall(SYS_ppoll, fds, n, timeout, mask, 8L);
}

static long pselect_raw(long n, void *r, void *w, void *e, void *timeout, void *mask)
{
	return syscall(SYS_pselect6, n, r, w, e, timeout, mask);
}

static void hostile(void)
{
	struct timespec zero = { 0, 0 }, wrong = { 0, 1000000000 }, negative = { -1, 0 };
	struct pollfd f = { p[0], POLLIN, 0 };
	CHECK_EFAULT_OUT(ppoll_raw(bad, 1, &zero, NULL), "ppoll: bad descriptors");
	CHECK_EFAULT_IN_OPT(ppoll_raw(&f, 1, bad, NULL), "ppoll: bad timeout");
	CHECK_EFAULT_IN_OPT(ppoll_raw(&f, 1, &zero, bad), "ppoll: bad mask");
	CHECK_ERRNO(ppoll_raw(&f, 1, &wrong, NULL), EINVAL, "ppoll: nanoseconds too large");
	CHECK_ERRNO(ppoll_raw(&f, 1, &negative, NULL), EINVAL, "ppoll: negative timeout");
	CHECK_ERRNO(syscall(SYS_ppoll, &f, 1L, &zero, &zero, 4L), EINVAL, "ppoll: wrong mask size");
	CHECK_ERRNO(ppoll_raw(&f, 1L << 31, &zero, NULL), EINVAL, "ppoll: too many descriptors");
	CHECK_EFAULT_IN_OPT(pselect_raw(8, bad, NULL, NULL, &zero, NULL), "pselect6: bad read set");
	CHECK_EFAULT_IN_OPT(pselect_raw(8, NULL, bad, NULL, &zero, NULL),
			    "pselect6: bad write set");
	CHECK_EFAULT_IN_OPT(pselect_raw(0, NULL, NULL, NULL, bad, NULL), "pselect6: bad timeout");
	CHECK_EFAULT_IN_OPT(pselect_raw(0, NULL, NULL, NULL, &zero, bad),
			    "pselect6: bad mask structure");
	CHECK_ERRNO(pselect_raw(-1, NULL, NULL, NULL, &zero, NULL), EINVAL,
		    "pselect6: negative count");
	CHECK_ERRNO(pselect_raw(0, NULL, NULL, NULL, &wrong, NULL), EINVAL,
		    "pselect6: nanoseconds too large");
	CHECK_ERRNO(pselect_raw(0, NULL, NULL, NULL, &negative, NULL), EINVAL,
		    "pselect6: negative timeout");
#ifdef SYS_poll
	CHECK_EFAULT_OUT(sys(SYS_poll, bad, 1, 0), "poll: bad descriptors");
	CHECK_EFAULT_IN_OPT(sys(SYS_select, 8, NULL, bad, NULL, &zero), "select: bad set");
	CHECK_EFAULT_IN_OPT(sys(SYS_select, 0, NULL, NULL, NULL, bad), "select: bad timeout");
#endif
}

static void states(void)
{
	struct pollfd f[4] = {
		{ p[0], POLLIN, 9 }, { p[1], POLLOUT, 9 }, { -1, POLLIN, 9 }, { 999, POLLIN, 9 }
	};
	CHECK_EQ(poll(f, 4, 0), 2, "poll: counts what has something to tell");
	CHECK(f[0].revents == 0 && f[1].revents == POLLOUT,
	      "poll: an empty pipe is not readable, but writable");
	CHECK_EQ(f[2].revents, 0, "poll: a negative descriptor is skipped");
	CHECK_EQ(f[3].revents, POLLNVAL, "poll: a closed descriptor is POLLNVAL");
	write(p[1], "x", 1);
	CHECK(poll(f, 1, -1) == 1 && f[0].revents == POLLIN, "poll: data is readable");
	f[0].events = 0;
	CHECK_EQ(poll(f, 1, 0), 0, "poll: nothing asked, nothing told");
	char b[4096];
	read(p[0], b, 1);
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	while (write(p[1], b, sizeof(b)) > 0)
		;
	f[1].revents = 9;
	CHECK(poll(f + 1, 1, 0) == 0 && f[1].revents == 0, "poll: a full pipe is not writable");
	int q[2];
	pipe(q);
	close(q[1]);
	struct pollfd h = { q[0], POLLIN, 0 };
	CHECK(poll(&h, 1, -1) == 1 && h.revents == POLLHUP,
	      "poll: a pipe without writers is POLLHUP");
	close(q[0]);
	pipe(q);
	close(q[0]);
	h = (struct pollfd){ q[1], POLLOUT, 0 };
	CHECK(poll(&h, 1, -1) == 1 && (h.revents & POLLERR) != 0,
	      "poll: a pipe without readers is POLLERR");
	close(q[1]);
	abi_file("f", 10);
	h = (struct pollfd){ open("f", O_RDWR), POLLIN | POLLOUT, 0 };
	CHECK(poll(&h, 1, 0) == 1 && h.revents == (POLLIN | POLLOUT),
	      "poll: a file is always ready");
	close(h.fd);
	h.fd = open("/dev/null", O_RDWR);
	CHECK(poll(&h, 1, 0) == 1 && h.revents == (POLLIN | POLLOUT),
	      "poll: /dev/null is always ready");
	close(h.fd);
	CHECK_EQ(poll(NULL, 0, 1), 0, "poll: no descriptors is a sleep");
	while (read(p[0], b, sizeof(b)) == sizeof(b) &&
	       poll(&(struct pollfd){ p[0], POLLIN, 0 }, 1, 0) == 1)
		;
}

static void limits(void)
{
	IN_CHILD("poll: more descriptors than RLIMIT_NOFILE", {
		struct rlimit r = { 20, 20 };
		struct pollfd f[21];
		memset(f, 0xff, sizeof(f));
		NEED(setrlimit(RLIMIT_NOFILE, &r) == 0);
		NEED_ERRNO(poll(f, 21, 0), EINVAL);
		NEED(poll(f, 20, 0) == 0);
	});
	static struct pollfd many[200];
	for (int i = 0; i < 200; i++)
		many[i] = (struct pollfd){ p[0], POLLIN, 0 };
	many[199] = (struct pollfd){ p[1], POLLOUT, 0 };
	CHECK(poll(many, 200, -1) == 1 && many[199].revents == POLLOUT,
	      "poll: two hundred at once");
}

static pid_t later(void (*f)(pid_t))
{
	pid_t me = getpid(), pid = abi_fork();
	if (pid == 0) {
		abi_until_asleep(me);
		f(me);
		_exit(0);
	}
	return pid;
}

static void send_byte(pid_t me)
{
	(void)me;
	write(p[1], "w", 1);
}

static void send_signal(pid_t me)
{
	kill(me, SIGUSR1);
}

static volatile int handled;
static void handler(int sig)
{
	handled = sig;
}

static void waking(void)
{
	struct pollfd f = { p[0], POLLIN, 0 };
	fd_set r;
	char c;
	pid_t pid = later(send_byte);
	CHECK(poll(&f, 1, -1) == 1 && f.revents == POLLIN, "poll: woken by data");
	waitpid(pid, NULL, 0);
	read(p[0], &c, 1);
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	pid = later(send_byte);
	CHECK(select(p[0] + 1, &r, NULL, NULL, NULL) == 1 && FD_ISSET(p[0], &r),
	      "select: woken by data");
	waitpid(pid, NULL, 0);
	read(p[0], &c, 1);
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };
	sigaction(SIGUSR1, &sa, NULL);
	pid = later(send_signal);
	CHECK_ERRNO(poll(&f, 1, -1), EINTR, "poll: a handler interrupts, SA_RESTART or not");
	waitpid(pid, NULL, 0);
	pid = later(send_signal);
	CHECK_ERRNO(select(p[0] + 1, &r, NULL, NULL, NULL), EINTR, "select: a handler interrupts");
	waitpid(pid, NULL, 0);
	sigset_t set, none;
	sigemptyset(&none);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	handled = 0;
	struct timespec zero = { 0, 0 };
	CHECK(ppoll(&f, 1, &zero, NULL) == 0 && handled == 0,
	      "ppoll: without a mask the signal waits on");
	CHECK_ERRNO(ppoll(&f, 1, NULL, &none), EINTR, "ppoll: its mask lets a signal in");
	CHECK_EQ(handled, SIGUSR1, "ppoll: and the handler ran");
	raise(SIGUSR1);
	CHECK_ERRNO(pselect(0, NULL, NULL, NULL, NULL, &none), EINTR,
		    "pselect6: its mask lets a signal in");
	sigprocmask(SIG_BLOCK, NULL, &none);
	CHECK_EQ(sigismember(&none, SIGUSR1), 1, "pselect6: the mask is back after");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void selecting(void)
{
	fd_set r, w, e;
	struct timeval zero = { 0, 0 };
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_ZERO(&e);
	FD_SET(p[0], &r);
	FD_SET(p[1], &w);
	FD_SET(p[0], &e);
	int top = p[1] + 1;
	CHECK_EQ(select(top, &r, &w, &e, &zero), 1, "select: counts the bits it leaves");
	CHECK(!FD_ISSET(p[0], &r) && FD_ISSET(p[1], &w) && !FD_ISSET(p[0], &e),
	      "select: clears the others");
	write(p[1], "x", 1);
	FD_SET(p[0], &r);
	CHECK_EQ(select(top, &r, &w, NULL, &zero), 2, "select: two sets, two bits");
	FD_SET(60, &r);
	CHECK_ERRNO(select(61, &r, NULL, NULL, &zero), EBADF, "select: a closed descriptor");
	FD_ZERO(&r);
	CHECK_EQ(select(0, NULL, NULL, NULL, &zero), 0, "select: nothing at all");
	struct timeval some = { 0, 3000 };
	FD_SET(p[1], &r);
	CHECK(select(p[1], &r, NULL, NULL, &some) == 0,
	      "select: descriptors from the count on are not looked at");
	CHECK(some.tv_sec == 0 && some.tv_usec == 0, "select: tells the time that is left");
	struct timeval wrong = { -1, 0 };
	CHECK_ERRNO(select(0, NULL, NULL, NULL, &wrong), EINVAL, "select: negative timeout");
	close(p[1]);
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	CHECK_EQ(select(p[0] + 1, &r, NULL, NULL, NULL), 1,
		 "select: the end of a pipe is readable");
}

int main(void)
{
	abi_begin("poll");
	pipe(p);
	hostile();
	states();
	limits();
	waking();
	selecting();
	return abi_end();
}
