/* SPDX-License-Identifier: MPL-2.0 */
/* group - who is who: numbers of processes, groups and sessions. */
#include "process/internal.h"
#include "syscall/handlers_process.h"

err_t sys_getpid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	*ret = process_of(self)->pid;
	return OK;
}

err_t sys_gettid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	*ret = self->tid;
	return OK;
}

err_t sys_getppid(struct thread *self, const struct sysargs *a, i64 *ret)
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

err_t sys_getpgid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	GUARD(process_tree, &world.lock);
	struct process *p = nullptr;
	TRY(target(self, arg_int(a->a0), &p));
	*ret = group_get(&p->group)->id;
	return OK;
}

err_t sys_getpgrp(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	GUARD(process_tree, &world.lock);
	*ret = group_get(&process_of(self)->group)->id;
	return OK;
}

err_t sys_getsid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	GUARD(process_tree, &world.lock);
	struct process *p = nullptr;
	TRY(target(self, arg_int(a->a0), &p));
	*ret = session_get(&group_get(&p->group)->session)->id;
	return OK;
}

err_t sys_setpgid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return process_set_group(self, arg_int(a->a0), arg_int(a->a1));
}

err_t sys_setsid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	return process_new_session(self, ret);
}
