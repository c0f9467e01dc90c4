/* SPDX-License-Identifier: MPL-2.0 */
/* itimer - interval timers. */
#include "process/internal.h"
#include "process/timers.h"
#include "syscall/handlers_time.h"
#include "time/clock.h"

static struct abi_itimerval to_abi(const struct timer_value *v)
{
	return (struct abi_itimerval){ timeval_of_ns(v->interval_ns), timeval_of_ns(v->left_ns) };
}

err_t sys_getitimer(struct thread *self, const struct sysargs *a, i64 *ret)
{
	i32 which = arg_int(a->a0);
	(void)ret;
	if (which < 0 || which > (i32)ITIMER_PROF)
		return ERR_INVAL;
	struct timer_value v = {};
	itimer_get(process_of(self), (u32)which, &v);
	struct abi_itimerval abi = to_abi(&v);
	return user_put(arg_uaddr(a->a1), &abi);
}

err_t sys_setitimer(struct thread *self, const struct sysargs *a, i64 *ret)
{
	i32 which = arg_int(a->a0);
	struct abi_itimerval abi = {};
	struct timer_value v = {}, old = {};
	(void)ret;
	if (a->a1 != 0)
		TRY(user_get(arg_uaddr(a->a1), &abi));
	TRY(timeval_to_ns(&abi.value, &v.left_ns));
	TRY(timeval_to_ns(&abi.interval, &v.interval_ns));
	if (which < 0 || which > (i32)ITIMER_PROF)
		return ERR_INVAL;
	itimer_get(process_of(self), (u32)which, &old);
	itimer_set(process_of(self), (u32)which, &v);
	if (a->a2 == 0)
		return OK;
	abi = to_abi(&old);
	return user_put(arg_uaddr(a->a2), &abi);
}

err_t sys_alarm(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct timer_value v = { (u64)(u32)a->a0 * NSEC_PER_SEC, 0 }, old = {};
	itimer_get(process_of(self), ITIMER_REAL, &old);
	itimer_set(process_of(self), ITIMER_REAL, &v);
	/* Rounded to seconds, but a timer that runs is never reported as none. */
	u64 seconds = (old.left_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
	*ret = (i64)(seconds == 0 && old.left_ns != 0 ? 1 : seconds);
	return OK;
}
