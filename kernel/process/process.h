/* SPDX-License-Identifier: MPL-2.0 */
/*
 * process - processes (thread groups), threads, process groups and sessions as the floors above see
 * them.
 *
 * Every number is a key of a table; lookups return references.  What a process is made of stays in
 * process/internal.h.
 *
 *   Lifetime:  counted.  A process is in the table until its parent has waited for it; a thread
 * until it exits. Locking:   class process_tree (irq): tables, parents and children, groups and
 * sessions.  Taken inside; callers hold nothing. Context:   task context unless it says otherwise.
 *   Spec:      credentials(7), proc_pid_stat(5), setpgid(2), setsid(2).
 */
#pragma once
#include <osxtd/object.h>
#include <osxtd/vmspace.h>

#include "process/thread.h"
#include "security/cred.h"

struct process;
struct thread;
struct fdtable;
struct fs_ctx;
struct fdtable_ref;
struct fs_ctx_ref;
REF_TYPE(process);
REF_TYPE(thread);

enum : u32 { COMM_BYTES = 16 };
enum : i32 { PID_MAX_DEFAULT = 32768, PID_MAX_LIMIT = 4194304 };

/* ---- lookups; false: no such number ---- */
bool process_find(i32 pid, struct process_ref *out);
bool thread_find(i32 tid, struct thread_ref *out);
/* For readdir of /proc: the process with the lowest number above `after`; threads of one process
 * likewise. */
bool process_next(i32 after, struct process_ref *out);
bool process_next_thread(struct process *p, i32 after, struct thread_ref *out);
/* The first (lowest numbered) live thread: whose memory and files /proc/PID shows.  False for a
 * zombie. */
bool process_first_thread(struct process *p, struct thread_ref *out);

i32 process_pid(const struct process *p);
/* The process of a thread: borrowed as long as the thread. */
struct process *thread_process_of(struct thread *t);
u32 process_count(void);    /* processes */
u32 thread_count(void);	    /* threads alive */
i32 process_last_pid(void); /* for /proc/loadavg */
i32 pid_max(void);
/* ERR_INVAL outside 301 … PID_MAX_LIMIT. */
err_t pid_set_max(i32 max);

/* ---- a thread's parts, for procfs: one more reference; false when it has none (kernel task,
 * exiting) ---- */
bool thread_get_space(struct thread *t, struct vmspace_ref *out);
bool thread_get_files(struct thread *t, struct fdtable_ref *out);
bool thread_get_fs(struct thread *t, struct fs_ctx_ref *out);
void thread_get_cred(struct thread *t, struct cred_ref *out);
/* Of the thread of p that exited last: a zombie's; false when none has. */
bool process_get_last_cred(struct process *p, struct cred_ref *out);

/* ---- snapshots ---- */
struct process_info {
	char comm[COMM_BYTES]; /* NUL padded */
	char state;	       /* R S D T t Z X I */
	i32 tid, pid, ppid, pgid, sid;
	u32 tty_device; /* dev_t of the controlling terminal, 0: none */
	i32 tty_group;	/* its foreground group, -1: none */
	u64 utime_ns, stime_ns, children_utime_ns, children_stime_ns;
	u64 start_ns; /* since boot */
	u64 minor_faults, major_faults, children_minor_faults, children_major_faults;
	u64 voluntary_switches, involuntary_switches;
	i32 priority, nice; /* as in proc_pid_stat(5) */
	u32 policy, rt_priority;
	u64 virtual_ns, weight; /* of the fair class */
	u64 deadline_left_ns, deadline_due_ns;
	u32 threads;
	u32 cpu;
	u64 cpus_allowed;
	i32 exit_signal;
	i32 exit_code; /* wait status of a zombie */
	u64 pending, shared_pending, blocked, ignored, caught;
	u64 queued_signals, max_queued_signals;
	bool no_new_privs;
	i32 oom_score_adj;
	char wait_channel[16]; /* text for wchan; empty when running */
};
/* As a whole process (times summed over threads); of one thread. */
void process_get_info(struct process *p, struct process_info *out);
void thread_get_info(struct thread *t, struct process_info *out);
/* Soft and hard limit of a process; resource < RLIM_NLIMITS. */
void process_get_rlimit(struct process *p, u32 resource, u64 *soft, u64 *hard);
u32 process_personality(const struct process *p); /* personality(2) */
/* /proc/PID/comm, /proc/PID/oom_score_adj.  name is cut to 15 bytes. */
void thread_set_comm(struct thread *t, struct str name);
void thread_get_comm(struct thread *t, char (*out)[COMM_BYTES]);
void process_set_oom_score_adj(struct process *p, i32 adj);
/* How late the ends of a thread's sleeps may be; setting 0: what it was made with. */
u64 thread_slack(const struct thread *t);
void thread_set_slack(struct thread *t, u64 ns);
/* May viewer look into p (its memory, files, links)?  ptrace(2)'s access check for reading. */
bool process_may_inspect(struct thread *viewer, struct process *p);

/* Sums for /proc/stat. */
struct process_totals {
	u64 forks;
	u64 context_switches;
	u32 running, blocked;
	u64 user_ns, system_ns, idle_ns;
};
void process_get_totals(struct process_totals *out);
/* The times of one CPU. */
void process_get_cpu_totals(const struct process_totals *all, u32 cpu, struct process_totals *out);

/* Host and domain name of uname(2): text without NUL into out (64 bytes are enough). */
usize uts_hostname(struct span out);
usize uts_domainname(struct span out);
err_t uts_set_hostname(struct str name);
err_t uts_set_domainname(struct str name);

/* ---- the first process ---- */
struct init_ops {
	/* Runs on the new process's own thread: execs the program and returns; without one it does
	 * not return. */
	void (*start)(struct thread *self);
};
/* Makes process 1 and starts it; consumes files and fs.  ERR_NOMEM. */
err_t process_start_init(const struct init_ops *ops, struct fdtable_ref files,
			 struct fs_ctx_ref fs);
/* Once, before anything else of this floor: hooks into scheduler, faults, terminals, memory
 * shortage. */
void process_setup(void);
