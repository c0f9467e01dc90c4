/* SPDX-License-Identifier: MPL-2.0 */
/* posix_timer - timers with numbers. */
#include "process/internal.h"
#include "process/timers.h"
#include "syscall/handlers_time.h"
#include "time/clock.h"

static err_t check_clock(i32 clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		return OK;
	case CLOCK_REALTIME_ALARM: /* waking a sleeping machine: there is none */
	case CLOCK_BOOTTIME_ALARM:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
		return ERR_OPNOTSUPP;
	default:
		return ERR_INVAL;
	}
}

err_t sys_timer_create(struct thread *self, const struct sysargs *a, i64 *ret)
{
	i32 clock = arg_int(a->a0);
	(void)ret;
	struct abi_sigevent ev = { .notify = SIGEV_SIGNAL, .signo = (i32)SIGALRM };
	if (a->a1 != 0)
		TRY(user_get(arg_uaddr(a->a1), &ev));
	TRY(check_clock(clock));
	i32 id = posix_timer_take_id(process_of(self));
	if (a->a1 == 0)
		ev.value = (u64)id;
	TRY(posix_timer_check(self, &ev));
	TRY(user_write_u32(arg_uaddr(a->a2), (u32)id));
	return posix_timer_create(self, clock, &ev, id);
}

static err_t put_value(struct uaddr to, const struct timer_value *v)
{
	struct abi_itimerspec spec = { timespec_of_ns(v->interval_ns), timespec_of_ns(v->left_ns) };
	return user_put(to, &spec);
}

err_t sys_timer_settime(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_itimerspec spec = {};
	struct timer_value v = {}, old = {};
	(void)ret;
	if (a->a2 == 0)
		return ERR_INVAL;
	TRY(user_get(arg_uaddr(a->a2), &spec));
	TRY(timespec_to_ns(&spec.value, &v.left_ns));
	TRY(timespec_to_ns(&spec.interval, &v.interval_ns));
	TRY(posix_timer_arm(self, arg_int(a->a0), &v, ((u32)a->a1 & (u32)TIMER_ABSTIME) != 0,
			    a->a3 == 0 ? nullptr : &old));
	return a->a3 == 0 ? OK : put_value(arg_uaddr(a->a3), &old);
}

err_t sys_timer_gettime(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct timer_value v = {};
	(void)ret;
	TRY(posix_timer_read(self, arg_int(a->a0), &v));
	return put_value(arg_uaddr(a->a1), &v);
}

err_t sys_timer_getoverrun(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return posix_timer_overrun(self, arg_int(a->a0), ret);
}

err_t sys_timer_delete(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return posix_timer_delete(self, arg_int(a->a0));
}
