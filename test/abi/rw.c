/* SPDX-License-Identifier: MPL-2.0 */
/* read, write, readv, writev, pread64, pwrite64, preadv, pwritev, lseek on regular files. */
#include "abi.h"

#include <limits.h>
#include <sys/uio.h>

static char buf[3 * ABI_PAGE];

static void hostile_read(void)
{
	abi_file("f", 3 * ABI_PAGE);
	int fd = open("f", O_RDWR);
	CHECK_EFAULT_OUT_BYTES((lseek(fd, 4000, SEEK_SET), sys(SYS_read, fd, bad, 200)),
			       "read: bad buffer");
	CHECK_EFAULT_IN_BYTES(sys(SYS_write, fd, bad, 200), "write: bad buffer");
	CHECK_EFAULT_OUT_BYTES(sys(SYS_pread64, fd, bad, 100, 0), "pread64: bad buffer");
	CHECK_EFAULT_IN_BYTES(sys(SYS_pwrite64, fd, bad, 100, 0), "pwrite64: bad buffer");
	CHECK_EFAULT_IN(sys(SYS_readv, fd, bad, 1), "readv: bad vector");
	CHECK_EFAULT_IN(sys(SYS_writev, fd, bad, 1), "writev: bad vector");
	struct iovec v = { NULL, 100 };
	CHECK_EFAULT_OUT_BYTES((v.iov_base = bad, sys(SYS_preadv, fd, &v, 1, 0, 0)),
			       "preadv: bad base");
	CHECK_EFAULT_IN_BYTES((v.iov_base = bad, sys(SYS_pwritev, fd, &v, 1, 0, 0)),
			      "pwritev: bad base");

	char *fence = abi_fenced(PROT_READ | PROT_WRITE);
	char *edge = fence + 2 * ABI_PAGE;
	lseek(fd, 0, SEEK_SET);
	CHECK_EQ(read(fd, edge - 100, 200), 100, "read: stops where the buffer's mapping ends");
	CHECK(abi_is_pattern(edge - 100, 0, 100), "read: the part before the hole is filled");
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 100,
		 "read: a short copy moves the offset by what was copied");
	memset(edge - 50, 'e', 50);
	lseek(fd, 0, SEEK_SET);
	long n = write(fd, edge - 50, 100);
	CHECK(n == 50 || (n == -1 && errno == EFAULT),
	      "write: across the mapping's end is short or EFAULT");
	CHECK_EQ(read(fd, buf, 0), 0, "read: no bytes asked, none given");
	close(fd);
}

static void lengths(void)
{
	abi_file("f", 100);
	int fd = open("f", O_RDWR);
	CHECK_EQ(read(fd, buf, 1000), 100, "read: stops at the end of the file");
	CHECK_EQ(read(fd, buf, 1000), 0, "read: 0 at the end of the file");
	CHECK(abi_is_pattern(buf, 0, 100), "read: gives what was written");
	CHECK_ERRNO(sys(SYS_read, fd, buf, -1L), EFAULT, "read: length -1 leaves user space");
	CHECK_ERRNO(sys(SYS_pread64, fd, buf, 10, -1L), EINVAL, "pread64: negative offset");
	CHECK_ERRNO(sys(SYS_pwrite64, fd, buf, 10, -5L), EINVAL, "pwrite64: negative offset");
	CHECK_EQ(pread(fd, buf, 10, 95), 5, "pread64: short at the end");
	CHECK_EQ(pread(fd, buf, 10, 1L << 40), 0, "pread64: far past the end");
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 100, "pread64: leaves the offset alone");
	CHECK_EQ(pwrite(fd, "abc", 3, 200), 3, "pwrite64: past the end");
	CHECK_EQ(lseek(fd, 0, SEEK_END), 203, "pwrite64: grows the file");
	CHECK_EQ(pread(fd, buf, 100, 100), 100, "pread64: the gap is readable");
	bool zero = true;
	for (int i = 0; i < 100; i++)
		zero = zero && buf[i] == 0;
	CHECK(zero, "pwrite64: the gap is zeros");
	close(fd);
}

static void descriptors(void)
{
	struct iovec v = { buf, 10 };
	CHECK_ERRNO(read(-1, buf, 1), EBADF, "read: descriptor -1");
	CHECK_ERRNO(read(1 << 20, buf, 1), EBADF, "read: descriptor past the table");
	CHECK_ERRNO(write(999, buf, 1), EBADF, "write: closed descriptor");
	CHECK_ERRNO(sys(SYS_read, 999, NULL, 0), EBADF, "read: the descriptor is checked first");
	abi_file("f", 10);
	int r = open("f", O_RDONLY), w = open("f", O_WRONLY), d = open(".", O_RDONLY);
	CHECK_ERRNO(write(r, buf, 1), EBADF, "write: descriptor open for reading");
	CHECK_ERRNO(read(w, buf, 1), EBADF, "read: descriptor open for writing");
	CHECK_ERRNO(writev(r, &v, 1), EBADF, "writev: descriptor open for reading");
	CHECK_ERRNO(readv(w, &v, 1), EBADF, "readv: descriptor open for writing");
	CHECK_ERRNO(pread(w, buf, 1, 0), EBADF, "pread64: descriptor open for writing");
	CHECK_ERRNO(pwrite(r, buf, 1, 0), EBADF, "pwrite64: descriptor open for reading");
	CHECK_ERRNO(read(d, buf, 1), EISDIR, "read: a directory");
	CHECK_ERRNO(pread(d, buf, 1, 0), EISDIR, "pread64: a directory");
	CHECK_ERRNO(write(d, buf, 1), EBADF, "write: a directory");
	int p = open("f", O_PATH);
	CHECK_ERRNO(read(p, buf, 1), EBADF, "read: an O_PATH descriptor");
	CHECK_ERRNO(lseek(p, 0, SEEK_SET), EBADF, "lseek: an O_PATH descriptor");
	close(p);
	close(r);
	close(w);
	close(d);
}

