/* SPDX-License-Identifier: MPL-2.0 */
/* pipe, pipe2 and named pipes: ends, blocking, atomic writes, SIGPIPE. */
#include "abi.h"

#include <limits.h>
#include <sys/ioctl.h>

enum { ROOM = 16 * ABI_PAGE }; /* 64 KiB where pages have 4 */

static char buf[2 * ROOM];

static void handler(int sig)
{
	(void)sig;
}

static long ioctl_pending(int fd)
{
	int n = -1;
	ioctl(fd, FIONREAD, &n);
	return n;
}

static void hostile(void)
{
	int low = dup(1), p[2];
	close(low);
	CHECK_EFAULT_OUT(sys(SYS_pipe2, bad, 0), "pipe2: bad pointer");
	int again = dup(1);
	close(again);
	CHECK_EQ(again, low, "pipe2: a refused call leaves no descriptor");
	CHECK_ERRNO(sys(SYS_pipe2, p, 0x10), EINVAL, "pipe2: unknown flag");
	pipe(p);
	CHECK_EFAULT_IN_BYTES(sys(SYS_write, p[1], bad, 100), "write to a pipe: bad buffer");
	CHECK_OK(ioctl_pending(p[0]), "write to a pipe: nothing came through");
	write(p[1], buf, 4096);
	CHECK_EFAULT_OUT_BYTES(sys(SYS_read, p[0], bad, 100), "read from a pipe: bad buffer");
	close(p[0]);
	close(p[1]);
}

static void basics(void)
{
	int p[2];
	CHECK_OK(pipe2(p, O_CLOEXEC | O_NONBLOCK), "pipe2: flags");
	CHECK(fcntl(p[0], F_GETFD) == FD_CLOEXEC && fcntl(p[1], F_GETFD) == FD_CLOEXEC,
	      "pipe2: O_CLOEXEC on both");
	CHECK(fcntl(p[0], F_GETFL) == (O_RDONLY | O_NONBLOCK) &&
		      fcntl(p[1], F_GETFL) == (O_WRONLY | O_NONBLOCK),
	      "pipe2: O_NONBLOCK on both, access modes");
	CHECK_ERRNO(read(p[0], buf, 1), EAGAIN, "read: empty and non-blocking");
	CHECK_EQ(write(p[1], "hello", 5), 5, "write: to a pipe");
	CHECK_EQ(read(p[0], buf, 2), 2, "read: part of it");
	CHECK(read(p[0], buf + 2, 100) == 3 && memcmp(buf, "hello", 5) == 0,
	      "read: the rest, in order");
	CHECK_ERRNO(read(p[1], buf, 1), EBADF, "read: the writing end");
	CHECK_ERRNO(write(p[0], buf, 1), EBADF, "write: the reading end");
	CHECK_EQ(read(p[0], buf, 0), 0, "read: nothing asked of an empty pipe");
	write(p[1], "tail", 4);
	close(p[1]);
	CHECK_EQ(read(p[0], buf, 100), 4, "read: what was left when the writer closed");
	CHECK_EQ(read(p[0], buf, 100), 0, "read: end of file without writers");
	close(p[0]);
}

static void full(void)
{
	int p[2];
	pipe2(p, O_NONBLOCK);
	long total = 0, n = 0;
	while ((n = write(p[1], buf, ABI_PAGE)) > 0)
		total += n;
	CHECK(n == -1 && errno == EAGAIN, "write: full and non-blocking");
	CHECK_EQ(total, ROOM, "pipe: holds 16 pages");
	CHECK_EQ(total, fcntl(p[1], F_GETPIPE_SZ), "pipe: as F_GETPIPE_SZ says");
	CHECK_ERRNO(write(p[1], buf, 1), EAGAIN, "write: one more byte");
	read(p[0], buf, ABI_PAGE - 1);
	CHECK_ERRNO(write(p[1], buf, PIPE_BUF), EAGAIN,
		    "write: up to PIPE_BUF bytes are all or nothing");
	read(p[0], buf, ABI_PAGE + 1);
	CHECK_EQ(write(p[1], buf, 5 * ABI_PAGE), 2 * ABI_PAGE,
		 "write: a larger one takes what fits");
	close(p[0]);
	close(p[1]);
}

