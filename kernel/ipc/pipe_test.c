/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>
#include <osxtd/ktest.h>

#include "abi/fcntl.h"
#include "ipc/pipe.h"

static err_t put(struct file_ref *f, struct cspan data, usize *n)
{
	struct uio from = uio_kernel_const(data);
	*n = 0;
	return file_write(file_get(f), &from, n);
}

static err_t take(struct file_ref *f, struct span out, usize *n)
{
	struct uio to = uio_kernel(out);
	*n = 0;
	return file_read(file_get(f), &to, n);
}

KTEST(pipe, short_read_leaves_the_rest)
{
	SCOPED_REF(file, rd);
	SCOPED_REF(file, wr);
	u8 in[] = { 1, 2, 3 }, out[2] = {};
	usize n = 0;
	REQUIRE_OK(pipe_open(&rd, &wr, O_NONBLOCK));
	EXPECT_EQ(take(&rd, span_of(out), &n), ERR_AGAIN);
	EXPECT_OK(put(&wr, cspan_of(in), &n));
	EXPECT_EQ(n, 3);
	EXPECT_OK(take(&rd, span_of(out), &n));
	EXPECT_EQ(n, 2);
	EXPECT_EQ(out[1], 2);
	EXPECT_OK(take(&rd, span_of(out), &n));
	EXPECT_EQ(n, 1);
	EXPECT_EQ(out[0], 3);
	file_drop(&wr);
	EXPECT_OK(take(&rd, span_of(out), &n));
	EXPECT_EQ(n, 0);
}

KTEST(pipe, full_pipe_and_lost_reader)
{
	SCOPED_REF(file, rd);
	SCOPED_REF(file, wr);
	SCOPED_BUF(block);
	usize n = 0, total = 0;
	REQUIRE_OK(pipe_open(&rd, &wr, O_NONBLOCK));
	REQUIRE_OK(buf_alloc(PIPE_BUF, &block));
	while (put(&wr, span_const(buf_span(&block)), &n) == OK)
		total += n;
	EXPECT_EQ(total, PIPE_DEFAULT);
	EXPECT_EQ(file_poll(file_get(&wr), nullptr) & POLLOUT, 0);
	/* A small write goes in whole or not at all. */
	EXPECT_OK(take(&rd, span_sub(buf_span(&block), 0, 100), &n));
	EXPECT_EQ(put(&wr, cspan_sub(span_const(buf_span(&block)), 0, 101), &n), ERR_AGAIN);
	EXPECT_OK(put(&wr, cspan_sub(span_const(buf_span(&block)), 0, 100), &n));
	i64 capacity = 0;
	EXPECT_EQ(file_get(&wr)->ops->fcntl(file_get(&wr), F_SETPIPE_SZ, 4096, &capacity),
		  ERR_BUSY);
	file_drop(&rd);
	EXPECT_EQ(put(&wr, span_const(buf_span(&block)), &n), ERR_PIPE);
	EXPECT((file_poll(file_get(&wr), nullptr) & POLLERR) != 0);
}

KTEST(pipe, bytes_keep_their_order_over_a_resize)
{
	SCOPED_REF(file, rd);
	SCOPED_REF(file, wr);
	u8 data[100] = {}, back[100] = {};
	usize n = 0;
	i64 capacity = 0;
	u8 next_in = 0, next_out = 0;
	REQUIRE_OK(pipe_open(&rd, &wr, O_NONBLOCK));
	for (u32 round = 0; round < 600; round++) {
		for (usize i = 0; i < 100; i++)
			array_at(data, i) = (u8)(next_in + i);
		EXPECT_OK(put(&wr, cspan_of(data), &n));
		next_in = (u8)(next_in + 100);
		if (round % 3 != 0) {
			EXPECT_OK(take(&rd, span_of(back), &n));
			EXPECT_EQ(back[0], next_out);
			EXPECT_EQ(back[99], (u8)(next_out + 99));
			next_out = (u8)(next_out + 100);
		}
		if (round % 100 == 50) {
			u64 wanted = (round / 100 % 2) != 0 ? 65536 : 131072;
			EXPECT_OK(file_get(&wr)->ops->fcntl(file_get(&wr), F_SETPIPE_SZ, wanted,
							    &capacity));
			EXPECT_EQ(capacity, wanted);
		}
	}
}
