/* SPDX-License-Identifier: MPL-2.0 */
/* sysctl_hung - /proc/sys/kernel/{hung_task_timeout_secs,watchdog_thresh} of debug kernels.
 * Spec: Linux's admin-guide/sysctl/kernel: a soft lockup is one of twice watchdog_thresh. */
#include <osxtd/watchdog.h>

#include "fs/procfs/show.h"

enum : u64 { SECOND = 1000000000, HUNG_MAX = UINT64_MAX / SECOND, THRESH_MAX = 60 };

static err_t read_seconds(struct str text, u64 max, u64 *out)
{
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	if (!str_to_u64(proc_first_line(text), 10, out) || *out > max)
		return ERR_INVAL;
	return OK;
}

err_t show_hung_task_timeout(const struct proc_subject *s, struct text *t)
{
	(void)s;
	FMT(t, "{}\n", hung_task_timeout_ns() / SECOND);
	return OK;
}

err_t write_hung_task_timeout(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 v = 0;
	TRY(read_seconds(text, HUNG_MAX, &v));
	hung_task_set_timeout_ns(v * SECOND);
	return OK;
}

err_t show_watchdog_thresh(const struct proc_subject *s, struct text *t)
{
	(void)s;
	FMT(t, "{}\n", soft_lockup_limit_ns() / SECOND / 2);
	return OK;
}

err_t write_watchdog_thresh(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 v = 0;
	TRY(read_seconds(text, THRESH_MAX, &v));
	soft_lockup_set_limit_ns(v * 2 * SECOND);
	return OK;
}
