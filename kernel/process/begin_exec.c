/* SPDX-License-Identifier: MPL-2.0 */
/*
 * begin_exec - what exec changes about a process: the other threads go, the program's own settings
 * go with it.
 */
#include "process/exec.h"
#include "process/internal.h"

/* Ends the other threads.  ERR_AGAIN: this one is being ended itself. */
static err_t claim(struct thread *self)
{
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	if (p->is_exiting || p->exec_tid != 0)
		return ERR_AGAIN;
	if (p->live == 1 && thread_list_first(&p->threads) == self &&
	    thread_list_next(self) == nullptr)
		return OK;
	p->exec_tid = self->tid;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t))
		if (t != self)
			thread_kick(t, TASK_INTR_KILL);
	return OK;
}

static bool is_alone(struct thread *self)
{
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	return thread_list_first(&p->threads) == self && thread_list_next(self) == nullptr;
}

static err_t wait_alone(struct thread *self)
{
	SCOPED_WAITER(w);
	waitq_join(&process_of(self)->threads_wait, &w);
	while (!is_alone(self))
		TRY(waiter_sleep(&w, WAIT_KILLABLE, NO_DEADLINE));
	return OK;
}

/* The survivor takes the process's number for its own: its first thread is gone. */
static void take_number(struct thread *self)
{
	struct process *p = process_of(self);
	if (self->tid == p->pid)
		return;
	SCOPED_REF(thread, numbered);
	GUARD(process_tree, &world.lock);
	if (thread_table_is_linked(self))
		numbered = thread_table_remove(&world.threads, self);
	GUARD(signal, &p->lock);
	self->tid = p->pid;
}

err_t process_begin_exec(struct thread *self)
{
	struct process *p = process_of(self);
	TRY(claim(self));
	err_t err = wait_alone(self);
	{
		GUARD(signal, &p->lock);
		p->exec_tid = 0;
	}
	if (err != OK)
		return ERR_AGAIN;
	take_number(self);
	return OK;
}

/* Descriptors and actions that another process shares become our own. */
static err_t unshare(struct thread *self, struct sighand_ref *sighand)
{
	/* Ours are the thread's reference and the process's. */
	if (object_refs(&sighand_get(&self->sighand)->object) > 2)
		TRY(sighand_copy(sighand_get(&self->sighand), sighand));
	return thread_unshare_files(self);
}

static void reset_process(struct process *p, struct thread *self, struct sighand_ref own)
{
	SCOPED_REF(sighand, fresh);
	SCOPED_REF(sighand, old);
	fresh = sighand_move(&own);
	GUARD(process_tree, &world.lock);
	p->has_execed = true;
	p->exit_signal = SIGCHLD;
	GUARD(signal, &p->lock);
	if (!sighand_is_null(&fresh)) {
		old = sighand_move(&p->sighand);
		p->sighand = sighand_clone(sighand_get(&fresh));
		sighand_replace(&self->sighand, sighand_move(&fresh));
	}
	sighand_reset_caught(sighand_get(&p->sighand));
	signal_recalculate(self);
}

err_t process_commit_exec(struct thread *self, struct exec_commit *c)
{
	struct process *p = process_of(self);
	SCOPED_REF(sighand, own);
	TRY(unshare(self, &own));

	thread_leave_memory(self);
	thread_set_mm(self, vmspace_move(&c->space));
	thread_complete_vfork(self);
	if (!cred_is_null(&c->cred))
		thread_set_cred(self, cred_move(&c->cred));
	posix_timers_drop(p);
	fdtable_close_on_exec(thread_files(self));
	reset_process(p, self, sighand_move(&own));
	thread_set_comm(self, c->comm);
	self->altstack = (struct abi_stack){};
	self->set_child_tid = 0;
	self->keeps_caps = false;
	for (u32 i = MM_LIMIT_AS; i < MM_LIMIT_COUNT; i++)
		rlimit_tell_mm(self, (enum mm_limit)i);
	if (c->is_secure) {
		GUARD(process_tree, &world.lock);
		p->death_signal = 0;
	}
	return OK;
}
