// SPDX-License-Identifier: MPL-2.0
/*
 * Rows about memory. Regions are smaller than 2 MiB and stand between inaccessible pages, so
 * that no neighbour is merged with them and no large page takes the place of the measured small
 * ones.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

constexpr size_t PAGES = 64;
constexpr size_t UNTOUCHED = 65536;

static size_t page; /* this kernel's page size: what one fault brings */
static unsigned char *region;
static long faults_before;

static long map(size_t size, int protection)
{
	return SYS6(SYS_mmap, 0, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* 64 KiB, never touched: the cost of the bookkeeping alone. */
static verdict mmap_run(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		long at = map(UNTOUCHED, PROT_READ | PROT_WRITE);
		if (at < 0)
			return bad_result("mmap", at);
		region = (unsigned char *)at;
		long r = SYS2(SYS_munmap, at, UNTOUCHED);
		if (r != 0)
			return bad_result("munmap", r);
	}
	return nullptr;
}

/* The last region is unmapped: the kernel itself must not be able to write there. */
static verdict mmap_finish(void)
{
	long fd = NEED("open /dev/zero", SYS4(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY, 0));
	long r = SYS3(SYS_read, fd, region, 1);

	return r == -EFAULT ? nullptr : bad_result("read into unmapped memory", r);
}

/* A writable region of n pages with an inaccessible page on each side. */
static verdict fenced_region(size_t pages)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	long at = NEED("mmap", map((pages + 2) * page, PROT_NONE));

	region = (unsigned char *)at + page;
	NEED("mprotect", SYS3(SYS_mprotect, region, pages * page, PROT_READ | PROT_WRITE));
	return nullptr;
}

static void unmap_region(size_t pages)
{
	SYS2(SYS_munmap, region - page, (pages + 2) * page);
}

/* Every page is written by its own fault, which the kernel's own account must confirm. */
static verdict faults_check(unsigned ops)
{
	long faults = minor_faults() - faults_before;

	if (faults < (long)ops)
		return failure("getrusage counts %ld minor faults, not %u", faults, ops);
	return nullptr;
}

static verdict write_pages(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++)
		*(volatile unsigned char *)(region + i * page) = 1;
	return nullptr;
}

static verdict anon_before(unsigned ops)
{
	(void)ops;
	verdict bad = fenced_region(PAGES);

	faults_before = minor_faults();
	return bad;
}

static verdict anon_after(unsigned ops)
{
	verdict bad = faults_check(ops);

	for (unsigned i = 0; bad == nullptr && i < ops; i++)
		if (region[i * page] != 1 || region[i * page + 1] != 0 ||
		    region[i * page + page - 1] != 0)
			bad = failure("page %u is not a zeroed page", i);
	unmap_region(PAGES);
	return bad;
}

/* A child shares the pages while the parent writes them, and then tells what it sees. */
static pid_t child;
static int go[2];

static void child_main(void)
{
	unsigned char byte;
	int bad = 0;

	SYS3(SYS_read, go[0], &byte, 1);
	for (size_t i = 0; i < PAGES; i++)
		bad |= region[i * page] != 5 || region[i * page + 9] != 6;
	_exit(bad);
}

static verdict cow_before(unsigned ops)
{
	verdict bad = fenced_region(PAGES);

	(void)ops;
	if (bad != nullptr)
		return bad;
	for (size_t i = 0; i < PAGES; i++) {
		region[i * page] = 5;
		region[i * page + 9] = 6;
	}
	NEED("pipe", SYS2(SYS_pipe2, go, 0));
	child = fork();
	if (child < 0)
		return failure("fork");
	if (child == 0)
		child_main();
	SYS0(SYS_sched_yield);
	faults_before = minor_faults();
	return nullptr;
}

static verdict cow_after(unsigned ops)
{
	verdict bad = faults_check(ops);
	int status = -1;

	SYS3(SYS_write, go[1], "x", 1);
	NEED("wait4", SYS4(SYS_wait4, child, &status, 0, 0));
	close(go[0]);
	close(go[1]);
	if (bad == nullptr && status != 0)
		bad = failure("the child sees the parent's writes");
	for (unsigned i = 0; bad == nullptr && i < ops; i++)
		if (region[i * page] != 1 || region[i * page + 9] != 6)
			bad = failure("page %u was not copied", i);
	unmap_region(PAGES);
	return bad;
}

/* Sixteen present pages, turned read-only and back. */
constexpr size_t PROTECTED = 16;

static verdict mprotect_setup(void)
{
	verdict bad = fenced_region(PROTECTED);

	return bad != nullptr ? bad : write_pages(PROTECTED);
}

static long protect(unsigned turn)
{
	return SYS3(SYS_mprotect, region, PROTECTED * page,
		    (turn & 1) == 0 ? PROT_READ : PROT_READ | PROT_WRITE);
}

static verdict mprotect_run(unsigned ops)
{
	REPEAT(ops, "mprotect", protect(repeat_i), 0);
	return nullptr;
}

static verdict mprotect_finish(void)
{
	long fd = NEED("open /dev/zero", SYS4(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY, 0));
	unsigned char *last = region + (PROTECTED - 1) * page;

	NEED("read into writable memory", SYS3(SYS_read, fd, last, 1));
	NEED("mprotect", protect(0));
	long r = SYS3(SYS_read, fd, last, 1);
	return r == -EFAULT ? nullptr : bad_result("read into read-only memory", r);
}

const struct row rows_mem[] = {
	{ "mmap_munmap", 50, nullptr, nullptr, mmap_run, nullptr, mmap_finish },
	{ "anonymous_fault", PAGES, nullptr, anon_before, write_pages, anon_after, nullptr },
	{ "cow_fault", PAGES, nullptr, cow_before, write_pages, cow_after, nullptr },
	{ "mprotect", 50, mprotect_setup, nullptr, mprotect_run, nullptr, mprotect_finish },
	{},
};
