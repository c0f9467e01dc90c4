/* SPDX-License-Identifier: MPL-2.0 */
/* pid - /proc/PID and /proc/PID/task: the tables of their files, lookups and listings.  Spec:
 * proc_pid(5). */
#include "fs/procfs/show.h"

enum : u32 {
	R = S_IFREG | 0444,
	RW = S_IFREG | 0644,
	PRIVATE = S_IFREG | 0400,
	LINK = S_IFLNK | 0777
};
enum : u32 { DIR = S_IFDIR | 0555, PRIVATE_DIR = S_IFDIR | 0500 };

static const struct proc_entry entries[] = {
	{ STR("stat"), R, 0, nullptr, show_pid_stat, nullptr },
	{ STR("status"), R, 0, nullptr, show_pid_status, nullptr },
	{ STR("statm"), R, 0, nullptr, show_pid_statm, nullptr },
	{ STR("sched"), R, 0, nullptr, show_pid_sched, nullptr },
	{ STR("schedstat"), R, 0, nullptr, show_pid_schedstat, nullptr },
	{ STR("cmdline"), R, 0, nullptr, show_pid_cmdline, nullptr },
	{ STR("comm"), RW, 0, nullptr, show_pid_comm, write_pid_comm },
	{ STR("fd"), PRIVATE_DIR, 0, &proc_fd_dir_ops, nullptr, nullptr },
	{ STR("fdinfo"), PRIVATE_DIR, 0, &proc_fdinfo_dir_ops, nullptr, nullptr },
	{ STR("exe"), LINK, 0, &proc_exe_ops, nullptr, nullptr },
	{ STR("cwd"), LINK, 0, &proc_cwd_ops, nullptr, nullptr },
	{ STR("root"), LINK, 0, &proc_root_ops, nullptr, nullptr },
	{ STR("task"), DIR, PROC_GROUP, &proc_task_dir_ops, nullptr, nullptr },
	{ STR("maps"), R, PROC_INSPECT, nullptr, show_pid_maps, nullptr },
	{ STR("smaps"), R, PROC_INSPECT, nullptr, show_pid_smaps, nullptr },
	{ STR("mem"), S_IFREG | 0600, 0, &proc_mem_ops, nullptr, nullptr },
	{ STR("environ"), PRIVATE, PROC_INSPECT, nullptr, show_pid_environ, nullptr },
	{ STR("auxv"), PRIVATE, PROC_INSPECT, nullptr, show_pid_auxv, nullptr },
	{ STR("mounts"), R, 0, nullptr, show_pid_mounts, nullptr },
	{ STR("mountinfo"), R, 0, nullptr, show_pid_mountinfo, nullptr },
	{ STR("limits"), R, 0, nullptr, show_pid_limits, nullptr },
	{ STR("io"), PRIVATE, PROC_INSPECT, nullptr, show_pid_io, nullptr },
	{ STR("wchan"), R, 0, nullptr, show_pid_wchan, nullptr },
	{ STR("oom_score"), R, 0, nullptr, show_pid_oom_score, nullptr },
	{ STR("oom_score_adj"), RW, 0, nullptr, show_pid_oom_score_adj, write_pid_oom_score_adj },
	{ STR("timerslack_ns"), S_IFREG | 0666, PROC_GROUP, nullptr, show_pid_timerslack,
	  write_pid_timerslack },
	{ STR("cgroup"), R, 0, nullptr, show_pid_cgroup, nullptr },
	{ STR("personality"), PRIVATE, PROC_INSPECT, nullptr, show_pid_personality, nullptr },
	{ STR("loginuid"), R, 0, nullptr, show_pid_no_id, nullptr },
	{ STR("sessionid"), R, 0, nullptr, show_pid_no_id, nullptr },
	{ STR("uid_map"), R, 0, nullptr, show_pid_id_map, nullptr },
	{ STR("gid_map"), R, 0, nullptr, show_pid_id_map, nullptr },
#ifdef OSXTD_DEBUG
	{ STR("fail-nth"), RW, PROC_INSPECT, nullptr, show_fail_nth, write_fail_nth },
	{ STR("make-it-fail"), RW, PROC_INSPECT, nullptr, show_make_it_fail, write_make_it_fail },
#endif
};

