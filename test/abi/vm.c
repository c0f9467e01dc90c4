/* SPDX-License-Identifier: MPL-2.0 */
/* What memory does: demand paging, copy on write, shared and file mappings, user copies. */
#include "abi.h"

#define RW (PROT_READ | PROT_WRITE)

static void copy_on_write(void)
{
	size_t pages = 64;
	unsigned char *p = mmap(NULL, pages * ABI_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < pages; i++)
		p[i * ABI_PAGE] = (unsigned char)i;
	IN_CHILD("copy on write: the child sees everything and changes its own", {
		for (size_t i = 0; i < pages; i++)
			NEED(p[i * ABI_PAGE] == i);
		memset(p, 0xee, pages * ABI_PAGE);
	});
	bool same = true;
	for (size_t i = 0; i < pages; i++)
		same = same && p[i * ABI_PAGE] == i && p[i * ABI_PAGE + 1] == 0;
	CHECK(same, "copy on write: the parent's pages are untouched");
	IN_CHILD("copy on write: over three generations", {
		p[0] = 100;
		pid_t pid = fork();
		if (pid == 0) {
			NEED(p[0] == 100);
			p[0] = 101;
			pid_t last = fork();
			if (last == 0)
				_exit(p[0] == 101 ? 0 : 1);
			int s = 0;
			NEED(waitpid(last, &s, 0) == last && s == 0);
			_exit(0);
		}
		int status = 0;
		NEED(waitpid(pid, &status, 0) == pid && status == 0 && p[0] == 100);
	});
	/* The kernel writes into a page that is shared by copy on write. */
	int fds[2];
	pipe(fds);
	pid_t pid = abi_fork();
	if (pid == 0) {
		write(fds[1], "kernel", 6);
		NEED(read(fds[0], p + 10, 6) == 6 && memcmp(p + 10, "kernel", 6) == 0);
		_exit(0);
	}
	abi_reap(pid, 0, "copy on write: a read into a shared page");
	CHECK(p[10] == 0, "copy on write: the kernel's write stays in the child");
	close(fds[0]);
	close(fds[1]);
	mprotect(p, ABI_PAGE, PROT_READ);
	IN_CHILD("copy on write: mprotect back to writable copies", {
		mprotect(p, ABI_PAGE, RW);
		p[0] = 55;
	});
	CHECK(p[0] == 0, "copy on write: and the parent keeps its page");
	munmap(p, pages * ABI_PAGE);
}

