/* SPDX-License-Identifier: MPL-2.0 */
/* kill - sending signals, with the rights that takes: kill(2). */
#include "process/internal.h"
#include "syscall/handlers_signal.h"

/* Real or effective user of the sender is real or saved user of the target, CAP_KILL, or SIGCONT
 * within the session. */
static bool may_signal(struct thread *self, struct process *p, u32 signo) HOLDS(process_tree)
{
	SCOPED_REF(thread, t);
	SCOPED_REF(cred, theirs);
	if (p == process_of(self) || cred_has_cap(thread_cred(self), CAP_KILL))
		return true;
	if (process_first_thread(p, &t)) {
		thread_get_cred(thread_get(&t), &theirs);
		const struct cred *c = thread_cred(self), *o = cred_get(&theirs);
		if (c->euid == o->suid || c->euid == o->uid || c->uid == o->suid ||
		    c->uid == o->uid)
			return true;
	} else {
		return true; /* a zombie: nothing will be sent */
	}
	return signo == SIGCONT &&
	       session_get(&group_get(&p->group)->session) ==
		       session_get(&group_get(&process_of(self)->group)->session);
}

static err_t send_one(struct thread *self, struct process *p, const struct siginfo *info)
	HOLDS(process_tree)
{
	if (!may_signal(self, p, (u32)info->signo))
		return ERR_PERM;
	return info->signo == 0 ? OK : signal_post(p, nullptr, info);
}

/* OK when one could be signalled, else the last error; ERR_SRCH when there is none. */
static err_t send_group(struct thread *self, i32 pgid, const struct siginfo *info)
	HOLDS(process_tree)
{
	const struct group *g = pid_group(pgid);
	err_t err = ERR_SRCH;
	bool sent = false;
	if (g == nullptr)
		return ERR_SRCH;
	for (struct process *p = member_list_first(&g->members); p != nullptr;
	     p = member_list_next(p)) {
		err = send_one(self, p, info);
		sent = sent || err == OK;
	}
	return sent ? OK : err;
}

/* Every process but init and the caller's own. */
static err_t send_all(struct thread *self, const struct siginfo *info) HOLDS(process_tree)
{
	err_t err = OK;
	bool found = false;
	for (struct process *p = process_table_first(&world.processes); p != nullptr;
	     p = process_table_next(p)) {
		if (p->pid <= 1 || p == process_of(self))
			continue;
		found = true;
		err_t e = send_one(self, p, info);
		if (e != ERR_PERM)
			err = e;
	}
	return found ? err : ERR_SRCH;
}

err_t sys_kill(struct thread *self, const struct sysargs *a, i64 *ret)
{
	i32 pid = arg_int(a->a0);
	u32 signo = (u32)a->a1;
	(void)ret;
	struct siginfo info = {
		.signo = (i32)signo,
		.code = SI_USER,
		.pid = process_of(self)->pid,
		.uid = thread_cred(self)->uid,
	};
	GUARD(process_tree, &world.lock);
	if (pid > 0) {
		struct process *p = pid_process(pid);
		if (p == nullptr)
			return ERR_SRCH;
		return signo > NSIG ? ERR_INVAL : send_one(self, p, &info);
	}
	if (signo > NSIG && pid != INT32_MIN)
		return ERR_INVAL;
	if (pid == -1)
		return send_all(self, &info);
	if (pid == INT32_MIN)
		return ERR_SRCH;
	return send_group(self, pid == 0 ? group_get(&process_of(self)->group)->id : -pid, &info);
}

static err_t send_thread(struct thread *self, i32 pid, i32 tid, const struct siginfo *info)
{
	SCOPED_REF(thread, r);
	if (!thread_find(tid, &r))
		return ERR_SRCH;
	struct thread *t = thread_get(&r);
	if (pid > 0 && process_of(t)->pid != pid)
		return ERR_SRCH;
	{
		GUARD(process_tree, &world.lock);
		if (process_of(t)->is_reaped)
			return ERR_SRCH;
		if (!may_signal(self, process_of(t), (u32)info->signo))
			return ERR_PERM;
	}
	return info->signo == 0 ? OK : signal_send_thread(t, info);
}

static err_t do_tkill(struct thread *self, i32 pid, i32 tid, u32 signo)
{
	struct siginfo info = {
		.signo = (i32)signo,
		.code = SI_TKILL,
		.pid = process_of(self)->pid,
		.uid = thread_cred(self)->uid,
	};
	if (signo > NSIG)
		return ERR_INVAL;
	return send_thread(self, pid, tid, &info);
}

err_t sys_tkill(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	if (arg_int(a->a0) <= 0)
		return ERR_INVAL;
	return do_tkill(self, 0, arg_int(a->a0), (u32)a->a1);
}

err_t sys_tgkill(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	if (arg_int(a->a0) <= 0 || arg_int(a->a1) <= 0)
		return ERR_INVAL;
	return do_tkill(self, arg_int(a->a0), arg_int(a->a1), (u32)a->a2);
}

static err_t read_info(u64 from, u32 signo, struct siginfo *info)
{
	struct abi_siginfo abi = {};
	TRY(user_get(uaddr_of(from), &abi));
	abi.signo = (i32)signo;
	siginfo_decode(&abi, info);
	return OK;
}

/* A code that only the kernel (or kill itself) may send to others. */
static bool is_forged(struct thread *self, i32 pid, i32 code)
{
	return (code >= 0 || code == SI_TKILL) && pid != process_of(self)->pid && pid != self->tid;
}

err_t sys_rt_sigqueueinfo(struct thread *self, const struct sysargs *a, i64 *ret)
{
	i32 pid = arg_int(a->a0);
	u32 signo = (u32)a->a1;
	struct siginfo info = {};
	(void)ret;
	TRY(read_info(a->a2, signo, &info));
	if (is_forged(self, pid, info.code))
		return ERR_PERM;
	if (signo > NSIG)
		return ERR_INVAL;
	GUARD(process_tree, &world.lock);
	struct process *p = pid_process(pid);
	return p == nullptr ? ERR_SRCH : send_one(self, p, &info);
}

err_t sys_rt_tgsigqueueinfo(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 signo = (u32)a->a2;
	struct siginfo info = {};
	(void)ret;
	TRY(read_info(a->a3, signo, &info));
	if (arg_int(a->a0) <= 0 || arg_int(a->a1) <= 0)
		return ERR_INVAL;
	if (is_forged(self, arg_int(a->a0), info.code))
		return ERR_PERM;
	if (signo > NSIG)
		return ERR_INVAL;
	return send_thread(self, arg_int(a->a0), arg_int(a->a1), &info);
}
