/* SPDX-License-Identifier: MPL-2.0 */
/* time - reading and setting clocks.  Spec: clock_gettime(2), clock_adjtime(2), gettimeofday(2),
 * times(2). */
#include "time/clock.h"

#include "process/internal.h"
#include "sched/sched.h"
#include "syscall/clock_number.h"
#include "syscall/handlers_time.h"

err_t sys_time(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	u64 seconds = clock_realtime_ns() / NSEC_PER_SEC;
	if (a->a0 != 0)
		TRY(user_write_u64(arg_uaddr(a->a0), seconds));
	*ret = (i64)seconds;
	return OK;
}

err_t sys_gettimeofday(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)ret;
	if (a->a0 != 0) {
		struct abi_timeval tv = timeval_of_ns(clock_realtime_ns());
		TRY(user_put(arg_uaddr(a->a0), &tv));
	}
	if (a->a1 != 0) {
		struct abi_timezone tz = {};
		TRY(user_put(arg_uaddr(a->a1), &tz));
	}
	return OK;
}

err_t sys_settimeofday(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_timeval tv = {};
	struct abi_timezone tz = {};
	u64 ns = 0;
	(void)ret;
	if (a->a0 != 0)
		TRY(user_get(arg_uaddr(a->a0), &tv));
	if (a->a0 != 0 && timeval_to_ns(&tv, &ns) != OK)
		return ERR_INVAL;
	if (a->a1 != 0)
		TRY(user_get(arg_uaddr(a->a1), &tz));
	if (!cred_has_cap(thread_cred(self), CAP_SYS_TIME))
		return ERR_PERM;
	/* The kernel's time zone is history: only UTC is kept. */
	return a->a0 != 0 ? clock_set_realtime(ns) : OK;
}

/* ---- CPU-time clocks ---- */

/*
 * Numbers below 0 name the CPU time of a process or thread: ~id in the upper bits, 4 for a thread,
 * and which of its times in the lowest two (clock_getcpuclockid(3)).
 */
enum : u32 { CPUCLOCK_THREAD = 4, CPUCLOCK_WHICH = 3, CPUCLOCK_SCHED = 2 };

static bool read_process(struct process *p, u64 *ns)
{
	GUARD(signal, &p->lock);
	*ns = process_cpu_ns(p);
	return true;
}

static bool read_encoded(struct thread *self, u32 number, u64 *ns)
{
	i32 id = (i32) ~(number >> 3 | 0xe0000000u);
	if ((number & CPUCLOCK_WHICH) > CPUCLOCK_SCHED)
		return false;
	if ((number & CPUCLOCK_THREAD) != 0) {
		SCOPED_REF(thread, t);
		if (id == 0)
			t = thread_clone(self);
		else if (!thread_find(id, &t) || process_of(thread_get(&t)) != process_of(self))
			return false;
		*ns = sched_exec_ns(&thread_get(&t)->task);
		return true;
	}
	SCOPED_REF(process, p);
	if (id == 0)
		return read_process(process_of(self), ns);
	return process_find(id, &p) && read_process(process_get(&p), ns);
}

bool clock_number_read(struct thread *self, i32 clock, u64 *ns)
{
	if (clock_read(clock, ns))
		return true;
	if (clock == CLOCK_PROCESS_CPUTIME_ID)
		return read_process(process_of(self), ns);
	if (clock == CLOCK_THREAD_CPUTIME_ID) {
		*ns = sched_exec_ns(&self->task);
		return true;
	}
	return clock < 0 && read_encoded(self, (u32)clock, ns);
}

err_t sys_clock_gettime(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u64 ns = 0;
	(void)ret;
	if (!clock_number_read(self, arg_int(a->a0), &ns))
		return ERR_INVAL;
	struct abi_timespec ts = timespec_of_ns(ns);
	return user_put(arg_uaddr(a->a1), &ts);
}

err_t sys_clock_getres(struct thread *self, const struct sysargs *a, i64 *ret)
{
	i32 clock = arg_int(a->a0);
	u64 ns = clock_resolution_ns(clock);
	(void)ret;
	if (ns == 0) {
		u64 now = 0;
		if (!clock_number_read(self, clock, &now))
			return ERR_INVAL;
		ns = 1;
	}
	struct abi_timespec ts = timespec_of_ns(ns);
	return a->a1 != 0 ? user_put(arg_uaddr(a->a1), &ts) : OK;
}

err_t sys_clock_settime(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_timespec ts = {};
	i32 clock = arg_int(a->a0);
	u64 ns = 0, now = 0;
	(void)ret;
	if (clock < 0) { /* the clock of a process or thread: none may be set */
		TRY(user_get(arg_uaddr(a->a1), &ts));
		return clock_number_read(self, clock, &now) ? ERR_PERM : ERR_INVAL;
	}
	if (clock != CLOCK_REALTIME)
		return ERR_INVAL;
	TRY(user_get(arg_uaddr(a->a1), &ts));
	TRY(timespec_to_ns(&ts, &ns));
	if (!cred_has_cap(thread_cred(self), CAP_SYS_TIME))
		return ERR_PERM;
	return clock_set_realtime(ns);
}
