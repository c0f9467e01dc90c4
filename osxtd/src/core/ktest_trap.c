// SPDX-License-Identifier: MPL-2.0
/*
 * ktest_trap - EXPECT_TRAP: a body that must trap runs in a task of its own, which the trap ends.
 *
 * What the body's stack held at the trap (references, locks) stays held: bodies hold neither.
 */
#include "core/ktest_trap.h"

#include <osxtd/atomic.h>
#include <osxtd/console.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>
#include <osxtd/waitq.h>

/* One at a time: tests run one behind the other. */
struct trap {
	struct task *task OWNER(ktest); /* while its body runs */
	void (*body)(void *arg) OWNER(ktest);
	const char *why OWNER(ktest);
	struct atomic_u32 is_over ATOMIC_ONLY;
	struct waitq ended OWNER(ktest);
};
static struct trap shared trap;

static void over(const char *why)
{
	trap.task = nullptr;
	trap.why = why;
	atomic_u32_store_release(&trap.is_over, 1);
	(void)waitq_wake_all(&trap.ended);
}

bool ktest_expects_trap(void)
{
	return trap.task != nullptr && trap.task == task_current();
}

/* The body holds no lock and no reference that anybody else counts on, so its stack can be left. */
void ktest_caught(const char *why)
{
	if (likely(trap.task == nullptr) || trap.task != task_current())
		return;
	while (preempt_count() != 0)
		preempt_enable();
	over(why);
	task_exit();
}

bool ktest_wants_trap(void)
{
	return trap.task != nullptr && trap.task == task_current();
}

static void run_body(void *arg)
{
	trap.task = task_current();
	trap.body(arg);
	over("nothing");
}

bool ktest_traps(void (*body)(void *arg), void *arg, struct str why)
{
	trap.body = body;
	trap.why = "no memory for its task";
	atomic_u32_store(&trap.is_over, 0);
	SCOPED_WAITER(w);
	waitq_join(&trap.ended, &w);
	if (kernel_task_start(run_body, arg) == OK) {
		while (atomic_u32_load_acquire(&trap.is_over) == 0)
			(void)waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	}
	if (str_equal(str_of_cstr(trap.why), why))
		return true;
	console_write(str_bytes(STR("# ended by: ")));
	console_write(str_bytes(str_of_cstr(trap.why)));
	console_write(str_bytes(STR("\n")));
	return false;
}
