/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>
#include <osxtd/timer.h>

#include "events/poll_table.h"

static struct waitq shared queues[200];

KTEST(poll, null_table_joins_nothing)
{
	poll_join(nullptr, &array_at(queues, 0));
	EXPECT(!waitq_has_waiters(&array_at(queues, 0)));
}

KTEST(poll, joins_many_queues_and_leaves_all)
{
	{
		struct poll_table table CLEANUP(poll_table_fini) = {};
		poll_table_init(&table);
		for (usize i = 0; i < array_len(queues); i++)
			poll_join(&table, &array_at(queues, i));
		EXPECT(!poll_table_failed(&table));
		for (usize i = 0; i < array_len(queues); i++)
			EXPECT(waitq_has_waiters(&array_at(queues, i)));
		EXPECT_EQ(waitq_wake_all(&array_at(queues, 199)), 1);
		EXPECT_OK(poll_table_sleep(&table, NO_DEADLINE));
		EXPECT_EQ(waitq_wake_all(&array_at(queues, 3)), 1);
		EXPECT_OK(poll_table_sleep(&table, NO_DEADLINE));
		EXPECT_EQ(poll_table_sleep(&table, clock_monotonic_ns() + 1000000), ERR_TIMEDOUT);
	}
	for (usize i = 0; i < array_len(queues); i++)
		EXPECT(!waitq_has_waiters(&array_at(queues, i)));
}

KTEST(poll, one_queue_twice)
{
	struct poll_table table CLEANUP(poll_table_fini) = {};
	poll_table_init(&table);
	poll_join(&table, &array_at(queues, 0));
	poll_join(&table, &array_at(queues, 0));
	EXPECT_EQ(waitq_wake_all(&array_at(queues, 0)), 2);
	EXPECT_OK(poll_table_sleep(&table, NO_DEADLINE));
}
