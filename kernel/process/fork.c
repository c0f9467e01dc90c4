/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fork - new processes and threads: fork(2), vfork(2), clone(2), clone3(2).
 *
 * Everything that can fail happens before publication; publication, under the tree's lock, gives
 * the number and makes the new thread visible; then it starts.
 */
#include "process/fork.h"

#include <osxtd/log.h>

#include "arch/arch.h"
#include "process/internal.h"
#include "sched/sched.h"

/* ---- checks ---- */

/* Flags that contradict each other: clone(2), ERRORS. */
static err_t check_flags(const struct fork_request *r)
{
	u64 f = r->flags;
	if ((f & CLONE_NAMESPACES) != 0 || (f & CLONE_INTO_CGROUP) != 0)
		return ERR_INVAL;
	if ((f & CLONE_THREAD) != 0 && (f & CLONE_SIGHAND) == 0)
		return ERR_INVAL;
	if ((f & CLONE_SIGHAND) != 0 && (f & CLONE_VM) == 0)
		return ERR_INVAL;
	if ((f & CLONE_SIGHAND) != 0 && (f & CLONE_CLEAR_SIGHAND) != 0)
		return ERR_INVAL;
	if ((f & CLONE_PIDFD) != 0)
		return ERR_INVAL;
	return OK;
}

/* Others may be made meanwhile: what is decided under the lock of the tree counts.
 * RLIMIT_NPROC counts threads of the real user; root and holders of two capabilities are exempt
 * (getrlimit(2)). */
static err_t check_limits(struct thread *self, const struct user_account *user)
{
	const struct cred *c = thread_cred(self);
	if (c->uid != 0 && !cred_has_cap(c, CAP_SYS_RESOURCE) && !cred_has_cap(c, CAP_SYS_ADMIN) &&
	    atomic_u32_load(&user->threads) >= thread_rlimit(self, RLIMIT_NPROC))
		return ERR_AGAIN;
	/* Some numbers stay free so that the table's search ends. */
	if (atomic_u32_load(&world.thread_count) + 16 >= (u32)pid_max())
		return ERR_AGAIN;
	return OK;
}

/* ---- the parts ---- */

static err_t share_parts(struct thread *self, struct thread *child, u64 flags)
{
	if ((flags & CLONE_FILES) != 0)
		child->files = fdtable_clone(thread_files(self));
	else
		TRY(fdtable_fork(thread_files(self), &child->files));
	if ((flags & CLONE_FS) != 0)
		child->fs = fs_ctx_clone(thread_fs(self));
	else
		TRY(fs_ctx_fork(thread_fs(self), &child->fs));
	child->cred = cred_clone(cred_get(&self->cred));
	SCOPED_REF(vmspace, space);
	if ((flags & CLONE_VM) != 0) {
		space = vmspace_clone(vmspace_get(&self->mm));
		child->space_id = self->space_id;
	} else {
		TRY(mm_fork(thread_mm(self), &space));
		child->space_id = world_new_space_id();
	}
	child->task.space = vmspace_clone(vmspace_get(&space));
	child->mm = vmspace_move(&space);
	return OK;
}

static void child_init(struct thread *self, struct thread *child, const struct fork_request *r)
{
	child->start_ns = clock_monotonic_ns();
	child->blocked = self->blocked;
	if (self->has_saved_mask)
		child->blocked = self->saved_mask;
	atomic_u32_store(&child->no_new_privs, atomic_u32_load(&self->no_new_privs));
	child->keeps_caps = self->keeps_caps;
	child->default_slack_ns = atomic_u64_load(&self->timer_slack_ns);
	atomic_u64_store(&child->timer_slack_ns, child->default_slack_ns);
	thread_get_comm(self, &child->comm);
	/* A child with memory of its own, or a vfork child, goes on using the alternate stack. */
	if ((r->flags & (CLONE_VM | CLONE_VFORK)) != CLONE_VM)
		child->altstack = self->altstack;
	if ((r->flags & CLONE_CHILD_SETTID) != 0)
		child->set_child_tid = r->child_tid;
	if ((r->flags & CLONE_CHILD_CLEARTID) != 0)
		child->clear_child_tid = r->child_tid;
	sched_fork(&child->task, &self->task);
	if (atomic_u32_load(&self->reset_on_fork) != 0)
		sched_reset(&child->task);
}

static err_t new_sighand(struct thread *self, u64 flags, struct sighand_ref *out)
{
	if ((flags & CLONE_SIGHAND) != 0) {
		*out = sighand_clone(sighand_get(&self->sighand));
		return OK;
	}
	TRY(sighand_copy(sighand_get(&self->sighand), out));
	if ((flags & CLONE_CLEAR_SIGHAND) != 0)
		sighand_reset_caught(sighand_get(out));
	return OK;
}

static err_t child_process_new(struct thread *self, struct thread *child,
			       const struct fork_request *r)
{
	struct process *parent = process_of(self);
	SCOPED_REF(process, made);
	TRY(process_new(&made));
	SCOPED_REF(sighand, actions);
	TRY(new_sighand(self, r->flags, &actions));
	struct process *p = process_get(&made);
	rlimit_fork(p, parent);
	atomic_i32_store(&p->oom_score_adj, atomic_i32_load(&parent->oom_score_adj));
	atomic_u32_store(&p->personality, atomic_u32_load(&parent->personality));
	{
		GUARD(process_tree, &world.lock);
		p->exit_signal = r->exit_signal;
	}
	GUARD(signal, &p->lock);
	p->sighand = sighand_clone(sighand_get(&actions));
	child->sighand = sighand_move(&actions);
	child->process = process_move(&made);
	return OK;
}

