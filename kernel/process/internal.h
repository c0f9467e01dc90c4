/* SPDX-License-Identifier: MPL-2.0 */
/*
 * internal - what processes and threads are made of; for the files of process/ only.
 *
 * P1: a process is in the table of its number, in its parent's list and in its group's list from
 * publication until it is reaped. P2: a thread is in its process's list, and under its own number
 * (when it is not the process's) in the table of threads, from publication until it exits. P3: live
 * == number of threads in the list; the thread that makes it 0 turns the process into a zombie. P4:
 * a thread's own parts (files, fs, cred, mm) are replaced by that thread alone, under its process's
 * parts lock: itself may borrow them without the lock, others clone them under it.
 *
 * Lock order: process_tree, signal, then sighand or parts, which are leaves.
 */
#pragma once
#include <osxtd/buf.h>
#include <osxtd/timer.h>
#include <osxtd/tree.h>
#include <osxtd/waitq.h>

#include "abi/resource.h"
#include "abi/sched.h"
#include "abi/signal.h"
#include "arch/arch.h"
#include "device/tty_host.h"
#include "fs/fdtable.h"
#include "fs/fs_ctx.h"
#include "process/process.h"
#include "process/signal.h"
#include "vm/mm.h"

LOCK_CLASS(process_tree, irq);
LOCK_CLASS(signal, irq, AFTER(process_tree));
LOCK_CLASS(sighand, irq, AFTER(signal));
LOCK_CLASS(parts, irq, AFTER(signal));

/* Above the TASK_INTR_* bits: does not end sleeps, only makes the thread look for work before user
 * mode. */
enum : u32 { THREAD_WORK = 8 };

/* ---- signals ---- */
struct queued_signal {
	struct object object;
	struct list_link link OWNER(signal);
	struct siginfo info OWNER(signal);
	bool is_queued OWNER(signal); /* in the process whose lock this is */
	bool is_timer OWNER(signal);  /* belongs to a POSIX timer, which uses it again */
};
REF_TYPE(queued_signal);
LIST_TYPE(signal_queue, queued_signal, link);

struct pending_set {
	u64 set OWNER(signal); /* bit n-1: signal n is pending */
	/* not 0: the slot tells of this standard signal, which it spares an entry */
	u32 slot_signo OWNER(signal);
	struct siginfo slot OWNER(signal);
	/* what is known about the others; a standard signal may lack an entry */
	struct signal_queue queue OWNER(signal);
};

struct action_table {
	struct object object;
	struct abi_sigaction action[NSIG];
};
REF_TYPE(action_table);

/* The actions of a process, shared by CLONE_SIGHAND; the table is shared by fork until somebody
 * writes. */
struct sighand {
	struct object object;
	struct sighand_lock lock;
	struct action_table_ref table GUARDED(sighand); /* empty: all default */
	struct atomic_u64 ignored ATOMIC_ONLY;		/* signals whose handler is SIG_IGN */
	struct atomic_u64 caught ATOMIC_ONLY;		/* signals with a handler */
};
REF_TYPE(sighand);

enum : u64 {
	SIGNALS_STOP = (u64)1 << (SIGSTOP - 1) | (u64)1 << (SIGTSTP - 1) | (u64)1 << (SIGTTIN - 1) |
		       (u64)1 << (SIGTTOU - 1),
	SIGNALS_IGNORED = (u64)1 << (SIGCHLD - 1) | (u64)1 << (SIGURG - 1) |
			  (u64)1 << (SIGWINCH - 1) | (u64)1 << (SIGCONT - 1),
	SIGNALS_FAULT = (u64)1 << (SIGSEGV - 1) | (u64)1 << (SIGBUS - 1) | (u64)1 << (SIGILL - 1) |
			(u64)1 << (SIGTRAP - 1) | (u64)1 << (SIGFPE - 1) | (u64)1 << (SIGSYS - 1),
	SIGNALS_UNBLOCKABLE = (u64)1 << (SIGKILL - 1) | (u64)1 << (SIGSTOP - 1),
};