/* Byte number at of a stream whose period is no power of two. */
static char stream_byte(size_t at)
{
	return (char)(at % 251);
}

static bool read_stream(int fd, size_t *at, size_t most)
{
	ssize_t n = read(fd, buf, most);
	for (ssize_t i = 0; i < n; i++)
		if (buf[i] != stream_byte((*at)++))
			return false;
	return n > 0;
}

/* Room in the middle of a page must not run over what is still to be read.  (How much is taken is
 * not asked: Linux counts room in whole pages.) */
static void full_from_the_middle(void)
{
	int p[2];
	size_t in = 0, out = 0;
	bool in_order = true;
	pipe2(p, O_NONBLOCK);
	for (size_t round = 0; round < 3; round++) {
		ssize_t n = 0;
		do {
			in += (size_t)n;
			for (size_t i = 0; i < 9000; i++)
				buf[i] = stream_byte(in + i);
		} while ((n = write(p[1], buf, 9000)) > 0);
		in_order = in_order && read_stream(p[0], &out, 100 + 5000 * round);
	}
	while (in_order && out < in)
		in_order = read_stream(p[0], &out, sizeof(buf));
	CHECK(in_order && in == out, "write: a full pipe keeps what it holds");
	close(p[0]);
	close(p[1]);
}

static void broken(void)
{
	int p[2];
	pipe(p);
	close(p[0]);
	DIES_BY(SIGPIPE, "write: SIGPIPE without readers", { write(p[1], "x", 1); });
	IN_CHILD("write: EPIPE when SIGPIPE is ignored", {
		signal(SIGPIPE, SIG_IGN);
		NEED_ERRNO(write(p[1], "x", 1), EPIPE);
	});
	IN_CHILD("write: nothing written raises nothing", { NEED(write(p[1], "x", 0) == 0); });
	close(p[1]);
	pipe(p);
	pid_t pid = abi_fork();
	if (pid == 0) {
		close(p[0]);
		signal(SIGPIPE, SIG_IGN);
		NEED(write(p[1], buf, sizeof(buf)) == ROOM + ABI_PAGE);
		NEED_ERRNO(write(p[1], buf, 1), EPIPE);
		_exit(0);
	}
	close(p[1]);
	read(p[0], buf, ABI_PAGE);
	abi_until_asleep(pid);
	close(p[0]);
	abi_reap(pid, 0, "write: the reader leaves while it waits");
}

static void blocking(void)
{
	int p[2];
	pipe(p);
	pid_t pid = abi_fork();
	if (pid == 0) {
		char c[10];
		NEED(read(p[0], c, sizeof(c)) == 3 && memcmp(c, "abc", 3) == 0);
		_exit(0);
	}
	abi_until_asleep(pid);
	write(p[1], "abc", 3);
	abi_reap(pid, 0, "read: waits for data");
	pid = abi_fork();
	if (pid == 0) {
		char c[10];
		close(p[1]);
		NEED(read(p[0], c, sizeof(c)) == 0);
		_exit(0);
	}
	abi_until_asleep(pid);
	close(p[1]);
	abi_reap(pid, 0, "read: waits until the last writer closes");
	close(p[0]);
	pipe(p);
	pid = abi_fork();
	if (pid == 0) {
		close(p[0]);
		for (size_t i = 0; i < sizeof(buf); i++)
			buf[i] = (char)(i * 7 + 1);
		NEED(write(p[1], buf, sizeof(buf)) == (long)sizeof(buf));
		_exit(0);
	}
	close(p[1]);
	abi_until_asleep(pid);
	size_t got = 0;
	for (long n = 0; (n = read(p[0], buf + got, 1000)) > 0; got += (size_t)n)
		if (sizeof(buf) - got < 1000)
			n = 0;
	CHECK(got >= sizeof(buf) - 1000 && abi_is_pattern(buf, 0, got),
	      "write: more than the pipe holds, in order");
	close(p[0]);
	abi_reap(pid, 0, "write: waits until all is taken");
}