static void vectors(void)
{
	char a[4] = "", b[8] = "", c[4] = "";
	struct iovec v[3] = { { a, 3 }, { b, 0 }, { c, 3 } };
	static struct iovec many[IOV_MAX + 1];

	abi_file("f", 100);
	int fd = open("f", O_RDWR);
	CHECK_EQ(readv(fd, v, 3), 6, "readv: fills the buffers in order, skips empty ones");
	CHECK(abi_is_pattern(a, 0, 3) && abi_is_pattern(c, 3, 3), "readv: contents");
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 6, "readv: moves the offset");
	CHECK_EQ(readv(fd, v, 0), 0, "readv: no buffers");
	CHECK_EQ(writev(fd, v, 0), 0, "writev: no buffers");
	CHECK_ERRNO(sys(SYS_readv, fd, v, -1L), EINVAL, "readv: count -1");
	for (int i = 0; i < IOV_MAX + 1; i++)
		many[i] = (struct iovec){ buf, 1 };
	CHECK_ERRNO(readv(fd, many, IOV_MAX + 1), EINVAL, "readv: more than 1024 buffers");
	CHECK_EQ(pwritev(fd, many, IOV_MAX, 0), IOV_MAX, "pwritev: 1024 buffers");
	v[0].iov_len = (size_t)-1;
	CHECK_ERRNO(readv(fd, v, 1), EINVAL, "readv: negative length");
	CHECK_ERRNO(writev(fd, v, 1), EINVAL, "writev: negative length");
	struct iovec half[2] = { { (void *)"good", 4 }, { abi_bad[2].pointer, 4 } };
	lseek(fd, 0, SEEK_SET);
	long n = writev(fd, half, 2);
	CHECK(n == 4 || (n == -1 && errno == EFAULT), "writev: second buffer bad: short or EFAULT");
	struct iovec w[2] = { { (void *)"hello ", 6 }, { (void *)"world", 5 } };
	CHECK_EQ(pwritev(fd, w, 2, 10), 11, "pwritev: two buffers");
	CHECK(pread(fd, buf, 11, 10) == 11 && memcmp(buf, "hello world", 11) == 0,
	      "pwritev: contents");
	struct iovec r[2] = { { buf, 3 }, { buf + 100, 50 } };
	CHECK_EQ(preadv(fd, r, 2, 12), 53, "preadv: two buffers at an offset");
	CHECK(memcmp(buf, "llo", 3) == 0 && memcmp(buf + 100, " world", 6) == 0,
	      "preadv: contents");
	CHECK_ERRNO(preadv(fd, r, 2, -1), EINVAL, "preadv: negative offset");
	close(fd);
}

static void seeking(void)
{
	abi_file("f", 1000);
	int fd = open("f", O_RDWR), p[2] = { -1, -1 };
	CHECK_EQ(lseek(fd, 0, SEEK_END), 1000, "lseek: to the end");
	CHECK_EQ(lseek(fd, -10, SEEK_CUR), 990, "lseek: back from here");
	CHECK_EQ(lseek(fd, 5000, SEEK_SET), 5000, "lseek: past the end");
	CHECK_EQ(read(fd, buf, 10), 0, "lseek: reading past the end gives 0");
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL, "lseek: negative");
	CHECK_ERRNO(lseek(fd, -2000, SEEK_END), EINVAL, "lseek: before the start");
	CHECK_ERRNO(lseek(fd, 0, 99), EINVAL, "lseek: unknown whence");
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 5000, "lseek: a refused seek leaves the offset");
	CHECK_ERRNO(lseek(fd, INT64_MAX, SEEK_CUR), EINVAL, "lseek: offset overflow");
	CHECK_EQ(lseek(fd, 0, SEEK_DATA), 0, "lseek: SEEK_DATA at data");
	CHECK_EQ(lseek(fd, 0, SEEK_HOLE), 1000, "lseek: SEEK_HOLE ends at the size");
	CHECK_ERRNO(lseek(fd, 1000, SEEK_DATA), ENXIO, "lseek: SEEK_DATA at the end");
	CHECK_ERRNO(lseek(fd, 1000, SEEK_HOLE), ENXIO, "lseek: SEEK_HOLE at the end");
	CHECK_ERRNO(lseek(999, 0, SEEK_SET), EBADF, "lseek: closed descriptor");
	pipe(p);
	CHECK_ERRNO(lseek(p[0], 0, SEEK_CUR), ESPIPE, "lseek: a pipe");
	CHECK_ERRNO(pread(p[0], buf, 1, 0), ESPIPE, "pread64: a pipe");
	CHECK_ERRNO(pwrite(p[1], buf, 1, 0), ESPIPE, "pwrite64: a pipe");
	close(p[0]);
	close(p[1]);
	close(fd);
}

