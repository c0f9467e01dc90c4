/* SPDX-License-Identifier: MPL-2.0 */
/* sysctl_sched - the scheduler's settings below /proc/sys/kernel.  Spec: sched(7). */
#include "fs/procfs/show.h"
#include "sched/sched.h"

static err_t show_number(struct text *t, i64 v)
{
	FMT(t, "{}\n", v);
	return OK;
}

/* A whole number, perhaps with a sign. */
static err_t take_signed(struct str text, i64 *out)
{
	struct str line = proc_first_line(text);
	bool is_negative = str_starts_with(line, STR("-"));
	u64 v = 0;
	if (is_negative)
		line = str_from(line, 1);
	if (!str_to_u64(line, 10, &v) || v > INT32_MAX)
		return ERR_INVAL;
	*out = is_negative ? -(i64)v : (i64)v;
	return OK;
}

struct rt_limit {
	i64 runtime_us, period_us;
};

static struct rt_limit limit(void)
{
	struct rt_limit l = {};
	sched_rt_limit(&l.runtime_us, &l.period_us);
	return l;
}

err_t show_rt_period(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return show_number(t, limit().period_us);
}

err_t show_rt_runtime(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return show_number(t, limit().runtime_us);
}

err_t write_rt_period(const struct proc_subject *s, struct str text)
{
	(void)s;
	i64 us = 0;
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	TRY(take_signed(text, &us));
	return sched_set_rt_limit(limit().runtime_us, us);
}

err_t write_rt_runtime(const struct proc_subject *s, struct str text)
{
	(void)s;
	i64 us = 0;
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	TRY(take_signed(text, &us));
	return sched_set_rt_limit(us, limit().period_us);
}

err_t show_rr_timeslice(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return show_number(t, (i64)(SCHED_RR_TURN_NS / 1000000));
}