/* Several writers of PIPE_BUF-sized records: none is torn apart. */
static void atomic(void)
{
	enum { WRITERS = 4, RECORDS = 50 };
	int p[2], torn = 0, records = 0;
	pid_t pids[WRITERS];
	pipe(p);
	for (int w = 0; w < WRITERS; w++) {
		pids[w] = abi_fork();
		if (pids[w] != 0)
			continue;
		memset(buf, 'a' + w, PIPE_BUF);
		for (int i = 0; i < RECORDS; i++)
			NEED(write(p[1], buf, PIPE_BUF) == PIPE_BUF);
		_exit(0);
	}
	close(p[1]);
	for (;;) {
		size_t got = 0;
		for (long n = 1; got < PIPE_BUF && n > 0; got += n > 0 ? (size_t)n : 0)
			n = read(p[0], buf + got, PIPE_BUF - got);
		if (got == 0)
			break;
		records++;
		for (size_t i = 1; i < got; i++)
			torn += buf[i] != buf[0];
	}
	CHECK_EQ(records, WRITERS * RECORDS, "pipe: several writers, every record arrives");
	CHECK_EQ(torn, 0, "pipe: records of PIPE_BUF bytes are whole");
	for (int w = 0; w < WRITERS; w++)
		waitpid(pids[w], NULL, 0);
	close(p[0]);
}

static void interrupted(void)
{
	int p[2];
	pipe(p);
	IN_CHILD("read: a handler without SA_RESTART gives EINTR", {
		pid_t me = getpid();
		struct sigaction sa = { .sa_handler = handler };
		sigaction(SIGUSR1, &sa, NULL);
		pid_t helper = abi_fork();
		if (helper == 0) {
			abi_until_asleep(me);
			kill(me, SIGUSR1);
			_exit(0);
		}
		char c;
		NEED_ERRNO(read(p[0], &c, 1), EINTR);
		waitpid(helper, NULL, 0);
	});
	IN_CHILD("write: interrupted after some bytes gives their count", {
		pid_t me = getpid();
		struct sigaction sa = { .sa_handler = handler };
		sigaction(SIGUSR1, &sa, NULL);
		pid_t helper = abi_fork();
		if (helper == 0) {
			abi_until_asleep(me);
			kill(me, SIGUSR1);
			_exit(0);
		}
		NEED(write(p[1], buf, sizeof(buf)) == ROOM);
		waitpid(helper, NULL, 0);
	});
	close(p[0]);
	close(p[1]);
}

static void named(void)
{
	char c = 0;
	mkfifo("fifo", 0600);
	CHECK_ERRNO(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO,
		    "open: a named pipe to write without readers");
	int r = open("fifo", O_RDONLY | O_NONBLOCK);
	CHECK(r >= 0, "open: a named pipe to read, non-blocking");
	CHECK_EQ(read(r, &c, 1), 0, "read: a named pipe without writers is at its end");
	int w = open("fifo", O_WRONLY);
	CHECK_ERRNO(read(r, &c, 1), EAGAIN, "read: a named pipe with a writer and no data");
	CHECK(write(w, "q", 1) == 1 && read(r, &c, 1) == 1 && c == 'q', "named pipe: carries data");
	close(r);
	close(w);
	pid_t pid = abi_fork();
	if (pid == 0) {
		int fd = open("fifo", O_WRONLY);
		NEED(fd >= 0 && write(fd, "met", 3) == 3);
		_exit(0);
	}
	abi_until_asleep(pid);
	r = open("fifo", O_RDONLY);
	CHECK_EQ(read(r, buf, 10), 3, "open: a named pipe waits for the other end");
	abi_reap(pid, 0, "open: and the writer goes on");
	close(r);
	int both = open("fifo", O_RDWR);
	CHECK(both >= 0 && write(both, "x", 1) == 1 && read(both, &c, 1) == 1,
	      "open: a named pipe for both");
	close(both);
}

int main(void)
{
	abi_begin("pipe");
	hostile();
	basics();
	full();
	full_from_the_middle();
	broken();
	blocking();
	atomic();
	interrupted();
	named();
	return abi_end();
}