const struct proc_entry proc_pid_entry = {
	STR("pid"), DIR, 0, &proc_pid_dir_ops, nullptr, nullptr
};

static bool is_listed(const struct proc_entry *e, bool is_thread)
{
	return !is_thread || (e->flags & PROC_GROUP) == 0;
}

static err_t pid_lookup(struct inode *dir, struct str name, struct inode_ref *out)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	if (proc_subject_of(proc_inode_of(dir), &s) != OK)
		return ERR_NOENT;
	for (usize i = 0; i < array_len(entries); i++) {
		const struct proc_entry *e = &array_at(entries, i);
		if (str_equal(e->name, name) && is_listed(e, s.is_thread))
			return proc_inode_new(e, &s, 0, out);
	}
	return ERR_NOENT;
}

static err_t pid_readdir(struct inode *dir, struct dir_sink *sink, u64 *pos)
{
	struct proc_inode *p = proc_inode_of(dir);
	SCOPED(proc_subject, s, proc_subject_fini);
	if (proc_subject_of(p, &s) != OK)
		return ERR_NOENT;
	for (; *pos - 2 < array_len(entries); (*pos)++) {
		const struct proc_entry *e = &array_at(entries, *pos - 2);
		if (!is_listed(e, s.is_thread))
			continue;
		u64 ino = proc_ino(p->pid, p->tid, e, 0);
		if (!dir_emit(sink, e->name, ino, (u8)((e->mode & S_IFMT) >> 12), *pos + 1))
			return OK;
	}
	return OK;
}

const struct inode_ops proc_pid_dir_ops = { .lookup = pid_lookup, .readdir = pid_readdir };

/* ---- task ---- */

static err_t task_lookup(struct inode *dir, struct str name, struct inode_ref *out)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	SCOPED(proc_subject, one, proc_subject_fini);
	i32 tid = 0;
	if (!proc_parse_number(name, &tid) || tid == 0 ||
	    proc_subject_of(proc_inode_of(dir), &s) != OK)
		return ERR_NOENT;
	if (tid == process_pid(process_get(&s.process)) && thread_is_null(&s.thread))
		return proc_inode_new(&proc_pid_entry, &s, 0,
				      out); /* a zombie stands for its only thread */
	TRY(proc_find_thread(&s, tid, &one));
	return proc_inode_new(&proc_pid_entry, &one, 0, out);
}

/* The thread with the lowest number above after; of a zombie, the process itself. */
static bool next_task(const struct proc_subject *s, i32 after, i32 *tid)
{
	SCOPED_REF(thread, t);
	i32 pid = process_pid(process_get(&s->process));
	if (thread_is_null(&s->thread)) {
		*tid = pid;
		return after < pid;
	}
	if (!process_next_thread(process_get(&s->process), after, &t))
		return false;
	*tid = thread_tid(thread_get(&t));
	return true;
}

static err_t task_readdir(struct inode *dir, struct dir_sink *sink, u64 *pos)
{
	struct proc_inode *p = proc_inode_of(dir);
	SCOPED(proc_subject, s, proc_subject_fini);
	i32 tid = 0;
	if (proc_subject_of(p, &s) != OK)
		return ERR_NOENT;
	/* Thread n is at position n + 2. */
	while (next_task(&s, (i32)(*pos - 2) - 1, &tid)) {
		u8 digits[16] = {};
		struct text name = text_in(span_of(digits));
		FMT(&name, "{}", tid);
		u64 ino = proc_ino(p->pid, tid, &proc_pid_entry, 0);
		if (!dir_emit(sink, text_str(&name), ino, S_IFDIR >> 12, (u64)tid + 3))
			return OK;
		*pos = (u64)tid + 3;
	}
	return OK;
}

static err_t task_getattr(struct inode *i, struct file_stat *st)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	struct process_info info = {};
	if (proc_subject_of(proc_inode_of(i), &s) != OK)
		return OK;
	process_get_info(process_get(&s.process), &info);
	st->nlink = 2 + info.threads;
	return OK;
}

const struct inode_ops proc_task_dir_ops = { .lookup = task_lookup,
					     .readdir = task_readdir,
					     .getattr = task_getattr };