static void zero_page(void)
{
	char *p = mmap(NULL, 1 << 20, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long sum = 0;
	for (size_t i = 0; i < 1 << 20; i += 512)
		sum += p[i];
	CHECK_EQ(sum, 0, "demand paging: reading gives zeros");
	p[5000] = 1;
	sum = 0;
	for (size_t i = 0; i < 1 << 20; i++)
		sum += p[i];
	CHECK_EQ(sum, 1, "demand paging: a write after a read reaches one byte only");
	munmap(p, 1 << 20);
	p = mmap(NULL, 1UL << 32, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	CHECK(p != MAP_FAILED && (p[0] = 1) && (p[1UL << 31] = 2) && p[(1UL << 32) - 1] == 0,
	      "demand paging: four sparse gigabytes");
	munmap(p, 1UL << 32);
}

static void shared(void)
{
	int *p = mmap(NULL, 4 * ABI_PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p[0] = 1;
	IN_CHILD("shared: what was there is seen", {
		NEED(p[0] == 1);
		p[0] = 2;
		p[3000] = 3;
	});
	CHECK(p[0] == 2 && p[3000] == 3,
	      "shared: the child's writes are seen, also to untouched pages");
	IN_CHILD("shared: unmapping in the child is its own", { munmap(p, 4 * ABI_PAGE); });
	CHECK_EQ(p[0], 2, "shared: and the parent's stays");
	int *q = mremap(p, 4 * ABI_PAGE, 4 * ABI_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			mmap(NULL, 4 * ABI_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	IN_CHILD("shared: moved by mremap, still shared", { q[0] = 9; });
	CHECK_EQ(q[0], 9, "shared: moved: the child's write is seen");
	munmap(q, 4 * ABI_PAGE);
}

/* Of the mapped file: two pages and a part of the third. */
enum { SIZE = 2 * ABI_PAGE + 1808 };

static void files_private(void)
{
	abi_file("f", SIZE);
	int fd = open("f", O_RDWR);
	char c = 0, *p = mmap(NULL, SIZE, RW, MAP_PRIVATE, fd, 0);
	CHECK(abi_is_pattern(p, 0, SIZE), "file mapping: private: contents");
	bool tail = true;
	for (size_t i = SIZE; i < 3 * ABI_PAGE; i++)
		tail = tail && p[i] == 0;
	CHECK(tail, "file mapping: zeros after the end, in the last page");
	p[5] = 'X';
	pread(fd, &c, 1, 5);
	CHECK_EQ(c, 5 * 7 + 1, "file mapping: private writes stay out of the file");
	IN_CHILD("file mapping: private writes are inherited", {
		NEED(p[5] == 'X');
		p[6] = 'Y';
	});
	CHECK(p[6] == 6 * 7 + 1, "file mapping: the child's private write stays its own");
	char *q = mmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE, fd, ABI_PAGE);
	CHECK(abi_is_pattern(q, ABI_PAGE, ABI_PAGE), "file mapping: at an offset");
	close(fd);
	CHECK(abi_is_pattern(q, ABI_PAGE, ABI_PAGE), "file mapping: outlives the descriptor");
	unlink("f");
	CHECK(abi_is_pattern(q, ABI_PAGE, ABI_PAGE), "file mapping: outlives the name");
	munmap(p, SIZE);
	munmap(q, ABI_PAGE);
	int ro = (abi_file("f", SIZE), open("f", O_RDONLY));
	p = mmap(NULL, SIZE, RW, MAP_PRIVATE, ro, 0);
	CHECK(p != MAP_FAILED && (p[0] = 1),
	      "file mapping: private writing needs no writable descriptor");
	munmap(p, SIZE);
	close(ro);
}

static void files_shared(void)
{
	char b[16];
	int fd = open("f", O_RDWR);
	char *p = mmap(NULL, SIZE, RW, MAP_SHARED, fd, 0);
	p[5] = 'X';
	CHECK(pread(fd, b, 1, 5) == 1 && b[0] == 'X',
	      "file mapping: shared: a store is read at once");
	pwrite(fd, "abc", 3, ABI_PAGE - 1);
	CHECK(memcmp(p + ABI_PAGE - 1, "abc", 3) == 0,
	      "file mapping: shared: a write is seen at once");
	char *q = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
	p[SIZE - 1000] = 'Q';
	CHECK(q[SIZE - 1000] == 'Q', "file mapping: two mappings of one file agree");
	IN_CHILD("file mapping: shared with the child", { p[7] = 'C'; });
	CHECK(p[7] == 'C', "file mapping: the child's store is seen");
	CHECK_OK(msync(p, SIZE, MS_SYNC), "msync: a shared file mapping");
	p[SIZE + 1] = 'T';
	struct stat st;
	fstat(fd, &st);
	CHECK_EQ(st.st_size, SIZE, "file mapping: a store after the end does not grow the file");
	ftruncate(fd, SIZE + 2000);
	pread(fd, b, 1, SIZE + 1000);
	CHECK(b[0] == 0, "ftruncate: growing shows zeros");
	ftruncate(fd, ABI_PAGE);
	CHECK(p[ABI_PAGE - 1] == 'a', "ftruncate: what stays is still mapped");
	DIES_BY(SIGBUS, "ftruncate: a store past the new end is SIGBUS",
		{ ((volatile char *)p)[ABI_PAGE] = 1; });
	ftruncate(fd, SIZE);
	CHECK(p[ABI_PAGE + 904] == 0, "ftruncate: growing again makes it zeros");
	/* Both halves of a copy in one mapped file: the kernel must not lock against itself. */
	pwrite(fd, "0123456789", 10, 0);
	CHECK(pwrite(fd, p, 10, ABI_PAGE + 904) == 10 &&
		      memcmp(p + ABI_PAGE + 904, "0123456789", 10) == 0,
	      "write: from the file's own mapping");
	CHECK(pread(fd, p + ABI_PAGE + 1904, 10, ABI_PAGE + 904) == 10 &&
		      memcmp(p + ABI_PAGE + 1904, "0123456789", 10) == 0,
	      "read: into the file's own mapping");
	munmap(p, SIZE);
	munmap(q, SIZE);
	close(fd);
	fd = open("f", O_RDONLY);
	CHECK(pread(fd, b, 10, ABI_PAGE + 1904) == 10 && memcmp(b, "0123456789", 10) == 0,
	      "file mapping: what was stored stays in the file");
	close(fd);
}

/* Faults taken by the kernel itself, on user memory that is not there yet. */
static void user_copies(void)
{
	int fd = open("f", O_RDWR);
	char *p = mmap(NULL, 4 * ABI_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_EQ(pread(fd, p + ABI_PAGE - 10, ABI_PAGE + 904, 0), ABI_PAGE + 904,
		 "read: into pages not touched yet");
	char *m = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	int out = open("copy", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(write(out, m, SIZE), SIZE, "write: from a file mapping not touched yet");
	CHECK(memcmp(m, mmap(NULL, SIZE, PROT_READ, MAP_SHARED, out, 0), SIZE) == 0,
	      "write: the same bytes arrive");
	char *n = mmap(NULL, 2 * ABI_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(n + ABI_PAGE, ABI_PAGE, PROT_NONE);
	CHECK_EQ(pread(fd, n, 2 * ABI_PAGE, 0), ABI_PAGE,
		 "read: up to a page that may not be written");
	ftruncate(out, 100);
	char *past = mmap(NULL, 2 * ABI_PAGE, RW, MAP_SHARED, out, 0);
	CHECK_ERRNO(pread(fd, past + ABI_PAGE, 10, 0), EFAULT,
		    "read: into a mapping past its file's end");
	CHECK_ERRNO(pwrite(fd, past + ABI_PAGE, 10, 0), EFAULT,
		    "write: from a mapping past its file's end");
	close(fd);
	close(out);
}

static void removes(void)
{
	IN_CHILD("madvise: MADV_REMOVE punches a hole through a shared mapping", {
		alarm(20);
		char *p = mmap(NULL, 2 * ABI_PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		p[0] = 1;
		p[ABI_PAGE] = 2;
		NEED(madvise(p, ABI_PAGE, MADV_REMOVE) == 0 && p[0] == 0 && p[ABI_PAGE] == 2);
	});
}

static void survives_many(void)
{
	int good = 0;
	for (int i = 0; i < 200; i++) {
		char *p = mmap(NULL, 16 * ABI_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memset(p, i, 16 * ABI_PAGE);
		good += p[15 * ABI_PAGE] == (char)i && munmap(p, 16 * ABI_PAGE) == 0;
	}
	CHECK_EQ(good, 200, "mmap, munmap: many times over");
	static char *holes[500];
	char *base = mmap(NULL, 1000 * ABI_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 500; i++) {
		holes[i] = base + (size_t)(2 * i + 1) * ABI_PAGE;
		munmap(holes[i], ABI_PAGE);
	}
	good = 0;
	for (int i = 0; i < 500; i++)
		good += (holes[i] - ABI_PAGE)[0] == 0 && msync(holes[i], ABI_PAGE, MS_ASYNC) == -1;
	CHECK_EQ(good, 500, "munmap: five hundred holes");
	IN_CHILD("fork: with many mappings", {
		for (int i = 0; i < 500; i++)
			(holes[i] - ABI_PAGE)[0] = 1;
	});
	munmap(base, 1000 * ABI_PAGE);
}

int main(void)
{
	abi_begin("vm");
	copy_on_write();
	zero_page();
	shared();
	files_private();
	files_shared();
	user_copies();
	removes();
	survives_many();
	return abi_end();
}
