// SPDX-License-Identifier: MPL-2.0
/*
 * Rows about files: /dev/zero and /dev/null for the bare read and write, and a file in the root
 * file system (memory on both kernels) for the rest.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define DATA_FILE BENCH_DIR "/data"
#define NEW_FILE  BENCH_DIR "/new"

constexpr size_t DATA_SIZE = 65536;

static unsigned char buffer[DATA_SIZE];
static int fd;
static struct stat about;

static unsigned char pattern(size_t i)
{
	return (unsigned char)(i * 7 + i / 256);
}

static verdict data_setup(void)
{
	for (size_t i = 0; i < DATA_SIZE; i++)
		buffer[i] = pattern(i);
	fd = (int)NEED("open " DATA_FILE,
		       SYS4(SYS_openat, AT_FDCWD, DATA_FILE, O_RDWR | O_CREAT | O_TRUNC, 0644));
	if (NEED("write", SYS3(SYS_write, fd, buffer, DATA_SIZE)) != DATA_SIZE)
		return failure("short write");
	memset(buffer, 0xff, sizeof(buffer));
	memset(&about, 0xff, sizeof(about));
	return nullptr;
}

static verdict zero_setup(void)
{
	fd = (int)NEED("open /dev/zero", SYS4(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY, 0));
	buffer[0] = buffer[1] = 0xff;
	return nullptr;
}

static verdict read1_run(unsigned ops)
{
	REPEAT(ops, "read", SYS3(SYS_read, fd, buffer, 1), 1);
	return nullptr;
}

static verdict read1_finish(void)
{
	if (buffer[0] != 0 || buffer[1] != 0xff)
		return failure("/dev/zero gave %u, %u", buffer[0], buffer[1]);
	return nullptr;
}

static verdict null_setup(void)
{
	fd = (int)NEED("open /dev/null", SYS4(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY, 0));
	return nullptr;
}

static verdict write1_run(unsigned ops)
{
	REPEAT(ops, "write", SYS3(SYS_write, fd, buffer, 1), 1);
	return nullptr;
}

/* A kernel that never looks at the descriptor or the file would also say 1. */
static verdict write1_finish(void)
{
	long r = SYS3(SYS_write, fd + 1, buffer, 1);

	if (r != -EBADF)
		return bad_result("write to a closed descriptor", r);
	r = SYS3(SYS_read, fd, buffer, 1);
	return r == -EBADF ? nullptr : bad_result("read of a write-only descriptor", r);
}

static verdict fstat_run(unsigned ops)
{
	REPEAT(ops, "fstat", SYS2(SYS_fstat, fd, &about), 0);
	return nullptr;
}

static verdict stat_run(unsigned ops)
{
	REPEAT(ops, "stat", SYS4(SYS_newfstatat, AT_FDCWD, DATA_FILE, &about, 0), 0);
	return nullptr;
}

static verdict stat_finish(void)
{
	if (about.st_size != DATA_SIZE || !S_ISREG(about.st_mode) || about.st_nlink != 1)
		return failure("wrong answer: size %ld mode %o", (long)about.st_size,
			       about.st_mode);
	return nullptr;
}

static verdict open_run(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		long opened = SYS4(SYS_openat, AT_FDCWD, DATA_FILE, O_RDONLY, 0);
		if (opened < 0)
			return bad_result("open", opened);
		long r = SYS1(SYS_close, opened);
		if (r != 0)
			return bad_result("close", r);
	}
	return nullptr;
}

static verdict open_finish(void)
{
	long opened = NEED("open", SYS4(SYS_openat, AT_FDCWD, DATA_FILE, O_RDONLY, 0));

	return opened == fd + 1 ? nullptr : failure("descriptors leak: %ld", opened);
}

/* A new file of one page, written and gone again. */
static verdict create_run(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++) {
		long made = SYS4(SYS_openat, AT_FDCWD, NEW_FILE, O_WRONLY | O_CREAT | O_EXCL, 0644);
		if (made < 0)
			return bad_result("create", made);
		long r = SYS3(SYS_write, made, buffer, 4096);
		if (r != 4096)
			return bad_result("write", r);
		r = SYS1(SYS_close, made);
		if (r != 0)
			return bad_result("close", r);
		r = SYS3(SYS_unlinkat, AT_FDCWD, NEW_FILE, 0);
		if (r != 0)
			return bad_result("unlink", r);
	}
	return nullptr;
}

static verdict create_finish(void)
{
	long r = SYS4(SYS_newfstatat, AT_FDCWD, NEW_FILE, &about, 0);

	return r == -ENOENT ? nullptr : bad_result("stat of the unlinked file", r);
}

static verdict read4k_run(unsigned ops)
{
	REPEAT(ops, "pread", SYS4(SYS_pread64, fd, buffer, 4096, 8192), 4096);
	return nullptr;
}

static verdict read4k_finish(void)
{
	for (size_t i = 0; i < 4096; i++)
		if (buffer[i] != pattern(8192 + i))
			return failure("byte %zu is wrong", i);
	return nullptr;
}

static verdict read64k_run(unsigned ops)
{
	REPEAT(ops, "pread", SYS4(SYS_pread64, fd, buffer, DATA_SIZE, 0), (long)DATA_SIZE);
	return nullptr;
}

static verdict read64k_finish(void)
{
	for (size_t i = 0; i < DATA_SIZE; i++)
		if (buffer[i] != pattern(i))
			return failure("byte %zu is wrong", i);
	return nullptr;
}

const struct row rows_file[] = {
	{ "read_1", 100, zero_setup, nullptr, read1_run, nullptr, read1_finish },
	{ "write_1", 100, null_setup, nullptr, write1_run, nullptr, write1_finish },
	{ "fstat", 100, data_setup, nullptr, fstat_run, nullptr, stat_finish },
	{ "stat", 100, data_setup, nullptr, stat_run, nullptr, stat_finish },
	{ "open_close", 50, data_setup, nullptr, open_run, nullptr, open_finish },
	{ "create_write_unlink", 20, data_setup, nullptr, create_run, nullptr, create_finish },
	{ "read_4k", 50, data_setup, nullptr, read4k_run, nullptr, read4k_finish },
	{ "read_64k", 10, data_setup, nullptr, read64k_run, nullptr, read64k_finish },
	{},
};
