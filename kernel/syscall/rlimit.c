/* SPDX-License-Identifier: MPL-2.0 */
/* rlimit - resource limits. */
#include "process/internal.h"
#include "syscall/handlers_process.h"

err_t sys_prlimit64(struct thread *self, const struct sysargs *a, i64 *ret)
{
	i32 pid = arg_int(a->a0);
	u32 resource = (u32)a->a1;
	struct abi_rlimit fresh = {}, old = {};
	(void)ret;
	if (a->a2 != 0)
		TRY(user_get(arg_uaddr(a->a2), &fresh));
	SCOPED_REF(process, target);
	struct process *p = process_of(self);
	if (pid != 0 && pid != p->pid) {
		if (!process_find(pid, &target))
			return ERR_SRCH;
		p = process_get(&target);
	}
	TRY(rlimit_may_change(self, p));
	if (resource >= RLIM_NLIMITS)
		return ERR_INVAL;
	process_get_rlimit(p, resource, &old.soft, &old.hard);
	if (a->a2 != 0)
		TRY(rlimit_set(self, p, resource, &fresh));
	if (a->a3 == 0)
		return OK;
	return user_put(arg_uaddr(a->a3), &old);
}

err_t sys_getrlimit(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_rlimit l = {};
	(void)ret;
	if ((u32)a->a0 >= RLIM_NLIMITS)
		return ERR_INVAL;
	process_get_rlimit(process_of(self), (u32)a->a0, &l.soft, &l.hard);
	return user_put(arg_uaddr(a->a1), &l);
}

err_t sys_setrlimit(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_rlimit l = {};
	(void)ret;
	TRY(user_get(arg_uaddr(a->a1), &l));
	if ((u32)a->a0 >= RLIM_NLIMITS)
		return ERR_INVAL;
	return rlimit_set(self, process_of(self), (u32)a->a0, &l);
}