/* ---- groups and sessions ---- */
LIST_STRUCT(member_list);
struct session {
	struct object object;
	struct tree_link node;
	i32 id OWNER(publication);
	u32 groups OWNER(process_tree); /* groups that exist in it */
	struct tty_ref tty OWNER(process_tree);
};
REF_TYPE(session);
struct group {
	struct object object;
	struct tree_link node;
	i32 id OWNER(publication);
	struct session_ref session IMMUTABLE;
	struct member_list members OWNER(process_tree);
};
REF_TYPE(group);

/* ---- accounting ---- */
struct user_account { /* what one user id uses */
	struct object object;
	struct tree_link node;
	u32 uid IMMUTABLE;
	struct atomic_u32 threads ATOMIC_ONLY;
};
REF_TYPE(user_account);

struct usage {
	u64 utime_ns, stime_ns;
	u64 minor_faults, major_faults;
	u64 voluntary, involuntary;
	u64 max_resident_pages;
};

struct interval_timer { /* ITIMER_VIRTUAL, ITIMER_PROF: in time used */
	u64 value_ns;	/* expires when the clock reaches it; 0: off */
	u64 interval_ns;
};

struct rlimits {
	struct atomic_u64 soft[RLIM_NLIMITS], hard[RLIM_NLIMITS];
};

struct posix_timer;
REF_TYPE(posix_timer);
LIST_STRUCT(posix_timer_list);

/* ---- processes ---- */
LIST_STRUCT(child_list);
LIST_STRUCT(thread_list);

struct process {
	struct object object;
	struct tree_link node;
	i32 pid OWNER(
		publication); /* written once, under process_tree, before anybody can find it */
	struct signal_lock lock;
	struct parts_lock parts;

	struct process_ref parent GUARDED(process_tree); /* empty: init, or reaped */
	struct list_link sibling OWNER(process_tree);
	struct child_list children GUARDED(process_tree);
	struct group_ref group GUARDED(process_tree);
	struct list_link member OWNER(process_tree);
	bool is_zombie GUARDED(process_tree);
	bool is_reaped GUARDED(process_tree);
	bool is_subreaper GUARDED(process_tree);
	bool has_subreaper GUARDED(process_tree); /* an ancestor is one */
	bool has_execed
		GUARDED(process_tree); /* setpgid(2) by the parent is refused from then on */
	u32 stop_report GUARDED(process_tree); /* signal of a stop that nobody waited for */
	bool continue_report GUARDED(process_tree);
	u32 exit_signal GUARDED(process_tree);
	u32 wait_status GUARDED(process_tree);	/* of the zombie */
	u32 death_signal GUARDED(process_tree); /* PR_SET_PDEATHSIG */
	struct usage children_usage GUARDED(process_tree);
	struct usage final_usage GUARDED(process_tree); /* of the zombie */

	struct thread_list threads GUARDED(signal);
	u32 live GUARDED(signal);
	struct pending_set common GUARDED(signal);
	u32 queued_signals GUARDED(signal);
	bool is_exiting GUARDED(signal); /* all threads leave */
	u32 exit_status GUARDED(signal);
	i32 exec_tid GUARDED(signal);	    /* the thread that survives an exec; 0: none */
	u32 stop_signal GUARDED(signal);    /* not 0: the process stops or is stopped */
	u32 stop_left GUARDED(signal);	    /* threads that are still running */
	bool was_stopped GUARDED(signal);   /* all had stopped: SIGCONT is worth a report */
	bool resume_report GUARDED(signal); /* the first thread to run again reports it */
	struct sighand_ref sighand GUARDED(signal);
	struct usage dead_usage GUARDED(signal); /* of threads that are gone */
	struct interval_timer virtual_timer GUARDED(signal), prof_timer GUARDED(signal);
	u64 cpu_limit_warned_s GUARDED(signal);
	struct posix_timer_list posix_timers GUARDED(signal);
	i32 next_timer_id GUARDED(signal);
	/* Of the thread that exited last, for the zombie. */
	char comm[COMM_BYTES] GUARDED(signal);
	struct cred_ref last_cred GUARDED(signal); /* empty before */
	struct user_account_ref user GUARDED(signal);

