/* SPDX-License-Identifier: MPL-2.0 */
/* pid_status - /proc/PID/status.  Spec: proc_pid_status(5). */
#include "fs/procfs/subject.h"

enum : u64 { KIB_PER_PAGE = PAGE_SIZE / 1024 };

static struct str state_name(char state)
{
	switch (state) {
	case 'R':
		return STR("running");
	case 'S':
		return STR("sleeping");
	case 'D':
		return STR("disk sleep");
	case 'T':
		return STR("stopped");
	case 't':
		return STR("tracing stop");
	case 'Z':
		return STR("zombie");
	case 'I':
		return STR("idle");
	default:
		return STR("dead");
	}
}

static void put_identity(const struct proc_subject *s, const struct process_info *i, struct text *t)
{
	SCOPED_REF(fs_ctx, fs);
	text_put(t, STR("Name:\t"));
	proc_put_name(t, info_comm(i));
	if (!thread_is_null(&s->thread) && thread_get_fs(thread_get(&s->thread), &fs))
		FMT(t, "\nUmask:\t{04o}", fs_ctx_umask(fs_ctx_get(&fs)));
	FMT(t, "\nState:\t{c} ({})\nTgid:\t{}\nNgid:\t0\nPid:\t{}\nPPid:\t{}\nTracerPid:\t0\n",
	    (u32)(u8)i->state, state_name(i->state), i->pid, i->tid, i->ppid);
}

static void put_ids(const struct cred *c, struct text *t)
{
	FMT(t, "Uid:\t{}\t{}\t{}\t{}\n", c->uid, c->euid, c->suid, c->fsuid);
	FMT(t, "Gid:\t{}\t{}\t{}\t{}\n", c->gid, c->egid, c->sgid, c->fsgid);
}

static void put_groups(const struct proc_subject *s, const struct cred *c,
		       const struct process_info *i, struct text *t)
{
	SCOPED_REF(fdtable, files);
	u32 size = 0;
	if (!thread_is_null(&s->thread) && thread_get_files(thread_get(&s->thread), &files))
		size = fdtable_size(fdtable_get(&files));
	FMT(t, "FDSize:\t{}\nGroups:\t", size);
	for (u32 g = 0; g < c->group_count; g++)
		FMT(t, "{} ", array_at(c->groups, g));
	if (c->group_count == 0)
		text_put_char(t, ' ');
	FMT(t, "\nNStgid:\t{}\nNSpid:\t{}\nNSpgid:\t{}\nNSsid:\t{}\n", i->pid, i->tid, i->pgid,
	    i->sid);
}

static void put_kib(struct text *t, struct str name, u64 pages)
{
	FMT(t, "{}:\t{8} kB\n", name, pages * KIB_PER_PAGE);
}

static void put_memory(const struct proc_subject *s, struct text *t)
{
	SCOPED_REF(vmspace, space);
	struct mm_stats m = {};
	if (!subject_space(s, &space))
		return;
	mm_stats(mm_of(vmspace_get(&space)), &m);
	put_kib(t, STR("VmPeak"), m.peak_size);
	put_kib(t, STR("VmSize"), m.size);
	put_kib(t, STR("VmLck"), m.locked);
	put_kib(t, STR("VmPin"), 0);
	put_kib(t, STR("VmHWM"), m.peak_resident);
	put_kib(t, STR("VmRSS"), m.resident);
	put_kib(t, STR("RssAnon"), m.resident - min_of(m.resident, m.shared_pages));
	put_kib(t, STR("RssFile"), min_of(m.resident, m.shared_pages));
	put_kib(t, STR("RssShmem"), 0);
	put_kib(t, STR("VmData"), m.data);
	put_kib(t, STR("VmStk"), m.stack);
	put_kib(t, STR("VmExe"), m.code);
	put_kib(t, STR("VmLib"), m.exe_lib);
	put_kib(t, STR("VmPTE"), m.tables);
	put_kib(t, STR("VmSwap"), 0);
	text_put(t, STR("HugetlbPages:\t       0 kB\nCoreDumping:\t0\nTHP_enabled:\t0\n"));
}

static void put_signals(const struct process_info *i, struct text *t)
{
	FMT(t, "Threads:\t{}\nSigQ:\t{}/{}\n", i->threads, i->queued_signals,
	    i->max_queued_signals);
	FMT(t, "SigPnd:\t{016x}\nShdPnd:\t{016x}\nSigBlk:\t{016x}\n", i->pending, i->shared_pending,
	    i->blocked);
	FMT(t, "SigIgn:\t{016x}\nSigCgt:\t{016x}\n", i->ignored, i->caught);
}

static void put_rights(const struct cred *c, const struct process_info *i, struct text *t)
{
	FMT(t,
	    "CapInh:\t{016x}\nCapPrm:\t{016x}\nCapEff:\t{016x}\nCapBnd:\t{016x}\nCapAmb:\t{016x}\n",
	    c->cap_inheritable, c->cap_permitted, c->cap_effective, c->cap_bounding,
	    c->cap_ambient);
	FMT(t, "NoNewPrivs:\t{}\nSeccomp:\t0\nSeccomp_filters:\t0\n", (u32)i->no_new_privs);
	text_put(t, STR("Speculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways "
			"enabled\n"));
}

/* "0-3,6" */
static void put_cpu_list(struct text *t, u64 cpus)
{
	bool is_first = true;
	for (u32 cpu = 0; cpu < CPU_MAX; cpu++) {
		if ((cpus >> cpu & 1) == 0)
			continue;
		u32 last = cpu;
		while (last + 1 < CPU_MAX && (cpus >> (last + 1) & 1) != 0)
			last++;
		FMT(t, "{}{}", is_first ? STR("") : STR(","), cpu);
		if (last != cpu)
			FMT(t, "-{}", last);
		is_first = false;
		cpu = last;
	}
}

static void put_cpus(const struct process_info *i, struct text *t)
{
	FMT(t, "Cpus_allowed:\t{x}\nCpus_allowed_list:\t", i->cpus_allowed);
	put_cpu_list(t, i->cpus_allowed);
	text_put(t, STR("\nMems_allowed:\t1\nMems_allowed_list:\t0\n"));
	FMT(t, "voluntary_ctxt_switches:\t{}\nnonvoluntary_ctxt_switches:\t{}\n",
	    i->voluntary_switches, i->involuntary_switches);
}

/* Who a zombie was is forgotten with its last thread: its numbers are root's. */
static err_t subject_cred(const struct proc_subject *s, struct cred_ref *out)
{
	if (thread_is_null(&s->thread))
		return cred_new_root(out);
	thread_get_cred(thread_get(&s->thread), out);
	return OK;
}

err_t show_pid_status(const struct proc_subject *s, struct text *t)
{
	struct process_info i = {};
	SCOPED_REF(cred, cred);
	subject_info(s, &i);
	TRY(subject_cred(s, &cred));
	put_identity(s, &i, t);
	put_ids(cred_get(&cred), t);
	put_groups(s, cred_get(&cred), &i, t);
	put_memory(s, t);
	put_signals(&i, t);
	put_rights(cred_get(&cred), &i, t);
	put_cpus(&i, t);
	return OK;
}
