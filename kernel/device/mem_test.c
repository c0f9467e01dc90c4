/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>
#include <osxtd/log.h>

#include "abi/fcntl.h"
#include "device/mem.h"
#include "fs/vfs.h"

static err_t open_device(u32 minor, u32 flags, struct file_ref *out)
{
	return chrdev_open(nullptr, dev_make(MEM_MAJOR, minor), flags, out);
}

static err_t read_some(struct file *f, struct span to, usize *n)
{
	struct uio uio = uio_kernel(to);
	*n = 0;
	return file_read(f, &uio, n);
}

static err_t write_some(struct file *f, struct cspan from, usize *n)
{
	struct uio uio = uio_kernel_const(from);
	*n = 0;
	return file_write(f, &uio, n);
}

KTEST(mem, null_and_zero)
{
	SCOPED_REF(file, null);
	SCOPED_REF(file, zero);
	u8 bytes[100] = {};
	usize n = 0;
	REQUIRE_OK(open_device(MEM_NULL, O_RDWR, &null));
	REQUIRE_OK(open_device(MEM_ZERO, O_RDWR, &zero));
	EXPECT_OK(read_some(file_get(&null), span_of(bytes), &n));
	EXPECT_EQ(n, 0);
	EXPECT_OK(write_some(file_get(&null), cspan_of(bytes), &n));
	EXPECT_EQ(n, 100);
	span_fill(span_of(bytes), 7);
	EXPECT_OK(read_some(file_get(&zero), span_of(bytes), &n));
	EXPECT_EQ(n, 100);
	EXPECT_EQ(bytes[0] | bytes[99], 0);
	u64 pos = 5;
	EXPECT_OK(file_seek(file_get(&zero), 77, SEEK_SET, &pos));
	EXPECT_EQ(pos, 0);
}

KTEST(mem, full_refuses)
{
	SCOPED_REF(file, full);
	u8 bytes[8] = {};
	usize n = 0;
	REQUIRE_OK(open_device(MEM_FULL, O_RDWR, &full));
	EXPECT_EQ(write_some(file_get(&full), cspan_of(bytes), &n), ERR_NOSPC);
	EXPECT_OK(read_some(file_get(&full), span_of(bytes), &n));
	EXPECT_EQ(n, 8);
}

KTEST(mem, random_differs)
{
	SCOPED_REF(file, random);
	u8 a[300] = {}, b[300] = {};
	usize n = 0;
	REQUIRE_OK(open_device(MEM_URANDOM, O_RDWR, &random));
	EXPECT_OK(read_some(file_get(&random), span_of(a), &n));
	EXPECT_EQ(n, 300);
	EXPECT_OK(read_some(file_get(&random), span_of(b), &n));
	EXPECT(!cspan_equal(cspan_of(a), cspan_of(b)));
	EXPECT_OK(write_some(file_get(&random), cspan_of(a), &n));
	EXPECT_EQ(n, 300);
}

KTEST(mem, unknown_minor)
{
	SCOPED_REF(file, f);
	EXPECT_EQ(open_device(99, O_RDONLY, &f), ERR_NXIO);
}

/* Reads records until one ends as wanted. */
static bool find_record(struct file *f, struct str end)
{
	for (;;) {
		u8 line[512] = {};
		usize n = 0;
		err_t err = read_some(f, span_of(line), &n);
		if (err == ERR_PIPE || err == ERR_INVAL)
			continue;
		if (err != OK || n < str_len(end))
			return false;
		if (str_equal(str_of(cspan_sub(cspan_of(line), n - str_len(end), str_len(end))),
			      end))
			return true;
	}
}

KTEST(mem, kmsg_takes_and_gives)
{
	SCOPED_REF(file, f);
	u64 pos = 0;
	usize n = 0;
	REQUIRE_OK(open_device(MEM_KMSG, O_RDWR | O_NONBLOCK, &f));
	EXPECT_OK(file_seek(file_get(&f), 0, SEEK_END, &pos));
	EXPECT_EQ(file_seek(file_get(&f), 1, SEEK_SET, &pos), ERR_SPIPE);
	EXPECT_OK(write_some(file_get(&f), str_bytes(STR("<7>kmsg test \\ here\n")), &n));
	EXPECT_EQ(n, 20);
	EXPECT_EQ(file_poll(file_get(&f), nullptr) & POLLIN, POLLIN);
	EXPECT(find_record(file_get(&f), STR(",-;kmsg test \\x5c here\n")));
	u8 small[4] = {};
	EXPECT_OK(write_some(file_get(&f), str_bytes(STR("<7>another")), &n));
	EXPECT_EQ(read_some(file_get(&f), span_of(small), &n), ERR_INVAL);
}
