/* SPDX-License-Identifier: MPL-2.0 */
/* pid_show - the shorter texts about a process.  Spec: proc_pid(5) and the page of each file. */
#include "abi/resource.h"
#include "fs/mount.h"
#include "fs/procfs/subject.h"
#include "vm/oom.h"

enum : usize { PIECE = 512 };

/* ---- what stands in its memory ---- */

static void put_memory(struct vmspace *space, u64 from, u64 to, struct text *t)
{
	while (from < to) {
		u8 piece[PIECE] = {};
		usize done = 0;
		struct span part = span_sub(span_of(piece), 0,
					    (usize)min_of(to - from, (u64)PIECE));
		err_t err = vmspace_read(space, uaddr_of(from), part, &done);
		text_put(t, str_of(span_const(span_sub(part, 0, done))));
		if (err != OK || done == 0)
			return;
		from += done;
	}
}

/*
 * A program that overwrote its arguments with a title (setproctitle) ends them without a NUL: the
 * title then goes on up to the first NUL, into the place of the environment.
 */
static void put_title(struct vmspace *space, const struct mm_layout *l, struct text *t)
{
	u64 at = l->arg_start;
	while (at < l->env_end) {
		u8 piece[PIECE] = {};
		usize done = 0;
		struct span part = span_sub(span_of(piece), 0,
					    (usize)min_of(l->env_end - at, (u64)PIECE));
		err_t err = vmspace_read(space, uaddr_of(at), part, &done);
		struct str s = str_of(span_const(span_sub(part, 0, done)));
		usize end = str_find(s, '\0', 0);
		text_put(t, str_sub(s, 0, end));
		if (err != OK || done == 0 || end < str_len(s))
			return;
		at += done;
	}
}

err_t show_pid_cmdline(const struct proc_subject *s, struct text *t)
{
	SCOPED_REF(vmspace, space);
	struct mm_layout l = {};
	u8 last[1] = {};
	usize done = 0;
	if (!subject_space(s, &space))
		return OK;
	struct vmspace *v = vmspace_get(&space);
	mm_get_layout(mm_of(v), &l);
	if (l.arg_start >= l.arg_end)
		return OK;
	if (vmspace_read(v, uaddr_of(l.arg_end - 1), span_of(last), &done) == OK && last[0] != 0)
		put_title(v, &l, t);
	else
		put_memory(v, l.arg_start, l.arg_end, t);
	return OK;
}

err_t show_pid_environ(const struct proc_subject *s, struct text *t)
{
	SCOPED_REF(vmspace, space);
	struct mm_layout l = {};
	if (!subject_space(s, &space))
		return OK;
	mm_get_layout(mm_of(vmspace_get(&space)), &l);
	put_memory(vmspace_get(&space), l.env_start, l.env_end, t);
	return OK;
}

err_t show_pid_auxv(const struct proc_subject *s, struct text *t)
{
	SCOPED_REF(vmspace, space);
	u8 auxv[MM_AUXV_BYTES] = {};
	if (!subject_space(s, &space))
		return OK;
	usize n = mm_get_auxv(mm_of(vmspace_get(&space)), span_of(auxv));
	text_put(t, str_of(span_const(span_sub(span_of(auxv), 0, n))));
	return OK;
}

/* ---- names and numbers ---- */

err_t show_pid_comm(const struct proc_subject *s, struct text *t)
{
	struct process_info i = {};
	subject_info(s, &i);
	proc_put_name(t, info_comm(&i));
	text_put_char(t, '\n');
	return OK;
}

/* Only the process itself may change it. */
err_t write_pid_comm(const struct proc_subject *s, struct str text)
{
	struct thread *self = proc_caller();
	if (self != nullptr && thread_process(self) != process_get(&s->process))
		return ERR_INVAL;
	if (thread_is_null(&s->thread))
		return ERR_SRCH;
	struct str name = str_until_nul(str_bytes(text));
	thread_set_comm(thread_get(&s->thread),
			str_sub(name, 0, min_of(str_len(name), (usize)COMM_BYTES - 1)));
	return OK;
}

err_t show_pid_wchan(const struct proc_subject *s, struct text *t)
{
	struct process_info i = {};
	subject_info(s, &i);
	struct str place = str_until_nul(cspan_of(i.wait_channel));
	text_put(t, proc_may_inspect(s) == OK && str_len(place) != 0 ? place : STR("0"));
	return OK;
}

err_t show_pid_cgroup(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR("0::/\n"));
	return OK;
}

err_t show_pid_personality(const struct proc_subject *s, struct text *t)
{
	FMT(t, "{08x}\n", process_personality(process_get(&s->process)));
	return OK;
}

/* What is counted of input and output: nothing. */
err_t show_pid_io(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR("rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\n"
			"cancelled_write_bytes: 0\n"));
	return OK;
}

/* Nobody has logged in, as far as the kernel knows. */
err_t show_pid_no_id(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR("4294967295"));
	return OK;
}

err_t show_pid_id_map(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR("         0          0 4294967295\n"));
	return OK;
}

/* ---- out of memory ---- */

static i32 oom_adj(const struct proc_subject *s)
{
	struct process_info i = {};
	process_get_info(process_get(&s->process), &i);
	return i.oom_score_adj;
}

/* In thousandths of all memory, shifted so that an ordinary process is at 666. */
err_t show_pid_oom_score(const struct proc_subject *s, struct text *t)
{
	SCOPED_REF(vmspace, space);
	struct frame_stats f = {};
	u64 score = 0;
	frame_stats(&f);
	if (subject_space(s, &space)) {
		i64 adj = oom_adj(s);
		i64 points = (i64)(vmspace_resident_pages(vmspace_get(&space)) * 1000 /
				   max_of(f.total_pages, (u64)1));
		score = adj <= -1000 ? 0 : (u64)max_of((1000 + points + adj) * 2 / 3, (i64)0);
	}
	FMT(t, "{}\n", score);
	return OK;
}

