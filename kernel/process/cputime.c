/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cputime - what threads and processes used, and what happens when that reaches a limit or a timer.
 *
 * The time on a CPU is exact (the scheduler measures each turn).  Its split into user and system
 * time is by samples: ticks that met the thread in user mode against all ticks that met it.
 */
#include "process/internal.h"
#include "sched/sched.h"

static u64 share(u64 total, u64 part, u64 whole)
{
	/* total * part / whole without overflow: nanoseconds times ticks may exceed 64 bits after
	 * months. */
	u64 product = 0;
	if (ckd_mul(total, part, &product))
		return product / whole;
	return total / whole * part;
}

void thread_usage(struct thread *t, struct usage *out)
{
	u64 total = sched_exec_ns(&t->task);
	u32 ticks = atomic_u32_load(&t->task.sched.ticks);
	u32 user = min_of(atomic_u32_load(&t->user_ticks), ticks);
	u64 stime = ticks == 0 ? 0 : share(total, ticks - user, ticks);
	/* Neither part ever goes back, whatever later samples say of earlier time. */
	stime = max_of(stime, t->shown_stime_ns);
	stime = min_of(stime, total);
	u64 utime = total - stime;
	if (utime < t->shown_utime_ns) {
		utime = min_of(t->shown_utime_ns, total);
		stime = total - utime;
	}
	t->shown_utime_ns = utime;
	t->shown_stime_ns = stime;
	*out = (struct usage){
		.utime_ns = utime,
		.stime_ns = stime,
		.minor_faults = atomic_u64_load(&t->minor_faults),
		.major_faults = atomic_u64_load(&t->major_faults),
		.voluntary = atomic_u64_load(&t->task.sched.voluntary),
		.involuntary = atomic_u64_load(&t->task.sched.preemptions),
	};
}

void usage_add(struct usage *to, const struct usage *more)
{
	to->utime_ns += more->utime_ns;
	to->stime_ns += more->stime_ns;
	to->minor_faults += more->minor_faults;
	to->major_faults += more->major_faults;
	to->voluntary += more->voluntary;
	to->involuntary += more->involuntary;
	to->max_resident_pages = max_of(to->max_resident_pages, more->max_resident_pages);
}

void process_usage(struct process *p, struct usage *out)
{
	*out = p->dead_usage;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t)) {
		struct usage u = {};
		thread_usage(t, &u);
		usage_add(out, &u);
	}
}

u64 process_cpu_ns(struct process *p)
{
	u64 total = p->dead_usage.utime_ns + p->dead_usage.stime_ns;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t))
		total += sched_exec_ns(&t->task);
	return total;
}

/* ---- what time used sets off ---- */

static void post_plain(struct process *p, u32 signo) HOLDS(signal)
{
	struct siginfo info = siginfo_kernel(signo);
	SCOPED_REF(queued_signal, none);
	err_t err = OK;
	signal_post_locked(p, nullptr, &info, queued_signal_move(&none), &err);
}

static void check_interval(struct process *p, struct interval_timer *t, u64 used, u32 signo)
	HOLDS(signal)
{
	if (t->value_ns == 0 || used < t->value_ns)
		return;
	t->value_ns = t->interval_ns == 0 ? 0 : used + t->interval_ns;
	post_plain(p, signo);
}

/* RLIMIT_CPU: SIGXCPU each second over the soft limit, SIGKILL at the hard one. */
static void check_limit(struct process *p, u64 used_ns) HOLDS(signal)
{
	u64 soft = atomic_u64_load(&p->limits.soft[RLIMIT_CPU]);
	u64 hard = atomic_u64_load(&p->limits.hard[RLIMIT_CPU]);
	u64 used_s = used_ns / 1000000000;
	if (hard != RLIM_INFINITY && used_s >= hard) {
		post_plain(p, SIGKILL);
	} else if (soft != RLIM_INFINITY && used_s >= soft && used_s > p->cpu_limit_warned_s) {
		p->cpu_limit_warned_s = used_s;
		post_plain(p, SIGXCPU);
	}
}

void cputime_overrun(struct task *t)
{
	struct process *p = process_of(thread_of(t));
	GUARD(signal, &p->lock);
	post_plain(p, SIGXCPU);
}

void cputimers_check(struct thread *self)
{
	struct process *p = process_of(self);
	if (atomic_u32_load(&p->has_cpu_timers) == 0)
		return;
	GUARD(signal, &p->lock);
	struct usage used = {};
	process_usage(p, &used);
	u64 total = used.utime_ns + used.stime_ns;
	check_interval(p, &p->virtual_timer, used.utime_ns, SIGVTALRM);
	check_interval(p, &p->prof_timer, total, SIGPROF);
	check_limit(p, total);
	posix_timers_cpu(p);
}
