/* SPDX-License-Identifier: MPL-2.0 */
/* mmap, munmap, mprotect, mremap, madvise, brk, msync, mincore, mlock: the calls and their errors.
 */
#include "abi.h"

#include <abi_arch.h>

#include <limits.h>
#include <sys/resource.h>

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *map(size_t pages, int prot)
{
	return mmap(NULL, pages * ABI_PAGE, prot, ANON, -1, 0);
}

/* Is there memory at p?  msync is the cheapest question that needs no access rights. */
static bool mapped(void *p)
{
	return msync(p, ABI_PAGE, MS_ASYNC) == 0;
}

static bool zeros(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static long sysmap(void *at, size_t len, int prot, int flags, int fd, long off)
{
	return sys(SYS_mmap, at, len, prot, flags, fd, off);
}

static void refused(void)
{
	abi_file("f", 2 * ABI_PAGE + 1808);
	int rw = open("f", O_RDWR), ro = open("f", O_RDONLY), wo = open("f", O_WRONLY), p[2],
	    d = open(".", O_RDONLY);
	pipe(p);
	CHECK_ERRNO(sysmap(NULL, 0, RW, ANON, -1, 0), EINVAL, "mmap: no length");
	CHECK_ERRNO(sysmap(NULL, -1UL, RW, ANON, -1, 0), ENOMEM, "mmap: length wraps");
	CHECK_ERRNO(sysmap(NULL, 1UL << 62, RW, ANON, -1, 0), ENOMEM,
		    "mmap: more than there is address space");
	CHECK_ERRNO(sysmap(NULL, ABI_PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL,
		    "mmap: neither private nor shared");
	CHECK_ERRNO(sysmap(NULL, ABI_PAGE, RW, MAP_PRIVATE, 999, 0), EBADF,
		    "mmap: closed descriptor");
	CHECK_ERRNO(sysmap(NULL, ABI_PAGE, RW, MAP_PRIVATE, -1, 0), EBADF, "mmap: no descriptor");
	CHECK_ERRNO(sysmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE, rw, 123), EINVAL,
		    "mmap: odd offset");
	CHECK_ERRNO(sysmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE, wo, 0), EACCES,
		    "mmap: a file not open for reading");
	CHECK_ERRNO(sysmap(NULL, ABI_PAGE, RW, MAP_SHARED, ro, 0), EACCES,
		    "mmap: shared writing of a file open for reading");
	CHECK_ERRNO(sysmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE, p[0], 0), ENODEV,
		    "mmap: a pipe");
	CHECK_ERRNO(sysmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE, d, 0), ENODEV,
		    "mmap: a directory");
	CHECK_ERRNO(sysmap((void *)123, ABI_PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL,
		    "mmap: MAP_FIXED at an odd address");
	CHECK_ERRNO(sysmap((void *)0xffff888000000000, ABI_PAGE, RW, ANON | MAP_FIXED, -1, 0),
		    ENOMEM, "mmap: MAP_FIXED in the kernel");
	CHECK_ERRNO(sysmap((void *)0x00fffffffffff000, ABI_PAGE, RW, ANON | MAP_FIXED, -1, 0),
		    ENOMEM, "mmap: MAP_FIXED in the last page");
	CHECK_ERRNO(sysmap((void *)-ABI_PAGE, 2 * ABI_PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM,
		    "mmap: MAP_FIXED wraps");
	CHECK_ERRNO(sysmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE, rw, LONG_MAX & -ABI_PAGE),
		    EOVERFLOW, "mmap: offset and length wrap");
	long far = sysmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE, rw, 1L << 30);
	CHECK(far != -1, "mmap: past the end of the file is allowed");
	munmap((void *)far, ABI_PAGE);
	CHECK_ERRNO(munmap((void *)123, ABI_PAGE), EINVAL, "munmap: odd address");
	CHECK_ERRNO(munmap(map(1, RW), 0), EINVAL, "munmap: no length");
	CHECK_ERRNO(munmap((void *)0xffff888000000000, ABI_PAGE), EINVAL, "munmap: the kernel");
	CHECK_ERRNO(munmap((void *)ABI_PAGE, -ABI_PAGE), EINVAL, "munmap: length wraps");
	CHECK_OK(munmap((void *)0x1000000000, 1 << 20), "munmap: nothing there is no error");
	close(rw);
	close(ro);
	close(wo);
	close(d);
	close(p[0]);
	close(p[1]);
}