	struct timer real_timer OWNER(timer); /* ITIMER_REAL; its numbers are atomic */
	struct atomic_u64 real_deadline_ns ATOMIC_ONLY, real_interval_ns ATOMIC_ONLY;
	struct atomic_i32 parent_pid
		ATOMIC_ONLY; /* the number of `parent`, 0 without: getppid takes no lock */
	struct atomic_u32 has_cpu_timers ATOMIC_ONLY;
	struct atomic_u32 is_unkillable ATOMIC_ONLY; /* init */
	struct rlimits limits ATOMIC_ONLY;
	struct atomic_i32 oom_score_adj ATOMIC_ONLY;
	struct atomic_u32 personality ATOMIC_ONLY;
	struct waitq child_wait OWNER(waitq);
	struct waitq stop_wait OWNER(waitq);
	struct waitq threads_wait OWNER(waitq); /* exec waits until the others are gone */
	u64 start_ns IMMUTABLE;
};
LIST_FUNCTIONS(child_list, process, sibling);
LIST_FUNCTIONS(member_list, process, member);

/* ---- threads ---- */
struct completion { /* vfork: the parent waits until the child is done with its memory */
	struct object object;
	struct atomic_u32 is_done ATOMIC_ONLY;
	struct waitq waitq OWNER(waitq);
};
REF_TYPE(completion);

/* OWNER(self): the thread alone reads and writes it, or the parent before the thread starts. */
struct thread {
	struct task task OWNER(osxtd);
	struct process_ref process IMMUTABLE;
	struct list_link peer OWNER(signal);
	struct tree_link node OWNER(process_tree);
	/* Exec may change its own, under both locks: others read it under either. */
	i32 tid OWNER(self, process_tree, signal);

	/* P4 */
	struct fdtable_ref files OWNER(self, parts);
	struct fs_ctx_ref fs OWNER(self, parts);
	struct cred_ref cred OWNER(self, parts);
	struct sighand_ref sighand OWNER(self); /* its process's: exec replaces both, alone */
	struct vmspace_ref mm OWNER(self, parts);
	u64 space_id OWNER(self); /* names mm in futex keys */
	char comm[COMM_BYTES] OWNER(parts);

	struct pending_set pending OWNER(signal);
	u64 blocked OWNER(self, signal); /* written by the thread alone, under the lock */
	u64 awaited OWNER(signal);	 /* sigtimedwait(2) unblocked these while it sleeps */
	bool is_stopped OWNER(signal);
	bool is_leaving OWNER(signal);

	u64 saved_mask OWNER(self); /* comes back when the call is over */
	bool has_saved_mask OWNER(self);
	bool was_interrupted OWNER(self); /* the last call ended early */
	/* ERR_RESTART*: what becomes of the call that a signal interrupted */
	err_t call_error OWNER(self);
	const struct restart_ops *restart OWNER(self);
	struct restart_args restart_args OWNER(self);
	struct abi_stack altstack OWNER(self);
	u64 clear_child_tid OWNER(self), set_child_tid OWNER(self);
	struct atomic_u64 robust_list ATOMIC_ONLY;
	struct completion_ref vfork OWNER(self);
	struct arch_signal_room_ref frame_room OWNER(self); /* made with the first signal */
	/* The thread alone counts; others look. */
	struct atomic_u64 minor_faults ATOMIC_ONLY, major_faults ATOMIC_ONLY;
	struct atomic_u32 user_ticks ATOMIC_ONLY;
	u32 seen_ticks OWNER(self);
	/* never reported less */
	u64 shown_utime_ns OWNER(signal), shown_stime_ns OWNER(signal);
	struct atomic_u32 no_new_privs ATOMIC_ONLY; /* 1: for good */
	bool keeps_caps OWNER(self);
	u64 start_ns IMMUTABLE;
	/* how late its sleeps may end, and what it goes back to: what its maker had */
	struct atomic_u64 timer_slack_ns ATOMIC_ONLY;
	u64 default_slack_ns IMMUTABLE;
	struct atomic_u32 reset_on_fork ATOMIC_ONLY; /* 1: a child is an ordinary task */
};
LIST_FUNCTIONS(thread_list, thread, peer);

