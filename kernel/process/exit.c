/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exit - the end of threads and processes.
 *
 * A thread that leaves gives up, in this order: its place among those that take signals, its memory
 * (with what user mode asked to be told about it: robust futexes, the cleared thread number, the
 * vfork parent), its descriptors, its place in its process.  Whoever leaves the process empty makes
 * it a zombie and tells the parent.
 */
#include <osxtd/log.h>
#include <osxtd/power.h>

#include "abi/time.h"
#include "abi/wait.h"
#include "ipc/futex.h"
#include "process/internal.h"
#include "sched/sched.h"

/* ---- reaping ---- */

void process_reap(struct process *p, struct process_ref *out)
{
	*out = process_clone(p);
	usage_add(&world.gone_usage, &p->final_usage);
	process_unlink(p);
	GUARD(signal, &p->lock);
	(void)atomic_u32_sub(&user_account_get(&p->user)->threads, 1);
}

static u32 uid_of(struct process *p)
{
	GUARD(signal, &p->lock);
	return user_account_get(&p->user)->uid;
}

static i64 ticks_of(u64 ns)
{
	return (i64)(ns / NSEC_PER_TICK);
}

void child_siginfo(struct process *p, i32 code, i32 status, struct siginfo *out)
{
	*out = (struct siginfo){
		.signo = (i32)SIGCHLD,
		.code = code,
		.pid = p->pid,
		.uid = uid_of(p),
		.status = status,
		.utime = ticks_of(p->final_usage.utime_ns),
		.stime = ticks_of(p->final_usage.stime_ns),
	};
}

/* What the parent's action for SIGCHLD says about its children. */
static bool wants_no_zombies(struct process *parent, u64 flag)
{
	struct abi_sigaction action = {};
	{
		GUARD(signal, &parent->lock);
		sighand_read(sighand_get(&parent->sighand), SIGCHLD, &action);
	}
	return (flag == SA_NOCLDWAIT && action.handler == SIG_IGN) || (action.flags & flag) != 0;
}

/* Tells the parent that p is a zombie; true when p is to be reaped at once. */
static bool notify_parent(struct process *p) HOLDS(process_tree)
{
	if (process_is_null(&p->parent))
		return true;
	struct process *parent = process_get(&p->parent);
	bool reap = false;
	u32 signo = p->exit_signal;
	if (signo == SIGCHLD)
		reap = wants_no_zombies(parent, SA_NOCLDWAIT);
	if (signo != 0) {
		struct siginfo info = {};
		u32 status = p->wait_status;
		bool by_signal = (status & 0x7f) != 0;
		child_siginfo(p, by_signal ? CLD_KILLED : CLD_EXITED,
			      (i32)(by_signal ? status & 0x7f : status >> 8 & 0xff), &info);
		info.signo = (i32)signo;
		(void)signal_post(parent, nullptr, &info);
	}
	(void)waitq_wake_all(&parent->child_wait);
	return reap;
}

void parent_report(struct process *p, i32 code, u32 signo)
{
	GUARD(process_tree, &world.lock);
	p->stop_report = code == CLD_STOPPED ? signo : 0;
	p->continue_report = code == CLD_CONTINUED;
	if (process_is_null(&p->parent))
		return;
	struct process *parent = process_get(&p->parent);
	if (!wants_no_zombies(parent, SA_NOCLDSTOP)) {
		struct siginfo info = {};
		child_siginfo(p, code, (i32)signo, &info);
		(void)signal_post(parent, nullptr, &info);
	}
	(void)waitq_wake_all(&parent->child_wait);
}

/* ---- children of the dead ---- */

BORROWS static struct process *find_reaper(struct process *p) HOLDS(process_tree)
{
	if (p->has_subreaper) {
		struct process *a = process_get_or_null(&p->parent);
		while (a != nullptr) {
			if (a->is_subreaper && !a->is_zombie)
				return a;
			a = process_get_or_null(&a->parent);
		}
	}
	return process_get_or_null(&world.init);
}

static void hand_over_child(struct process *child, struct process *reaper, struct group *old_group)
	HOLDS(process_tree)
{
	child->parent = process_clone(reaper);
	atomic_i32_store(&child->parent_pid, reaper->pid);
	child->exit_signal = SIGCHLD;
	if (child->death_signal != 0) {
		struct siginfo info = siginfo_kernel(child->death_signal);
		(void)signal_post(child, nullptr, &info);
	}
	if (child->is_zombie) {
		if (notify_parent(child)) {
			SCOPED_REF(process, reaped);
			process_reap(child, &reaped);
		}
		return;
	}
	struct group *g = group_get(&child->group);
	if (g != old_group && session_get(&g->session) == session_get(&old_group->session))
		group_check_orphan(g, nullptr);
}

static void hand_over_children(struct process *p) HOLDS(process_tree)
{
	struct process *reaper = find_reaper(p);
	struct group *g = group_get(&p->group);
	SCOPED_REF(process, child);
	while (reaper != nullptr && child_list_pop_front(&p->children, &child)) {
		struct process *c = process_get(&child);
		process_drop(&c->parent);
		child_list_push_back(&reaper->children, process_clone(c));
		hand_over_child(c, reaper, g);
		process_drop(&child);
	}
}

static void check_own_group(struct process *p) HOLDS(process_tree)
{
	struct group *g = group_get(&p->group);
	const struct process *parent = process_get_or_null(&p->parent);
	if (parent == nullptr)
		return;
	const struct group *theirs = group_get(&parent->group);
	if (theirs != g && session_get(&theirs->session) == session_get(&g->session))
		group_check_orphan(g, p);
}

