/* SPDX-License-Identifier: MPL-2.0 */
/* pid_sched - /proc/PID/sched and schedstat.  Spec: proc_pid(5); Linux, Documentation/scheduler. */
#include "abi/sched.h"
#include "fs/procfs/subject.h"

enum : u64 { NS_PER_MS = 1000000 };

static void put_count(struct text *t, struct str name, u64 v)
{
	FMT(t, "{<45}:{21}\n", name, v);
}

static void put_time(struct text *t, struct str name, u64 ns)
{
	FMT(t, "{<45}:{14}.{06}\n", name, ns / NS_PER_MS, ns % NS_PER_MS);
}

err_t show_pid_sched(const struct proc_subject *s, struct text *t)
{
	enum : i32 { PRIO_OF_NICE_0 = 120, USER_PRIO_OF_NICE_0 = 20 };
	struct process_info i = {};
	subject_info(s, &i);
	FMT(t, "{} ({}, #threads: {})\n", info_comm(&i), i.tid, i.threads);
	for (u32 n = 0; n < 67; n++)
		text_put_char(t, '-');
	text_put_char(t, '\n');
	put_time(t, STR("se.vruntime"), i.virtual_ns);
	put_time(t, STR("se.sum_exec_runtime"), i.utime_ns + i.stime_ns);
	put_count(t, STR("nr_switches"), i.voluntary_switches + i.involuntary_switches);
	put_count(t, STR("nr_voluntary_switches"), i.voluntary_switches);
	put_count(t, STR("nr_involuntary_switches"), i.involuntary_switches);
	put_count(t, STR("se.load.weight"), i.weight);
	put_count(t, STR("policy"), i.policy);
	FMT(t, "{<45}:{21}\n", STR("prio"), i.priority + PRIO_OF_NICE_0 - USER_PRIO_OF_NICE_0);
	if (i.policy == SCHED_DEADLINE) {
		put_count(t, STR("dl.runtime"), i.deadline_left_ns);
		put_count(t, STR("dl.deadline"), i.deadline_due_ns);
	}
	return OK;
}

/* How long it waited for a CPU is not measured. */
err_t show_pid_schedstat(const struct proc_subject *s, struct text *t)
{
	struct process_info i = {};
	subject_info(s, &i);
	FMT(t, "{} 0 {}\n", i.utime_ns + i.stime_ns, i.voluntary_switches + i.involuntary_switches);
	return OK;
}