/* ---- the tables ---- */
TREE_TYPE(process_table, process, node, pid);
TREE_TYPE(thread_table, thread, node, tid);
TREE_TYPE(group_table, group, node, id);
TREE_TYPE(session_table, session, node, id);

struct world {
	struct process_tree_lock lock;
	struct process_table processes GUARDED(process_tree);
	struct thread_table threads GUARDED(process_tree);
	struct group_table groups GUARDED(process_tree);
	struct session_table sessions GUARDED(process_tree);
	i32 last_pid GUARDED(process_tree);
	struct process_ref init GUARDED(process_tree);
	struct atomic_i32 pid_max ATOMIC_ONLY;
	struct atomic_u32 thread_count ATOMIC_ONLY;
	struct atomic_u64 forks ATOMIC_ONLY;
	struct atomic_u64 next_space_id ATOMIC_ONLY;
	struct usage gone_usage GUARDED(process_tree); /* of reaped processes, for /proc/stat */
};
extern struct world shared world;

/* pid.c */
err_t pid_take(i32 *out) HOLDS(process_tree);
struct process *pid_process(i32 pid) HOLDS(process_tree) BORROWS;
struct group *pid_group(i32 id) HOLDS(process_tree) BORROWS;
struct session *pid_session(i32 id) HOLDS(process_tree) BORROWS;

/* thread.c */
void thread_entry(struct task *t);
err_t thread_new(void (*entry)(struct task *t), struct task_ref *out);
ALWAYS_INLINE struct process *process_of(const struct thread *t)
{
	return process_get(&t->process);
}
err_t completion_new(struct completion_ref *out);
void thread_release_parts(struct thread *self);
void thread_set_cred(struct thread *self, struct cred_ref cred);
void thread_set_mm(struct thread *self, struct vmspace_ref mm);
void thread_set_fs(struct thread *self, struct fs_ctx_ref fs);
void thread_set_files(struct thread *self, struct fdtable_ref files);
u64 world_new_space_id(void);

/* process.c */
err_t process_new(struct process_ref *out);
void process_unlink(struct process *p) HOLDS(process_tree);

/* group.c */
err_t group_new(struct session_ref session, struct group_ref *out);
err_t session_new(struct session_ref *out);
void group_join(struct group *g, struct process *p) HOLDS(process_tree);
void group_leave(struct process *p, struct group_ref *old) HOLDS(process_tree);
void group_publish(struct group *g, i32 id) HOLDS(process_tree);
void session_publish(struct session *s, i32 id) HOLDS(process_tree);
void group_check_orphan(struct group *g, const struct process *leaving) HOLDS(process_tree);
bool group_is_orphaned(const struct group *g) HOLDS(process_tree);
err_t process_set_group(struct thread *self, i32 pid, i32 pgid);
err_t process_new_session(struct thread *self, i64 *ret);
void session_leader_exit(struct process *p);
extern const struct tty_host_ops process_tty_ops;

/* sigqueue.c */
err_t queued_signal_new(struct queued_signal_ref *out);
void pending_flush(struct process *p, struct pending_set *s, u64 signals) HOLDS(signal);
bool pending_take(struct process *p, struct pending_set *s, u64 signals, struct siginfo *out)
	HOLDS(signal);

/* sigsend.c */
void signal_post_locked(struct process *p, struct thread *t, const struct siginfo *info,
			struct queued_signal_ref q, err_t *err) HOLDS(signal);
err_t signal_post(struct process *p, struct thread *t, const struct siginfo *info);
bool signal_is_ignored(struct process *p, u32 signo) HOLDS(signal);
void thread_kick(struct thread *t, u32 bits);
void process_start_exit(struct process *p, u32 status) HOLDS(signal);

