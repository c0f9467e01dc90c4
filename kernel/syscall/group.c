/* SPDX-License-Identifier: MPL-2.0 */
/* group - who is who: numbers of processes, groups and sessions. */
#include "process/internal.h"
#include "syscall/handlers_process.h"

SYSCALL(getpid)
{
	(void)a;
	*ret = process_of(self)->pid;
	return OK;
}

SYSCALL(gettid)
{
	(void)a;
	*ret = self->tid;
	return OK;
}

SYSCALL(getppid)
{
	(void)a;
	*ret = atomic_i32_load(&process_of(self)->parent_pid);
	return OK;
}

static err_t target(struct thread *self, i32 pid, struct process **out) HOLDS(process_tree)
{
	struct process *p = pid == 0 ? process_of(self) : pid_process(pid);
	if (p == nullptr)
		return ERR_SRCH;
	*out = p;
	return OK;
}

SYSCALL(getpgid)
{
	GUARD(process_tree, &world.lock);
	struct process *p = nullptr;
	TRY(target(self, arg_int(a->a0), &p));
	*ret = group_get(&p->group)->id;
	return OK;
}

SYSCALL(getpgrp)
{
	(void)a;
	GUARD(process_tree, &world.lock);
	*ret = group_get(&process_of(self)->group)->id;
	return OK;
}

SYSCALL(getsid)
{
	GUARD(process_tree, &world.lock);
	struct process *p = nullptr;
	TRY(target(self, arg_int(a->a0), &p));
	*ret = session_get(&group_get(&p->group)->session)->id;
	return OK;
}

SYSCALL(setpgid)
{
	(void)ret;
	return process_set_group(self, arg_int(a->a0), arg_int(a->a1));
}

SYSCALL(setsid)
{
	(void)a;
	return process_new_session(self, ret);
}