/* The last thread is out of p's list. */
static void become_zombie(struct process *p, struct process_ref *reaped)
{
	GUARD(process_tree, &world.lock);
	{
		GUARD(signal, &p->lock);
		p->wait_status = p->exit_status;
		p->final_usage = p->dead_usage;
		pending_flush(p, &p->common, UINT64_MAX);
	}
	p->is_zombie = true;
	p->stop_report = 0;
	p->continue_report = false;
	if (!child_list_is_empty(&p->children))
		hand_over_children(p);
	check_own_group(p);
	if (notify_parent(p))
		process_reap(p, reaped);
}

/* ---- a thread's way out ---- */

[[noreturn]] static void init_exited(u32 status)
{
	LOG(EMERG, "process: init exited with status {x}: nothing is left to run", status);
	power_off(POWER_BAD);
}

/* Out of the choice for signals.  True for the last thread of its process that gets here. */
static bool start_leaving(struct thread *self, u32 status, bool *all_stopped)
{
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	self->is_leaving = true;
	/* The process ends with the status of exit_group, or else with that of its first thread. */
	if (!p->is_exiting && self->tid == p->pid)
		p->exit_status = status;
	jobctl_thread_leaves(self, all_stopped);
	bool is_last = --p->live == 0;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t))
		if (t != self && !t->is_leaving && (p->common.set & ~t->blocked) != 0)
			thread_kick(t, TASK_INTR_SIGNAL);
	return is_last;
}

void thread_leave_memory(struct thread *self)
{
	if (vmspace_is_null(&self->mm))
		return;
	struct vmspace *space = vmspace_get(&self->mm);
	u64 robust = atomic_u64_load(&self->robust_list);
	if (robust != 0)
		futex_exit_robust(self->space_id, uaddr_of(robust), self->tid);
	atomic_u64_store(&self->robust_list, 0);
	futex_exit_pi();
	/* Our own two references: the memory is nobody else's, and nobody waits. */
	if (self->clear_child_tid != 0 && object_refs(&space->object) > 2) {
		i64 woken = 0;
		struct uaddr at = uaddr_of(self->clear_child_tid);
		if (user_write_u32(at, 0) == OK)
			(void)futex_wake(self->space_id, at, true, 1, UINT32_MAX, &woken);
	}
	self->clear_child_tid = 0;
}

void thread_complete_vfork(struct thread *self)
{
	if (completion_is_null(&self->vfork))
		return;
	struct completion *c = completion_get(&self->vfork);
	atomic_u32_store_release(&c->is_done, 1);
	(void)waitq_wake_all(&c->waitq);
	completion_drop(&self->vfork);
}

static void note_peak(struct thread *self)
{
	struct process *p = process_of(self);
	struct mm_stats stats = {};
	mm_stats_quick(thread_mm(self), &stats);
	GUARD(signal, &p->lock);
	p->dead_usage.max_resident_pages = max_of(p->dead_usage.max_resident_pages,
						  stats.peak_resident);
}

/* Out of the process: P2, P3 end here.  True when nobody is left in it. */
static bool leave_process(struct thread *self)
{
	struct process *p = process_of(self);
	SCOPED_REF(thread, listed);
	SCOPED_REF(thread, numbered);
	if (self->tid != p->pid) {
		GUARD(process_tree, &world.lock);
		if (thread_table_is_linked(self))
			numbered = thread_table_remove(&world.threads, self);
	}
	struct usage used = {};
	GUARD(signal, &p->lock);
	thread_usage(self, &used);
	usage_add(&p->dead_usage, &used);
	pending_flush(p, &self->pending, UINT64_MAX);
	thread_get_comm(self, &p->comm);
	cred_drop(&p->last_cred);
	thread_get_cred(self, &p->last_cred);
	listed = thread_list_remove(&p->threads, self);
	(void)atomic_u32_sub(&world.thread_count, 1);
	(void)waitq_wake_all(&p->threads_wait);
	if (thread_list_is_empty(&p->threads))
		return true; /* the zombie goes on counting for its user: process_reap */
	(void)atomic_u32_sub(&user_account_get(&p->user)->threads, 1);
	return false;
}

void thread_exit(struct thread *self, u32 status)
{
	struct process *p = process_of(self);
	bool all_stopped = false;
	bool is_last = start_leaving(self, status, &all_stopped);
	if (all_stopped)
		jobctl_report_stop(p);
	if (is_last && p->pid == 1)
		init_exited(status);
	thread_leave_memory(self);
	if (!vmspace_is_null(&self->mm)) {
		SCOPED_REF(vmspace, none);
		if (is_last)
			note_peak(self);
		thread_set_mm(self, vmspace_move(&none));
	}
	thread_complete_vfork(self);
	thread_release_parts(self);
	if (is_last) {
		itimer_stop(p);
		posix_timers_drop(p);
		session_leader_exit(p);
	}
	SCOPED_REF(process, reaped);
	if (leave_process(self))
		become_zombie(p, &reaped);
	process_drop(&reaped);
	sched_end_deadline(&self->task);
	task_exit();
}

void process_exit(struct thread *self, u32 status)
{
	struct process *p = process_of(self);
	{
		GUARD(signal, &p->lock);
		process_start_exit(p, status);
	}
	thread_exit(self, status);
}