err_t show_pid_oom_score_adj(const struct proc_subject *s, struct text *t)
{
	FMT(t, "{}\n", oom_adj(s));
	return OK;
}

/* Making oneself less likely a victim needs CAP_SYS_RESOURCE. */
err_t write_pid_oom_score_adj(const struct proc_subject *s, struct str text)
{
	struct thread *self = proc_caller();
	struct str line = str_sub(text, 0, str_find(text, '\n', 0));
	bool is_negative = str_len(line) != 0 && str_get(line, 0) == '-';
	u64 amount = 0;
	if (!str_to_u64(is_negative ? str_from(line, 1) : line, 10, &amount) || amount > 1000)
		return ERR_INVAL;
	i32 adj = is_negative ? -(i32)amount : (i32)amount;
	if (adj < oom_adj(s) && self != nullptr &&
	    !cred_has_cap(thread_cred(self), CAP_SYS_RESOURCE))
		return ERR_ACCES;
	process_set_oom_score_adj(process_get(&s->process), adj);
	return OK;
}

/* Others' slack is for those who may change their priorities. */
static err_t may_see_slack(const struct proc_subject *s)
{
	struct thread *self = proc_caller();
	if (thread_is_null(&s->thread))
		return ERR_SRCH;
	if (self == nullptr || self == thread_get(&s->thread))
		return OK;
	return cred_has_cap(thread_cred(self), CAP_SYS_NICE) ? OK : ERR_PERM;
}

err_t show_pid_timerslack(const struct proc_subject *s, struct text *t)
{
	TRY(may_see_slack(s));
	FMT(t, "{}\n", thread_slack(thread_get(&s->thread)));
	return OK;
}

err_t write_pid_timerslack(const struct proc_subject *s, struct str text)
{
	u64 ns = 0;
	if (!str_to_u64(str_sub(text, 0, str_find(text, '\n', 0)), 10, &ns))
		return ERR_INVAL;
	TRY(may_see_slack(s));
	thread_set_slack(thread_get(&s->thread), ns);
	return OK;
}

/* ---- limits ---- */

struct limit_name {
	struct str name, unit;
};
static const struct limit_name limit_names[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = { STR("Max cpu time"), STR("seconds") },
	[RLIMIT_FSIZE] = { STR("Max file size"), STR("bytes") },
	[RLIMIT_DATA] = { STR("Max data size"), STR("bytes") },
	[RLIMIT_STACK] = { STR("Max stack size"), STR("bytes") },
	[RLIMIT_CORE] = { STR("Max core file size"), STR("bytes") },
	[RLIMIT_RSS] = { STR("Max resident set"), STR("bytes") },
	[RLIMIT_NPROC] = { STR("Max processes"), STR("processes") },
	[RLIMIT_NOFILE] = { STR("Max open files"), STR("files") },
	[RLIMIT_MEMLOCK] = { STR("Max locked memory"), STR("bytes") },
	[RLIMIT_AS] = { STR("Max address space"), STR("bytes") },
	[RLIMIT_LOCKS] = { STR("Max file locks"), STR("locks") },
	[RLIMIT_SIGPENDING] = { STR("Max pending signals"), STR("signals") },
	[RLIMIT_MSGQUEUE] = { STR("Max msgqueue size"), STR("bytes") },
	[RLIMIT_NICE] = { STR("Max nice priority"), STR("") },
	[RLIMIT_RTPRIO] = { STR("Max realtime priority"), STR("") },
	[RLIMIT_RTTIME] = { STR("Max realtime timeout"), STR("us") },
};

static void put_limit(struct text *t, u64 v)
{
	if (v == RLIM_INFINITY)
		FMT(t, "{<20} ", STR("unlimited"));
	else
		FMT(t, "{<20} ", v);
}

err_t show_pid_limits(const struct proc_subject *s, struct text *t)
{
	FMT(t, "{<25} {<20} {<20} {<10}\n", STR("Limit"), STR("Soft Limit"), STR("Hard Limit"),
	    STR("Units"));
	for (u32 r = 0; r < RLIM_NLIMITS; r++) {
		u64 soft = 0, hard = 0;
		const struct limit_name *l = &array_at(limit_names, r);
		process_get_rlimit(process_get(&s->process), r, &soft, &hard);
		FMT(t, "{<25} ", l->name);
		put_limit(t, soft);
		put_limit(t, hard);
		if (str_len(l->unit) != 0)
			FMT(t, "{<10}", l->unit);
		text_put_char(t, '\n');
	}
	return OK;
}

/* ---- mounts ---- */

static err_t show_mounts(const struct proc_subject *s, struct text *t, enum mounts_style style)
{
	struct path root CLEANUP(path_drop) = {};
	SCOPED_REF(fs_ctx, fs);
	if (thread_is_null(&s->thread) || !thread_get_fs(thread_get(&s->thread), &fs))
		return ERR_INVAL;
	fs_ctx_root(fs_ctx_get(&fs), &root);
	mounts_show(&root, style, t);
	return OK;
}

err_t show_pid_mounts(const struct proc_subject *s, struct text *t)
{
	return show_mounts(s, t, MOUNTS_TABLE);
}

err_t show_pid_mountinfo(const struct proc_subject *s, struct text *t)
{
	return show_mounts(s, t, MOUNTS_INFO);
}
