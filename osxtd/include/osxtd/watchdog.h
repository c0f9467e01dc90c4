/* SPDX-License-Identifier: MPL-2.0 */
/*
 * watchdog - debug builds notice tasks that sleep too long and CPUs that do not get on; nothing in
 * other builds.
 *
 *   Context:  interrupts off in all but watchdog_start and watchdog_sleep_mode.
 */
#pragma once
#include <osxtd/task.h>
#include <osxtd/waitq.h>

#ifdef OSXTD_DEBUG
/* After how long a task counts as hung, a CPU as stuck; 0: never. */
OSXTD_API u64 hung_task_timeout_ns(void);
OSXTD_API void hung_task_set_timeout_ns(u64 ns);
OSXTD_API u64 soft_lockup_limit_ns(void);
OSXTD_API void soft_lockup_set_limit_ns(u64 ns);
/* On the boot CPU, when tasks may run. */
void watchdog_start(void);
/* This CPU went on: it chose a task, or is about to enter user mode. */
OSXTD_API void watchdog_touch(void);
/* The current task parks, and runs again. */
void watchdog_park(struct task *self);
void watchdog_resume(struct task *self);
/* What may end the parks of the current task from now on; it starts as uninterruptible. */
void watchdog_sleep_mode(enum wait_mode mode);
#else
ALWAYS_INLINE void watchdog_start(void) {}
ALWAYS_INLINE void watchdog_touch(void) {}
ALWAYS_INLINE void watchdog_park(struct task *self)
{
	(void)self;
}
ALWAYS_INLINE void watchdog_resume(struct task *self)
{
	(void)self;
}
ALWAYS_INLINE void watchdog_sleep_mode(enum wait_mode mode)
{
	(void)mode;
}
#endif
