/* SPDX-License-Identifier: MPL-2.0 */
/*
 * timers - interval timers and POSIX timers of a process, for their system calls.
 *
 *   Context:  the calling thread, no lock held.
 *   Errors:   ERR_INVAL for a number that is no timer, ERR_AGAIN, ERR_NOMEM.
 *   Spec:     setitimer(2), timer_create(2).
 */
#pragma once
#include "abi/signal.h"
#include "abi/time.h"

struct process;
struct thread;

struct timer_value {
	u64 left_ns, interval_ns;
};
/* which: ITIMER_*. */
void itimer_get(struct process *p, u32 which, struct timer_value *out);
void itimer_set(struct process *p, u32 which, const struct timer_value *v);

/* Makes a disarmed timer; ev was checked by posix_timer_check.  Its number was taken with
 * posix_timer_take_id. */
i32 posix_timer_take_id(struct process *p);
err_t posix_timer_check(struct thread *self, const struct abi_sigevent *ev);
err_t posix_timer_create(struct thread *self, i32 clock, const struct abi_sigevent *ev, i32 id);
err_t posix_timer_read(struct thread *self, i32 id, struct timer_value *out);
/* old: as posix_timer_read before the change; null: nobody asks. */
err_t posix_timer_arm(struct thread *self, i32 id, const struct timer_value *v, bool is_absolute,
		      struct timer_value *old);
err_t posix_timer_overrun(struct thread *self, i32 id, i64 *count);
err_t posix_timer_delete(struct thread *self, i32 id);