static void append_and_sharing(void)
{
	abi_file("f", 10);
	int a = open("f", O_WRONLY | O_APPEND), b = open("f", O_RDWR);
	lseek(a, 0, SEEK_SET);
	CHECK_EQ(write(a, "xyz", 3), 3, "write: O_APPEND");
	CHECK_EQ(lseek(b, 0, SEEK_END), 13, "write: O_APPEND goes to the end");
	CHECK_EQ(lseek(a, 0, SEEK_CUR), 13, "write: O_APPEND leaves the offset at the end");
	CHECK_EQ(pwrite(a, "q", 1, 0), 1, "pwrite64: O_APPEND");
	CHECK_EQ(lseek(b, 0, SEEK_END), 14,
		 "pwrite64: O_APPEND appends whatever the offset (Linux)");
	int c = dup(b);
	lseek(b, 4, SEEK_SET);
	CHECK_EQ(lseek(c, 0, SEEK_CUR), 4, "dup: shares the offset");
	int d = open("f", O_RDWR);
	CHECK_EQ(lseek(d, 0, SEEK_CUR), 0, "open: has its own offset");
	IN_CHILD("fork: shares the offset", {
		NEED(lseek(b, 0, SEEK_CUR) == 4);
		lseek(b, 7, SEEK_SET);
	});
	CHECK_EQ(lseek(b, 0, SEEK_CUR), 7, "fork: the child's seek is seen");
	unlink("f");
	CHECK(pwrite(b, "still", 5, 0) == 5 && pread(d, buf, 5, 0) == 5 &&
		      memcmp(buf, "still", 5) == 0,
	      "read, write: a file lives on while open after unlink");
	close(a);
	close(b);
	close(c);
	close(d);
}

static void big(void)
{
	size_t size = 1 << 20;
	char *p = malloc(size);
	for (size_t i = 0; i < size; i++)
		p[i] = (char)(i * 7 + 1);
	int fd = open("big", O_CREAT | O_RDWR, 0600);
	CHECK_EQ(write(fd, p, size), size, "write: a megabyte at once");
	memset(p, 0, size);
	CHECK_EQ(pread(fd, p, size, 0), size, "pread64: a megabyte at once");
	CHECK(abi_is_pattern(p, 0, size), "pread64: every byte of it");
	CHECK_EQ(pread(fd, p, 8192, 4095), 8192, "pread64: across page ends");
	CHECK(abi_is_pattern(p, 4095, 8192), "pread64: contents across page ends");
	struct stat st;
	CHECK_EQ(pwrite(fd, "z", 1, (1L << 33) - 1), 1, "pwrite64: a sparse file of 8 GiB");
	fstat(fd, &st);
	CHECK_EQ(st.st_size, 1L << 33, "fstat: its size");
	CHECK(st.st_blocks * 512 < 1L << 30, "fstat: holes take no blocks");
	CHECK_OK(ftruncate(fd, 0), "ftruncate: back to nothing");
	close(fd);
	free(p);
}

enum { STEPS = 1024, STEP = 4096, PIECE = 256 * STEP };

/* Counts the pages that this process gets of a file that another reads too. */
static void read_pieces(int fd, unsigned char *times)
{
	char *p = malloc(PIECE);
	ssize_t n = 0;
	while ((n = read(fd, p, PIECE)) > 0)
		for (ssize_t at = 0; at < n; at += STEP)
			__atomic_add_fetch(&times[*(int *)(p + at)], 1, __ATOMIC_RELAXED);
	free(p);
}

/* An open file that two processes read gives each page to one of them. */
static void shared_position(void)
{
	unsigned char *times = mmap(NULL, STEPS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				    -1, 0);
	int fd = open("shared", O_CREAT | O_RDWR, 0600);
	int step[STEP / sizeof(int)] = { 0 };
	for (step[0] = 0; step[0] < STEPS; step[0]++)
		write(fd, step, STEP);
	for (int round = 0; round < 32; round++) {
		lseek(fd, 0, SEEK_SET);
		pid_t child = fork();
		read_pieces(fd, times);
		if (child == 0)
			_exit(0);
		waitpid(child, NULL, 0);
	}
	bool once = true;
	for (int i = 0; i < STEPS; i++)
		once = once && times[i] == 32;
	CHECK(once, "read: a page of a shared open file goes to one reader");
	close(fd);
	munmap(times, STEPS);
}

int main(void)
{
	abi_begin("rw");
	hostile_read();
	lengths();
	descriptors();
	vectors();
	seeking();
	append_and_sharing();
	big();
	shared_position();
	return abi_end();
}
