/* SPDX-License-Identifier: MPL-2.0 */
/* sysctl_oops - /proc/sys/kernel/{oops_limit,panic_on_oops,tainted}.  Spec: proc_sys(5). */
#include <osxtd/oops.h>

#include "fs/procfs/show.h"

static err_t read_number(struct str text, u64 max, u64 *out)
{
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	if (!str_to_u64(proc_first_line(text), 10, out) || *out > max)
		return ERR_INVAL;
	return OK;
}

err_t show_oops_limit(const struct proc_subject *s, struct text *t)
{
	(void)s;
	FMT(t, "{}\n", oops_limit());
	return OK;
}

err_t write_oops_limit(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 v = 0;
	TRY(read_number(text, UINT32_MAX, &v));
	oops_set_limit((u32)v);
	return OK;
}

err_t show_panic_on_oops(const struct proc_subject *s, struct text *t)
{
	(void)s;
	FMT(t, "{}\n", oops_is_panic() ? 1u : 0u);
	return OK;
}

err_t write_panic_on_oops(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 v = 0;
	TRY(read_number(text, INT32_MAX, &v));
	oops_set_panic(v != 0);
	return OK;
}

err_t show_tainted(const struct proc_subject *s, struct text *t)
{
	(void)s;
	FMT(t, "{}\n", taint_flags());
	return OK;
}

/* Flags can be added, never removed. */
err_t write_tainted(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 v = 0;
	TRY(read_number(text, UINT64_MAX, &v));
	taint_add(v);
	return OK;
}
