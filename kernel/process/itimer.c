/* SPDX-License-Identifier: MPL-2.0 */
/*
 * itimer - the three interval timers of a process: getitimer(2), setitimer(2), alarm(2).
 */
#include "process/internal.h"
#include "process/timers.h"
#include "time/clock.h"

enum : u64 {
	SHORTEST_PERIOD_NS = 50000
}; /* a program that asks for more interrupts than that gets these */

static void real_timer_fired(struct timer *t)
{
	struct process *p = TIMER_OWNER(t, struct process, real_timer);
	u64 interval = atomic_u64_load(&p->real_interval_ns);
	u64 deadline = atomic_u64_load(&p->real_deadline_ns);
	struct siginfo info = siginfo_kernel(SIGALRM);
	if (interval != 0) {
		u64 now = clock_monotonic_ns();
		u64 next = deadline_after(deadline, interval);
		next = max_of(next, now + SHORTEST_PERIOD_NS);
		atomic_u64_store(&p->real_deadline_ns, next);
		timer_arm(t, next);
	} else {
		atomic_u64_store(&p->real_deadline_ns, 0);
	}
	(void)signal_post(p, nullptr, &info);
}

void itimer_init(struct process *p)
{
	timer_init(&p->real_timer, real_timer_fired);
}

void itimer_stop(struct process *p)
{
	atomic_u64_store(&p->real_interval_ns, 0);
	(void)timer_cancel(&p->real_timer);
}

static void get_real(struct process *p, struct timer_value *out)
{
	u64 deadline = atomic_u64_load(&p->real_deadline_ns);
	u64 now = clock_monotonic_ns();
	out->interval_ns = atomic_u64_load(&p->real_interval_ns);
	out->left_ns = 0;
	if (deadline != 0)
		out->left_ns = deadline > now ? deadline - now
					      : NSEC_PER_USEC; /* due, but not yet 0 */
}

static void set_real(struct process *p, const struct timer_value *v)
{
	/* Without an interval a callback that runs now does not arm it again. */
	atomic_u64_store(&p->real_interval_ns, 0);
	(void)timer_cancel(&p->real_timer);
	atomic_u64_store(&p->real_deadline_ns, 0);
	if (v->left_ns == 0)
		return;
	u64 deadline = deadline_after(clock_monotonic_ns(), v->left_ns);
	atomic_u64_store(&p->real_interval_ns, v->interval_ns);
	atomic_u64_store(&p->real_deadline_ns, deadline);
	timer_arm(&p->real_timer, deadline);
}

/* The timer that which names, and the time that it counts. */
static struct interval_timer *cpu_timer(struct process *p, u32 which, u64 *used) HOLDS(signal)
{
	struct usage u = {};
	process_usage(p, &u);
	*used = which == ITIMER_VIRTUAL ? u.utime_ns : u.utime_ns + u.stime_ns;
	return which == ITIMER_VIRTUAL ? &p->virtual_timer : &p->prof_timer;
}

static void get_cpu(struct process *p, u32 which, struct timer_value *out)
{
	GUARD(signal, &p->lock);
	u64 used = 0;
	const struct interval_timer *t = cpu_timer(p, which, &used);
	out->interval_ns = t->interval_ns;
	out->left_ns = 0;
	if (t->value_ns != 0)
		out->left_ns = t->value_ns > used ? t->value_ns - used : NSEC_PER_USEC;
}

static void set_cpu(struct process *p, u32 which, const struct timer_value *v)
{
	GUARD(signal, &p->lock);
	u64 used = 0;
	struct interval_timer *t = cpu_timer(p, which, &used);
	t->value_ns = v->left_ns == 0 ? 0 : deadline_after(used, v->left_ns);
	t->interval_ns = v->interval_ns;
	if (t->value_ns != 0)
		atomic_u32_store(&p->has_cpu_timers, 1);
}

void itimer_get(struct process *p, u32 which, struct timer_value *out)
{
	if (which == ITIMER_REAL)
		get_real(p, out);
	else
		get_cpu(p, which, out);
}

void itimer_set(struct process *p, u32 which, const struct timer_value *v)
{
	if (which == ITIMER_REAL)
		set_real(p, v);
	else
		set_cpu(p, which, v);
}
