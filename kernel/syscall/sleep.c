/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sleep - nanosleep(2), clock_nanosleep(2).
 *
 * A relative sleep is turned into a deadline once; an interrupted one goes on until the same
 * deadline through restart_syscall(2).  A sleep until a real time looks again whenever real time
 * was stepped.
 */
#include "process/internal.h"
#include "syscall/handlers_time.h"
#include "time/clock.h"

/* Sleeps until deadline of the monotonic clock. */
static err_t sleep_monotonic(u64 deadline_ns)
{
	SCOPED_WAITER(w);
	for (;;) {
		err_t err = waiter_sleep(&w, WAIT_SIGNAL, deadline_ns);
		if (err == ERR_TIMEDOUT)
			return OK;
		TRY(err);
	}
}

/* Sleeps until clock, which follows real time, reaches deadline. */
static err_t sleep_stepped(i32 clock, u64 deadline_ns)
{
	SCOPED_WAITER(w);
	waitq_join(clock_step_waitq(), &w);
	for (;;) {
		u64 now = 0;
		(void)clock_read(clock, &now);
		if (now >= deadline_ns)
			return OK;
		err_t err = waiter_sleep(&w, WAIT_SIGNAL,
					 deadline_after(clock_monotonic_ns(), deadline_ns - now));
		if (err != OK && err != ERR_TIMEDOUT)
			return err;
	}
}

static err_t sleep_again(struct thread *self, const struct restart_args *args, i64 *ret);
static const struct restart_ops sleep_restart = { sleep_again };

/* Relative sleeps: until a monotonic deadline, with what is left written to `remaining` when a
 * signal ends it. */
static err_t sleep_relative(struct thread *self, u64 deadline_ns, u64 remaining)
{
	err_t err = sleep_monotonic(deadline_ns);
	if (err != ERR_INTR)
		return err;
	u64 now = clock_monotonic_ns();
	if (now >= deadline_ns)
		return OK;
	if (remaining != 0) {
		struct abi_timespec left = timespec_of_ns(deadline_ns - now);
		TRY(user_put(uaddr_of(remaining), &left));
	}
	return thread_restart_with(self, &sleep_restart,
				   &(struct restart_args){ .a0 = deadline_ns, .a1 = remaining });
}

static err_t sleep_again(struct thread *self, const struct restart_args *args, i64 *ret)
{
	(void)ret;
	return sleep_relative(self, args->a0, args->a1);
}

err_t sys_nanosleep(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_timespec ts = {};
	u64 ns = 0;
	(void)ret;
	TRY(user_get(arg_uaddr(a->a0), &ts));
	TRY(timespec_to_ns(&ts, &ns));
	return sleep_relative(self, deadline_after(clock_monotonic_ns(), ns), a->a1);
}

static bool follows_real_time(i32 clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_TAI;
}

/* Clocks that can be slept on; the CPU-time clocks and the coarse ones cannot. */
static err_t check_clock(i32 clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		return OK;
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		return ERR_OPNOTSUPP;
	default:
		return ERR_INVAL;
	}
}

err_t sys_clock_nanosleep(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_timespec ts = {};
	i32 clock = arg_int(a->a0);
	u64 ns = 0;
	(void)ret;
	TRY(check_clock(clock));
	TRY(user_get(arg_uaddr(a->a2), &ts));
	TRY(timespec_to_ns(&ts, &ns));
	if (((u32)a->a1 & TIMER_ABSTIME) == 0)
		return sleep_relative(self, deadline_after(clock_monotonic_ns(), ns), a->a3);
	err_t err = follows_real_time(clock) ? sleep_stepped(clock, ns) : sleep_monotonic(ns);
	return err == ERR_INTR ? ERR_RESTART_NOHAND : err;
}
