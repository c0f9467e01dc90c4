// SPDX-License-Identifier: MPL-2.0
/* leak_test - what is kept is told, what comes back is not; allocations fail when they are told to.
 */
#include <osxtd/buf.h>
#include <osxtd/fault_inject.h>
#include <osxtd/frame.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>

#include "debug/leak.h"

struct leak_thing {
	struct object object;
	u64 value;
};
REF_TYPE(leak_thing);
static void leak_thing_fini(struct leak_thing *thing)
{
	(void)thing;
}
OBJECT_TYPE(leak_thing, leak_thing_fini);

static struct leak_mark shared mark;

KTEST(leak, buffers_pages_and_references_are_told)
{
	{
		SCOPED_REF(leak_thing, makes_the_pool); /* which stays */
		REQUIRE_OK(leak_thing_alloc(&makes_the_pool));
	}
	leak_mark(&mark);
	{
		SCOPED_BUF(b);
		SCOPED_REF(leak_thing, thing);
		SCOPED_UFRAME(f);
		REQUIRE_OK(buf_alloc(100, &b));
		EXPECT_EQ(leak_compare(&mark, false), 1);
		REQUIRE_OK(leak_thing_alloc(&thing));
		EXPECT_EQ(leak_compare(&mark, false), 2);
		REQUIRE_OK(uframe_alloc(&f));
		EXPECT_EQ(leak_compare(&mark, false), 3);
	}
	EXPECT_EQ(leak_compare(&mark, false), 0);

	SCOPED_REF(leak_thing, first);
	REQUIRE_OK(leak_thing_alloc(&first));
	leak_mark(&mark);
	SCOPED_REF(leak_thing, second);
	second = leak_thing_clone(leak_thing_get(&first));
	EXPECT_EQ(leak_compare(&mark, false), 1);
	leak_thing_drop(&second);
	EXPECT_EQ(leak_compare(&mark, false), 0);
}

KTEST(fault, the_nth_allocation_fails)
{
	struct task *self = task_current();
	SCOPED_BUF(a);
	SCOPED_BUF(b);
	SCOPED_BUF(c);
	SCOPED_UFRAME(f);
	SCOPED_REF(leak_thing, thing);
	fault_set_nth(self, 2);
	EXPECT_OK(buf_alloc(10, &a));
	EXPECT_EQ(fault_nth(self), 1);
	EXPECT_EQ(buf_alloc(10, &b), ERR_NOMEM);
	EXPECT_EQ(fault_nth(self), 0);
	EXPECT_OK(buf_alloc(10, &b));
	fault_set_nth(self, 1);
	EXPECT_EQ(buf_alloc(10000, &c), ERR_NOMEM);
	fault_set_nth(self, 1);
	EXPECT_EQ(uframe_alloc(&f), ERR_NOMEM);
	fault_set_nth(self, 1);
	EXPECT_EQ(leak_thing_alloc(&thing), ERR_NOMEM);
	fault_set_nth(self, 1);
	EXPECT_EQ(kernel_task_start(nullptr, nullptr), ERR_NOMEM);
	fault_set_nth(self, 2);
	EXPECT_EQ(kernel_task_start(nullptr, nullptr), ERR_NOMEM);
	fault_set_nth(self, 0);
}

static NOINLINE err_t take_at_the_site(struct buf *out)
{
	err_t err = buf_alloc(24, out);
	__atomic_signal_fence(__ATOMIC_SEQ_CST); /* no tail call: the frame is the site */
	return err;
}

KTEST(fault, settings_choose_by_count_and_by_site)
{
	struct fault_settings before = {};
	fault_settings_get(&before);
	SCOPED_BUF(a);
	SCOPED_BUF(b);
	struct fault_settings s = { .probability = 100, .interval = 1, .times = 1 };
	span_copy(span_of(s.site), str_bytes(STR("take_at_the_site")));
	fault_settings_set(&s);
	EXPECT_OK(buf_alloc(24, &a));
	EXPECT_EQ(take_at_the_site(&b), ERR_NOMEM);
	EXPECT_OK(take_at_the_site(&b));
	buf_drop(&b);

	s.times = UINT64_MAX;
	s.interval = 2;
	fault_settings_set(&s);
	EXPECT_OK(take_at_the_site(&b));
	buf_drop(&b);
	EXPECT_EQ(take_at_the_site(&b), ERR_NOMEM);
	s.task_filter = true;
	s.interval = 1;
	fault_settings_set(&s);
	EXPECT_OK(take_at_the_site(&b));
	buf_drop(&b);
	fault_set_marked(task_current(), true);
	EXPECT_EQ(take_at_the_site(&b), ERR_NOMEM);
	fault_set_marked(task_current(), false);
	fault_settings_set(&before);
}
