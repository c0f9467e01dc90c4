/* SPDX-License-Identifier: MPL-2.0 */
/* pid_stat - /proc/PID/stat and statm.  Spec: proc_pid_stat(5), proc_pid_statm(5). */
#include "abi/resource.h"
#include "abi/time.h"
#include "fs/procfs/subject.h"

enum : u64 { FLAG_RANDOMIZE = 0x400000, LOW_SIGNALS = 0x7fffffff };

struct stat_memory {
	u64 size_bytes, resident;
	struct mm_layout layout;
	bool is_shown; /* addresses may be told */
};

/* Without permission Linux shows 1 for the code's addresses and 0 for the others. */
NOINLINE static void get_memory(const struct proc_subject *s, struct stat_memory *m)
{
	SCOPED_REF(vmspace, space);
	if (!subject_space(s, &space))
		return;
	struct mm *mm = mm_of(vmspace_get(&space));
	struct mm_stats stats = {};
	mm_stats_quick(mm, &stats);
	m->size_bytes = stats.size * PAGE_SIZE;
	m->resident = stats.resident;
	m->layout.start_code = 1;
	m->layout.end_code = 1;
	m->is_shown = proc_may_inspect(s) == OK;
	if (m->is_shown)
		mm_get_layout(mm, &m->layout);
}

/* Each piece on a frame of its own: the arguments of many fields take room. */
NOINLINE static void put_identity(const struct process_info *i, struct text *t)
{
	FMT(t, "{} ({}) {c} {} {} {} {} {} {}", i->tid, info_comm(i), (u32)(u8)i->state, i->ppid,
	    i->pgid, i->sid, i->tty_device, i->tty_group, (u64)FLAG_RANDOMIZE);
}

NOINLINE static void put_times(const struct process_info *i, struct text *t)
{
	FMT(t, " {} {} {} {} {} {}", i->minor_faults, i->children_minor_faults, i->major_faults,
	    i->children_major_faults, i->utime_ns / NSEC_PER_TICK, i->stime_ns / NSEC_PER_TICK);
	FMT(t, " {} {} {} {} {} 0 {}", i->children_utime_ns / NSEC_PER_TICK,
	    i->children_stime_ns / NSEC_PER_TICK, i->priority, i->nice, i->threads,
	    i->start_ns / NSEC_PER_TICK);
}

NOINLINE static void put_signals(const struct process_info *i, bool is_shown, struct text *t)
{
	FMT(t, " {} {} {} {} {} 0 0 {} {} {} {} 0 0 0", i->pending & LOW_SIGNALS,
	    i->blocked & LOW_SIGNALS, i->ignored & LOW_SIGNALS, i->caught & LOW_SIGNALS,
	    (u32)(is_shown && i->state != 'R'), i->exit_signal, i->cpu, i->rt_priority, i->policy);
}

err_t show_pid_stat(const struct proc_subject *s, struct text *t)
{
	struct process_info i = {};
	struct stat_memory m = {};
	u64 rss_limit = 0, rss_hard = 0;
	subject_info(s, &i);
	get_memory(s, &m);
	process_get_rlimit(process_get(&s->process), RLIMIT_RSS, &rss_limit, &rss_hard);
	put_identity(&i, t);
	put_times(&i, t);
	FMT(t, " {} {} {} {} {} {} 0 0", m.size_bytes, m.resident, rss_limit, m.layout.start_code,
	    m.layout.end_code, m.layout.start_stack);
	bool is_shown = proc_may_inspect(s) == OK;
	put_signals(&i, is_shown, t);
	FMT(t, " {} {} {} {} {} {} {} {}\n", m.layout.start_data, m.layout.end_data,
	    m.layout.start_brk, m.layout.arg_start, m.layout.arg_end, m.layout.env_start,
	    m.layout.env_end, is_shown ? i.exit_code : 0);
	return OK;
}

err_t show_pid_statm(const struct proc_subject *s, struct text *t)
{
	SCOPED_REF(vmspace, space);
	struct mm_stats m = {};
	if (subject_space(s, &space))
		mm_stats(mm_of(vmspace_get(&space)), &m);
	FMT(t, "{} {} {} {} 0 {} 0\n", m.size, m.resident, m.shared_pages, m.code,
	    m.data + m.stack);
	return OK;
}
