/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>

#include "process/internal.h"

/* Processes that exist for the table only. */
static err_t publish(struct process *p, i32 *pid)
{
	GUARD(process_tree, &world.lock);
	TRY(pid_take(&p->pid));
	process_table_insert(&world.processes, process_clone(p));
	*pid = p->pid;
	return OK;
}

static void withdraw(struct process *p)
{
	SCOPED_REF(process, gone);
	GUARD(process_tree, &world.lock);
	gone = process_table_remove(&world.processes, p);
}

static void set_last(i32 last, i32 *before)
{
	GUARD(process_tree, &world.lock);
	*before = world.last_pid;
	world.last_pid = last;
}

KTEST(pid, numbers_are_found_while_published)
{
	SCOPED_REF(process, a);
	SCOPED_REF(process, found);
	i32 pid = 0;
	REQUIRE_OK(process_new(&a));
	REQUIRE_OK(publish(process_get(&a), &pid));
	EXPECT(process_find(pid, &found));
	EXPECT(process_get(&found) == process_get(&a));
	process_drop(&found);
	withdraw(process_get(&a));
	EXPECT(!process_find(pid, &found));
	EXPECT(!process_find(-1, &found));
	EXPECT(!process_find(0, &found));
}

KTEST(pid, wraps_past_what_is_in_use)
{
	SCOPED_REF(process, last);
	SCOPED_REF(process, first);
	SCOPED_REF(process, second);
	i32 before = 0, unused = 0, a = 0, b = 0, c = 0;
	REQUIRE_OK(process_new(&last));
	REQUIRE_OK(process_new(&first));
	REQUIRE_OK(process_new(&second));
	set_last(pid_max() - 2, &before);
	REQUIRE_OK(publish(process_get(&last), &a));
	EXPECT_EQ(a, pid_max() - 1);
	REQUIRE_OK(publish(process_get(&first), &b));
	EXPECT_EQ(b, 300);
	set_last(pid_max() - 1, &unused);
	REQUIRE_OK(publish(process_get(&second), &c));
	EXPECT_EQ(c, 301);
	withdraw(process_get(&last));
	withdraw(process_get(&first));
	withdraw(process_get(&second));
	set_last(before, &unused);
}

KTEST(pid, a_group_keeps_its_number)
{
	SCOPED_REF(session, s);
	SCOPED_REF(group, g);
	SCOPED_REF(group, listed);
	SCOPED_REF(session, listed_session);
	i32 before = 0, unused = 0, pid = 0;
	REQUIRE_OK(session_new(&s));
	REQUIRE_OK(group_new(session_clone(session_get(&s)), &g));
	set_last(999, &before);
	{
		GUARD(process_tree, &world.lock);
		session_publish(session_get(&s), 1000);
		group_publish(group_get(&g), 1001);
		REQUIRE_OK(pid_take(&pid));
		EXPECT_EQ(pid, 1002);
		listed = group_table_remove(&world.groups, group_get(&g));
		listed_session = session_table_remove(&world.sessions, session_get(&s));
	}
	set_last(before, &unused);
}

KTEST(pid, limits_of_the_limit)
{
	i32 before = pid_max();
	EXPECT_EQ(pid_set_max(300), ERR_INVAL);
	EXPECT_EQ(pid_set_max(PID_MAX_LIMIT + 1), ERR_INVAL);
	EXPECT_OK(pid_set_max(PID_MAX_LIMIT));
	EXPECT_OK(pid_set_max(before));
}