/* sigaction.c */
err_t sighand_new(struct sighand_ref *out);
err_t sighand_copy(struct sighand *from, struct sighand_ref *out);
void sighand_read(struct sighand *s, u32 signo, struct abi_sigaction *out);
err_t sighand_set(struct sighand *s, u32 signo, const struct abi_sigaction *action);
void sighand_reset(struct sighand *s, u32 signo);
/* exec: caught signals back to default; all (CLONE_CLEAR_SIGHAND): as exec. */
void sighand_reset_caught(struct sighand *s);

/* sigdeliver.c */
void signal_recalculate(struct thread *t) HOLDS(signal);
void signal_set_mask(struct thread *self, u64 mask);
/* mask applies until the present call is over. */
void signal_set_saved_mask(struct thread *self, u64 mask);
/* An action became "ignore": what is pending of it goes. */
void signal_drop_ignored(struct process *p, u32 signo);
/* sigtimedwait(2): takes a pending signal of set, or waits for one.  ERR_AGAIN when the time is
 * over, ERR_INTR. */
err_t signal_wait_for(struct thread *self, u64 set, u64 deadline_ns, struct siginfo *out);
err_t thread_frame_room(struct thread *self);
bool signal_deliver_one(struct thread *self);
void signal_finish(struct thread *self);
void siginfo_encode(const struct siginfo *in, struct abi_siginfo *out);
void siginfo_decode(const struct abi_siginfo *in, struct siginfo *out);

/* jobctl.c */
void jobctl_start_stop(struct thread *self, u32 signo) HOLDS(signal);
void jobctl_stop_here(struct thread *self);
void jobctl_resume(struct process *p) HOLDS(signal);
void jobctl_thread_leaves(struct thread *self, bool *all_stopped) HOLDS(signal);
void jobctl_report_stop(struct process *p);

/* exit.c */
[[noreturn]] void thread_exit(struct thread *self, u32 status);
[[noreturn]] void process_exit(struct thread *self, u32 status);
void process_reap(struct process *p, struct process_ref *out) HOLDS(process_tree);
void child_siginfo(struct process *p, i32 code, i32 status, struct siginfo *out)
	HOLDS(process_tree);
/* Tells p's parent that p stopped or went on. */
void parent_report(struct process *p, i32 code, u32 signo);

void thread_leave_memory(struct thread *self);
void thread_complete_vfork(struct thread *self);

/* cputime.c */
void thread_usage(struct thread *t, struct usage *out) HOLDS(signal);
void process_usage(struct process *p, struct usage *out) HOLDS(signal);
void usage_add(struct usage *to, const struct usage *more);
u64 process_cpu_ns(struct process *p) HOLDS(signal);
void cputimers_check(struct thread *self);
/* SCHED_FLAG_DL_OVERRUN: SIGXCPU for the process of t.  Any context. */
void cputime_overrun(struct task *t);

/* itimer.c, posix_timer.c */
/* Of any task: how late the end of its sleep may be. */
u64 thread_task_slack(struct task *t);
/* Real time was stepped: timers that wait for a time of it follow. */
void posix_timers_stepped(void);
void itimer_init(struct process *p);
void itimer_stop(struct process *p);
void posix_timers_drop(struct process *p);
void posix_timer_delivered(struct process *p, struct siginfo *info) HOLDS(signal);
void posix_timers_cpu(struct process *p) HOLDS(signal);

/* rlimit.c */
void rlimit_init(struct process *p);
void rlimit_fork(struct process *to, const struct process *from);
void rlimit_tell_mm(struct thread *self, enum mm_limit which);
err_t rlimit_may_change(struct thread *self, struct process *p);
err_t rlimit_set(struct thread *self, struct process *p, u32 resource, const struct abi_rlimit *l);
err_t user_account_find(u32 uid, struct user_account_ref *out);
void process_set_user(struct process *p, struct user_account_ref user);
void process_set_comm(struct thread *t, struct str name);
