/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>

#include "device/tty.h"

static struct atomic_u64 shared driver_bytes;

static void count_bytes(struct tty *t, struct cspan bytes)
{
	(void)t;
	(void)atomic_u64_add(&driver_bytes, cspan_len(bytes));
}
static const struct tty_driver counting_driver = { count_bytes };

static err_t write_all(struct tty *t, usize len, usize *n)
{
	SCOPED_BUF(bytes);
	TRY(buf_alloc(len, &bytes));
	struct uio from = uio_kernel_const(span_const(buf_span(&bytes)));
	*n = 0;
	return tty_write(t, &from, false, n);
}

/* As the last of a thousand iovecs of a megabyte each: the writer can be killed. */
KTEST(tty, a_signal_ends_a_long_write)
{
	SCOPED_REF(tty, t_ref);
	usize n = 0;
	struct task *self = task_current();
	REQUIRE_OK(tty_new(&counting_driver, 0, &t_ref));
	EXPECT_OK(write_all(tty_get(&t_ref), 5000, &n));
	EXPECT_EQ(n, 5000);
	(void)atomic_u32_or(&self->interrupt, TASK_INTR_SIGNAL);
	EXPECT_OK(write_all(tty_get(&t_ref), 5000, &n));
	EXPECT(n > 0);
	EXPECT(n < 5000);
	EXPECT_OK(write_all(tty_get(&t_ref), 100, &n));
	EXPECT_EQ(n, 100);
	(void)atomic_u32_and(&self->interrupt, ~(u32)TASK_INTR_SIGNAL);
}
