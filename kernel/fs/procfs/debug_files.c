/* SPDX-License-Identifier: MPL-2.0 */
/*
 * debug_files - what a debug build alone has: /proc/sys/debug and a task's fail-nth.
 *
 * `counts` ends what waits and then lists what is handed out, for tests that look for leaks: pages
 * by kind, and of each pool its live elements and the references to them.
 *
 *   Spec:  Linux's Documentation/fault-injection/fault-injection.rst; `site` is ours: the name of a
 *          function below which allocations fail.
 */
#include <osxtd/counts.h>
#include <osxtd/fault_inject.h>

#include "fs/procfs/subject.h"

err_t show_counts(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct frame_stats f = {};
	struct pool_counts c = {};
	counts_settle();
	frame_stats(&f);
	FMT(t, "pages untyped {} tables {} stacks {} buffers {}\n", f.untyped_pages,
	    f.page_table_pages, f.stack_pages, f.meta_pages);
	for (u32 i = 0; pool_counts(i, &c); i++)
		FMT(t, "pool {} live {} references {}\n", c.name, c.live, c.references);
	return OK;
}

static struct str line_of(struct str text)
{
	return str_sub(text, 0, str_find(text, '\n', 0));
}

/* ---- one task ---- */

static struct task *task_of_subject(const struct proc_subject *s)
{
	return thread_is_null(&s->thread) ? nullptr : thread_task(thread_get(&s->thread));
}

err_t show_fail_nth(const struct proc_subject *s, struct text *t)
{
	const struct task *task = task_of_subject(s);
	FMT(t, "{}\n", task == nullptr ? 0 : fault_nth(task));
	return OK;
}

err_t write_fail_nth(const struct proc_subject *s, struct str text)
{
	struct task *task = task_of_subject(s);
	u64 nth = 0;
	if (!str_to_u64(line_of(text), 10, &nth) || nth > INT32_MAX)
		return ERR_INVAL;
	if (task == nullptr)
		return ERR_SRCH;
	fault_set_nth(task, (u32)nth);
	return OK;
}

err_t show_make_it_fail(const struct proc_subject *s, struct text *t)
{
	const struct task *task = task_of_subject(s);
	FMT(t, "{}\n", task != nullptr && fault_is_marked(task) ? 1 : 0);
	return OK;
}

err_t write_make_it_fail(const struct proc_subject *s, struct str text)
{
	struct task *task = task_of_subject(s);
	u64 v = 0;
	if (!str_to_u64(line_of(text), 10, &v) || v > 1)
		return ERR_INVAL;
	if (task == nullptr)
		return ERR_SRCH;
	fault_set_marked(task, v == 1);
	return OK;
}

/* ---- settings ---- */

err_t show_probability(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	FMT(t, "{}\n", f.probability);
	return OK;
}

err_t write_probability(const struct proc_subject *s, struct str text)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	if (!str_to_u64(line_of(text), 10, &f.probability) || f.probability > 100)
		return ERR_INVAL;
	fault_settings_set(&f);
	return OK;
}

err_t show_interval(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	FMT(t, "{}\n", f.interval);
	return OK;
}

err_t write_interval(const struct proc_subject *s, struct str text)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	if (!str_to_u64(line_of(text), 10, &f.interval))
		return ERR_INVAL;
	fault_settings_set(&f);
	return OK;
}

err_t show_times(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	FMT(t, "{}\n", (i64)f.times);
	return OK;
}

/* -1: for ever. */
err_t write_times(const struct proc_subject *s, struct str text)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	if (str_equal(line_of(text), STR("-1")))
		f.times = UINT64_MAX;
	else if (!str_to_u64(line_of(text), 10, &f.times))
		return ERR_INVAL;
	fault_settings_set(&f);
	return OK;
}

err_t show_space(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	FMT(t, "{}\n", f.space);
	return OK;
}

err_t write_space(const struct proc_subject *s, struct str text)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	if (!str_to_u64(line_of(text), 10, &f.space))
		return ERR_INVAL;
	fault_settings_set(&f);
	return OK;
}

err_t show_task_filter(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	text_put(t, f.task_filter ? STR("Y\n") : STR("N\n"));
	return OK;
}

err_t write_task_filter(const struct proc_subject *s, struct str text)
{
	(void)s;
	struct fault_settings f = {};
	struct str v = line_of(text);
	fault_settings_get(&f);
	f.task_filter = str_equal(v, STR("Y")) || str_equal(v, STR("1"));
	if (!f.task_filter && !str_equal(v, STR("N")) && !str_equal(v, STR("0")))
		return ERR_INVAL;
	fault_settings_set(&f);
	return OK;
}

err_t show_site(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct fault_settings f = {};
	fault_settings_get(&f);
	FMT(t, "{}\n", str_until_nul(cspan_of(f.site)));
	return OK;
}

err_t write_site(const struct proc_subject *s, struct str text)
{
	(void)s;
	struct fault_settings f = {};
	struct str name = line_of(text);
	fault_settings_get(&f);
	if (str_len(name) >= sizeof(f.site))
		return ERR_INVAL;
	span_fill(span_of(f.site), 0);
	span_copy(span_of(f.site), str_bytes(name));
	fault_settings_set(&f);
	return OK;
}