static void placing(void)
{
	char *p = map(10, RW);
	CHECK(p != MAP_FAILED && zeros(p, 10 * ABI_PAGE), "mmap: anonymous memory is zeros");
	char *q = mmap(p + 2 * ABI_PAGE, ABI_PAGE, RW, ANON, -1, 0);
	CHECK(q != MAP_FAILED && q != p + 2 * ABI_PAGE,
	      "mmap: a hint that is taken is only a hint");
	munmap(q, ABI_PAGE);
	munmap(p + 4 * ABI_PAGE, ABI_PAGE);
	CHECK(mapped(p + 3 * ABI_PAGE) && !mapped(p + 4 * ABI_PAGE) && mapped(p + 5 * ABI_PAGE),
	      "munmap: a hole in the middle");
	q = mmap(p + 4 * ABI_PAGE, ABI_PAGE, RW, ANON, -1, 0);
	CHECK_EQ(q, p + 4 * ABI_PAGE, "mmap: a free hint is taken");
	memset(p, 1, 10 * ABI_PAGE);
	q = mmap(p + 6 * ABI_PAGE, 2 * ABI_PAGE, RW, ANON | MAP_FIXED, -1, 0);
	CHECK(q == p + 6 * ABI_PAGE && zeros(q, 2 * ABI_PAGE) && p[6 * ABI_PAGE - 1] == 1 &&
		      p[8 * ABI_PAGE] == 1,
	      "mmap: MAP_FIXED replaces exactly its range");
	CHECK_ERRNO(sysmap(p, ABI_PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST,
		    "mmap: MAP_FIXED_NOREPLACE and something there");
	munmap(p, 10 * ABI_PAGE);
	CHECK(!mapped(p) && !mapped(p + 9 * ABI_PAGE), "munmap: all of several mappings");
	q = mmap(p, ABI_PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
	CHECK_EQ(q, p, "mmap: MAP_FIXED_NOREPLACE and nothing there");
	CHECK(munmap(q, 1) == 0 && !mapped(q), "munmap: the length is rounded up");
	p = mmap(NULL, 1, RW, ANON, -1, 0);
	CHECK(p[ABI_PAGE - 1] == 0, "mmap: the length is rounded up");
	munmap(p, 1);
	p = mmap(NULL, 1UL << 36, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
	CHECK(p != MAP_FAILED, "mmap: 64 GiB of address space without memory");
	munmap(p, 1UL << 36);
	IN_CHILD("mmap: RLIMIT_AS", {
		struct rlimit r = { 64 << 20, 64 << 20 };
		NEED(setrlimit(RLIMIT_AS, &r) == 0);
		NEED(mmap(NULL, 128 << 20, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
	});
}

static void protecting(void)
{
	char *p = map(4, RW);
	memset(p, 7, 4 * ABI_PAGE);
	CHECK_OK(mprotect(p + ABI_PAGE, 2 * ABI_PAGE, PROT_READ), "mprotect: the middle");
	CHECK(p[ABI_PAGE] == 7 && p[3 * ABI_PAGE] == 7, "mprotect: contents stay");
	p[0] = p[3 * ABI_PAGE] = 8;
	DIES_BY(SIGSEGV, "mprotect: read-only is read-only",
		{ ((volatile char *)p)[ABI_PAGE] = 1; });
	CHECK_OK(mprotect(p, 4 * ABI_PAGE, PROT_NONE), "mprotect: nothing allowed");
	DIES_BY(SIGSEGV, "mprotect: PROT_NONE is not readable", { (void)((volatile char *)p)[0]; });
	CHECK_OK(mprotect(p, 4 * ABI_PAGE, RW), "mprotect: all allowed again");
	CHECK(p[0] == 8 && p[ABI_PAGE] == 7, "mprotect: contents are back");
	munmap(p + ABI_PAGE, ABI_PAGE);
	CHECK_ERRNO(mprotect(p, 4 * ABI_PAGE, PROT_READ), ENOMEM, "mprotect: over a hole");
	CHECK_ERRNO(mprotect(p + 1, ABI_PAGE, PROT_READ), EINVAL, "mprotect: odd address");
	CHECK_OK(mprotect(p, 0, PROT_READ), "mprotect: no length");
	CHECK_ERRNO(mprotect(p, -ABI_PAGE, PROT_READ), ENOMEM, "mprotect: length wraps");
	CHECK_ERRNO(mprotect((void *)0xffff888000000000, ABI_PAGE, RW), ENOMEM,
		    "mprotect: the kernel");
	CHECK_ERRNO(mprotect(p, ABI_PAGE, 0x100), EINVAL, "mprotect: unknown protection");
	munmap(p, 4 * ABI_PAGE);
	int ro = open("f", O_RDONLY);
	p = mmap(NULL, ABI_PAGE, PROT_READ, MAP_SHARED, ro, 0);
	CHECK_ERRNO(mprotect(p, ABI_PAGE, RW), EACCES,
		    "mprotect: shared writing of a file open for reading");
	munmap(p, ABI_PAGE);
	close(ro);
	p = map(1, RW);
	memcpy(p, CODE_42, sizeof(CODE_42));
	mprotect(p, ABI_PAGE, PROT_READ | PROT_EXEC);
	__builtin___clear_cache(p, p + ABI_PAGE);
	CHECK_EQ(((int (*)(void))(uintptr_t)p)(), 42, "mprotect: code written, then run");
#ifndef __loongarch__ /* QEMU 10.0 itself hangs there */
	mprotect(p, ABI_PAGE, RW);
	DIES_BY(SIGSEGV, "mprotect: without PROT_EXEC it does not run",
		{ ((int (*)(void))(uintptr_t)p)(); });
#endif
	munmap(p, ABI_PAGE);
}

static void moving(void)
{
	char *p = map(4, RW);
	memset(p, 3, 4 * ABI_PAGE);
	CHECK_EQ(mremap(p, 4 * ABI_PAGE, 2 * ABI_PAGE, 0), p, "mremap: shrinks in place");
	CHECK(!mapped(p + 2 * ABI_PAGE), "mremap: and gives the rest back");
	char *q = mremap(p, 2 * ABI_PAGE, 64 * ABI_PAGE, MREMAP_MAYMOVE);
	CHECK(q != MAP_FAILED && q[0] == 3 && q[2 * ABI_PAGE - 1] == 3 &&
		      zeros(q + 2 * ABI_PAGE, 62 * ABI_PAGE),
	      "mremap: grows, zeros after");
	char *blocked = map(3, RW);
	memset(blocked, 4, 3 * ABI_PAGE);
	CHECK_ERRNO(mremap(blocked, ABI_PAGE, 2 * ABI_PAGE, 0), ENOMEM,
		    "mremap: no room to grow in place");
	char *to = map(2, RW);
	CHECK_EQ(mremap(blocked, 2 * ABI_PAGE, 2 * ABI_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to), to,
		 "mremap: to a place");
	CHECK(to[0] == 4 && !mapped(blocked) && mapped(blocked + 2 * ABI_PAGE),
	      "mremap: contents move, the old place is free");
	CHECK_ERRNO(mremap(to, ABI_PAGE, ABI_PAGE, MREMAP_FIXED, q), EINVAL,
		    "mremap: MREMAP_FIXED without MREMAP_MAYMOVE");
	CHECK_ERRNO(mremap(to, 2 * ABI_PAGE, 2 * ABI_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			   to + ABI_PAGE),
		    EINVAL, "mremap: onto itself");
	CHECK_ERRNO(mremap(to + 1, ABI_PAGE, ABI_PAGE, 0), EINVAL, "mremap: odd address");
	CHECK_ERRNO(mremap(to, ABI_PAGE, 0, 0), EINVAL, "mremap: new length 0");
	CHECK_ERRNO(mremap(to, ABI_PAGE, ABI_PAGE, 0x100), EINVAL, "mremap: unknown flag");
	CHECK_ERRNO(mremap(blocked, ABI_PAGE, 2 * ABI_PAGE, MREMAP_MAYMOVE), EFAULT,
		    "mremap: nothing there");
	CHECK_ERRNO(mremap(to, 64 * ABI_PAGE, 65 * ABI_PAGE, MREMAP_MAYMOVE), EFAULT,
		    "mremap: more than one mapping");
	CHECK(sys(SYS_mremap, to, ABI_PAGE, 1UL << 62, MREMAP_MAYMOVE) == -1 &&
		      (errno == ENOMEM || errno == EINVAL),
	      "mremap: too large");
	munmap(q, 64 * ABI_PAGE);
	munmap(to, 2 * ABI_PAGE);
	munmap(blocked, 3 * ABI_PAGE);
}

static void advising(void)
{
	char *p = map(4, RW), *m = NULL;
	memset(p, 5, 4 * ABI_PAGE);
	CHECK_OK(madvise(p + ABI_PAGE, ABI_PAGE, MADV_DONTNEED), "madvise: MADV_DONTNEED");
	CHECK(zeros(p + ABI_PAGE, ABI_PAGE) && p[0] == 5 && p[2 * ABI_PAGE] == 5,
	      "madvise: exactly those pages are zeros");
	CHECK_OK(madvise(p, 4 * ABI_PAGE, MADV_WILLNEED), "madvise: MADV_WILLNEED");
	CHECK_OK(madvise(p, 4 * ABI_PAGE, MADV_SEQUENTIAL), "madvise: MADV_SEQUENTIAL");
	CHECK_OK(madvise(p, 0, MADV_DONTNEED), "madvise: no length");
	CHECK_ERRNO(madvise(p + 1, ABI_PAGE, MADV_DONTNEED), EINVAL, "madvise: odd address");
	CHECK_ERRNO(madvise(p, ABI_PAGE, 12345), EINVAL, "madvise: unknown advice");
	CHECK_ERRNO(madvise(p, -ABI_PAGE, MADV_DONTNEED), EINVAL, "madvise: length wraps");
	munmap(p + ABI_PAGE, ABI_PAGE);
	CHECK_ERRNO(madvise(p, 4 * ABI_PAGE, MADV_DONTNEED), ENOMEM, "madvise: over a hole");
	CHECK(zeros(p, ABI_PAGE) && zeros(p + 2 * ABI_PAGE, 2 * ABI_PAGE),
	      "madvise: but the rest is done");
	int fd = open("f", O_RDWR);
	m = mmap(NULL, ABI_PAGE, RW, MAP_PRIVATE, fd, 0);
	m[0] = 99;
	madvise(m, ABI_PAGE, MADV_DONTNEED);
	CHECK(abi_is_pattern(m, 0, ABI_PAGE),
	      "madvise: MADV_DONTNEED on a file gives the file's contents back");
	munmap(m, ABI_PAGE);
	munmap(p, 4 * ABI_PAGE);
	close(fd);
}

static void breaking(void)
{
	char *end = (char *)sys(SYS_brk, 0);
	CHECK(end != NULL, "brk: 0 asks");
	CHECK_EQ(sys(SYS_brk, end + 100000), end + 100000, "brk: grows");
	CHECK(zeros(end, 100000), "brk: new memory is zeros");
	memset(end, 1, 100000);
	CHECK_EQ(sys(SYS_brk, 0), end + 100000, "brk: stays");
	CHECK_EQ(sys(SYS_brk, end), end, "brk: shrinks");
	sys(SYS_brk, end + 100000);
	CHECK(zeros(end + ABI_PAGE, 90000), "brk: what comes back is zeros");
	sys(SYS_brk, end);
	CHECK_EQ(sys(SYS_brk, 0xffff888000000000), end, "brk: into the kernel is refused");
	CHECK_EQ(sys(SYS_brk, ABI_PAGE), end, "brk: below the start is refused");
	IN_CHILD("brk: RLIMIT_DATA", {
		struct rlimit r = { 1 << 20, 1 << 20 };
		NEED(setrlimit(RLIMIT_DATA, &r) == 0);
		NEED(sys(SYS_brk, end + (8 << 20)) == (long)end);
	});
}

static void asking(void)
{
	unsigned char v[4] = { 9, 9, 9, 9 };
	char *p = map(4, RW);
	p[0] = p[2 * ABI_PAGE] = 1;
	CHECK_OK(mincore(p, 4 * ABI_PAGE, v), "mincore");
	CHECK((v[0] & 1) == 1 && (v[1] & 1) == 0 && (v[2] & 1) == 1,
	      "mincore: touched pages are there, others not");
	CHECK_EFAULT_OUT_BYTES(sys(SYS_mincore, p, 4 * ABI_PAGE, bad), "mincore: bad vector");
	CHECK_ERRNO(mincore(p + 1, ABI_PAGE, v), EINVAL, "mincore: odd address");
	CHECK_OK(msync(p, 4 * ABI_PAGE, MS_SYNC), "msync: anonymous memory");
	CHECK_ERRNO(msync(p, ABI_PAGE, MS_SYNC | MS_ASYNC), EINVAL, "msync: both ways");
	CHECK_ERRNO(msync(p, ABI_PAGE, 0x100), EINVAL, "msync: unknown flag");
	CHECK_ERRNO(msync(p + 1, ABI_PAGE, MS_SYNC), EINVAL, "msync: odd address");
	CHECK_OK(mlock(p, 4 * ABI_PAGE), "mlock");
	mincore(p, 4 * ABI_PAGE, v);
	CHECK((v[0] & v[1] & v[2] & v[3] & 1) == 1, "mlock: brings all pages in");
	CHECK_OK(munlock(p, 4 * ABI_PAGE), "munlock");
	munmap(p + ABI_PAGE, ABI_PAGE);
	CHECK_ERRNO(mincore(p, 4 * ABI_PAGE, v), ENOMEM, "mincore: over a hole");
	CHECK_ERRNO(msync(p, 4 * ABI_PAGE, MS_SYNC), ENOMEM, "msync: over a hole");
	CHECK_ERRNO(mlock(p, 4 * ABI_PAGE), ENOMEM, "mlock: over a hole");
	CHECK_ERRNO(sys(SYS_mlockall, 0), EINVAL, "mlockall: no flags");
	CHECK_OK(munlockall(), "munlockall");
	munmap(p, 4 * ABI_PAGE);
}

/* Who has the right may lock more than the limit says; nobody else. */
static void locking(void)
{
	struct rlimit little = { ABI_PAGE, ABI_PAGE }, none = { 0, 0 };
	IN_CHILD("locked memory: the right goes over the limit", {
		NEED(setrlimit(RLIMIT_MEMLOCK, &little) == 0);
		NEED(mlockall(MCL_FUTURE) == 0);
		char *p = mmap(NULL, 16 * ABI_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		NEED(p != MAP_FAILED);
		p = mremap(p, 16 * ABI_PAGE, 32 * ABI_PAGE, MREMAP_MAYMOVE);
		NEED(p != MAP_FAILED);
		p = mmap(NULL, 16 * ABI_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED,
			 -1, 0);
		NEED(p != MAP_FAILED);
	});
	IN_CHILD("locked memory: without the right the limit holds", {
		NEED(setrlimit(RLIMIT_MEMLOCK, &little) == 0 && setuid(65534) == 0);
		NEED_ERRNO((long)mmap(NULL, 16 * ABI_PAGE, PROT_READ,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0),
			   EAGAIN);
		NEED(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
		NEED_ERRNO((long)mmap(NULL, 16 * ABI_PAGE, PROT_READ,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0),
			   EPERM);
	});
}

int main(void)
{
	abi_begin("mmap");
	refused();
	placing();
	protecting();
	moving();
	advising();
	breaking();
	asking();
	locking();
	return abi_end();
}