/* ---- publication: P1, P2, P3 ---- */

static void add_thread(struct process *p, struct thread *t) HOLDS(signal)
{
	thread_list_push_back(&p->threads, thread_clone(t));
	p->live++;
	(void)atomic_u32_add(&world.thread_count, 1);
	(void)atomic_u32_add(&user_account_get(&p->user)->threads, 1);
	if (p->stop_signal != 0) {
		p->stop_left++;
		(void)atomic_u32_or(&t->task.interrupt, TASK_INTR_STOP);
	}
	signal_recalculate(t);
}

static err_t publish_thread(struct thread *self, struct thread *child,
			    const struct user_account *user)
{
	struct process *p = process_of(self);
	GUARD(process_tree, &world.lock);
	TRY(check_limits(self, user));
	GUARD(signal, &p->lock);
	if (p->is_exiting || p->exec_tid != 0)
		return ERR_RESTART_NOINTR;
	TRY(pid_take(&child->tid));
	thread_table_insert(&world.threads, thread_clone(child));
	add_thread(p, child);
	return OK;
}

static void adopt(struct process *parent, struct process *child) HOLDS(process_tree)
{
	child->parent = process_clone(parent);
	atomic_i32_store(&child->parent_pid, parent->pid);
	child_list_push_back(&parent->children, process_clone(child));
	child->has_subreaper = parent->has_subreaper || parent->is_subreaper;
}

static err_t publish_process(struct thread *self, struct thread *child, u64 flags,
			     const struct user_account *account)
{
	struct process *parent = process_of(self);
	struct process *p = process_of(child);
	SCOPED_REF(user_account, user);
	GUARD(process_tree, &world.lock);
	TRY(check_limits(self, account));
	{
		/* A signal that came to the parent's group is for the child too: it forks after
		 * having had it. */
		GUARD(signal, &parent->lock);
		if (parent->is_exiting || signal_is_pending(self))
			return ERR_RESTART_NOINTR;
		user = user_account_clone(user_account_get(&parent->user));
	}
	TRY(pid_take(&p->pid));
	child->tid = p->pid;
	struct process *adopter = parent;
	if ((flags & CLONE_PARENT) != 0 && !process_is_null(&parent->parent)) {
		adopter = process_get(&parent->parent);
		p->exit_signal = parent->exit_signal;
	}
	adopt(adopter, p);
	process_table_insert(&world.processes, process_clone(p));
	group_join(group_get(&parent->group), p);
	(void)atomic_u64_add(&world.forks, 1);
	GUARD(signal, &p->lock);
	p->user = user_account_move(&user);
	add_thread(p, child);
	return OK;
}

/* ---- vfork ---- */

static void wait_for_vfork(struct completion *c)
{
	SCOPED_WAITER(w);
	waitq_join(&c->waitq, &w);
	while (atomic_u32_load_acquire(&c->is_done) == 0)
		if (waiter_sleep(&w, WAIT_KILLABLE, NO_DEADLINE) != OK)
			return;
}

/* ---- all together ---- */

static err_t build(struct thread *self, const struct fork_request *r, struct task_ref *out)
{
	SCOPED_REF(task, made);
	TRY(thread_new(thread_entry, &made));
	struct thread *child = thread_of(task_get(&made));
	struct user_ctx *ctx = &child->task.user;
	if ((r->flags & CLONE_THREAD) != 0) {
		child->process = process_clone(process_of(self));
		child->sighand = sighand_clone(sighand_get(&self->sighand));
	} else {
		TRY(child_process_new(self, child, r));
	}
	TRY(share_parts(self, child, r->flags));
	user_ctx_fork(ctx, &self->task.user);
	arch_clone_child(ctx, r->stack);
	if ((r->flags & CLONE_SETTLS) != 0)
		TRY(arch_set_tls(ctx, r->tls));
	child_init(self, child, r);
	*out = task_move(&made);
	return OK;
}

static err_t account_of(struct process *p, struct user_account_ref *out)
{
	GUARD(signal, &p->lock);
	*out = user_account_clone(user_account_get(&p->user));
	return OK;
}

err_t process_fork(struct thread *self, const struct fork_request *r, i64 *ret)
{
	TRY(check_flags(r));
	if (!sched_may_fork(&self->task) && atomic_u32_load(&self->reset_on_fork) == 0)
		return ERR_AGAIN;
	SCOPED_REF(user_account, user);
	TRY(account_of(process_of(self), &user));
	TRY(check_limits(self, user_account_get(&user))); /* before anything is made */
	SCOPED_REF(task, made);
	SCOPED_REF(completion, vfork);
	TRY(build(self, r, &made));
	struct thread *child = thread_of(task_get(&made));
	if ((r->flags & CLONE_VFORK) != 0) {
		TRY(completion_new(&vfork));
		child->vfork = completion_clone(completion_get(&vfork));
	}
	if ((r->flags & CLONE_THREAD) != 0)
		TRY(publish_thread(self, child, user_account_get(&user)));
	else
		TRY(publish_process(self, child, r->flags, user_account_get(&user)));

	i32 tid = child->tid;
	if ((r->flags & CLONE_PARENT_SETTID) != 0)
		(void)user_write_u32(uaddr_of(r->parent_tid), (u32)tid);
	task_start(&child->task);
	if (!completion_is_null(&vfork))
		wait_for_vfork(completion_get(&vfork));
	*ret = tid;
	return OK;
}
