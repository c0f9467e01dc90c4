/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tty_host - the answers that terminals get about sessions and groups, and the end of a session's
 * leader.
 */
#include "process/internal.h"

static struct session *session_of(const struct process *p) HOLDS(process_tree)
{
	return session_get(&group_get(&p->group)->session);
}

static i32 host_session_of(struct thread *self)
{
	GUARD(process_tree, &world.lock);
	return session_of(process_of(self))->id;
}

static i32 host_group_of(struct thread *self)
{
	GUARD(process_tree, &world.lock);
	return group_get(&process_of(self)->group)->id;
}

static bool host_is_session_leader(struct thread *self)
{
	struct process *p = process_of(self);
	GUARD(process_tree, &world.lock);
	return session_of(p)->id == p->pid;
}

static bool host_get_tty(struct thread *self, struct tty_ref *out)
{
	GUARD(process_tree, &world.lock);
	*out = tty_clone_or_null(tty_get_or_null(&session_of(process_of(self))->tty));
	return !tty_is_null(out);
}

static err_t host_set_tty(struct thread *self, struct tty_ref tty)
{
	SCOPED_REF(tty, t);
	t = tty_move(&tty);
	struct process *p = process_of(self);
	GUARD(process_tree, &world.lock);
	struct session *s = session_of(p);
	if (s->id != p->pid || !tty_is_null(&s->tty))
		return ERR_PERM;
	s->tty = tty_move(&t);
	return OK;
}

static void host_clear_tty(i32 sid)
{
	SCOPED_REF(tty, old);
	{
		GUARD(process_tree, &world.lock);
		struct session *s = pid_session(sid);
		if (s != nullptr)
			old = tty_move(&s->tty);
	}
}

static err_t host_check_group(i32 pgid, i32 sid)
{
	GUARD(process_tree, &world.lock);
	const struct group *g = pid_group(pgid);
	if (g == nullptr)
		return ERR_SRCH;
	return session_get(&g->session)->id == sid ? OK : ERR_PERM;
}

static bool host_group_is_orphaned(i32 pgid)
{
	GUARD(process_tree, &world.lock);
	const struct group *g = pid_group(pgid);
	return g == nullptr || group_is_orphaned(g);
}

static bool host_is_blocked_or_ignored(struct thread *self, u32 signo)
{
	return signal_is_blocked_or_ignored(self, signo);
}

static void host_signal_group(i32 pgid, u32 signo)
{
	signal_send_group(pgid, signo);
}

static void host_signal_leader(i32 sid, u32 signo)
{
	struct siginfo info = siginfo_kernel(signo);
	GUARD(process_tree, &world.lock);
	struct process *p = pid_process(sid);
	if (p != nullptr)
		(void)signal_post(p, nullptr, &info);
}

static bool host_has_cap(struct thread *self, u32 cap)
{
	return (thread_cred(self)->cap_effective >> cap & 1) != 0;
}

static struct thread *host_caller(void)
{
	struct task *t = task_current();
	return t != nullptr && thread_is(t) ? thread_of(t) : nullptr;
}

const struct tty_host_ops process_tty_ops = {
	.caller = host_caller,
	.session_of = host_session_of,
	.group_of = host_group_of,
	.is_session_leader = host_is_session_leader,
	.get_tty = host_get_tty,
	.set_tty = host_set_tty,
	.clear_tty = host_clear_tty,
	.check_group = host_check_group,
	.group_is_orphaned = host_group_is_orphaned,
	.is_blocked_or_ignored = host_is_blocked_or_ignored,
	.signal_group = host_signal_group,
	.signal_leader = host_signal_leader,
	.has_cap = host_has_cap,
};

void session_leader_exit(struct process *p)
{
	SCOPED_REF(tty, tty);
	i32 sid = 0;
	{
		GUARD(process_tree, &world.lock);
		struct session *s = session_of(p);
		if (s->id != p->pid)
			return;
		sid = s->id;
		tty = tty_move(&s->tty);
	}
	if (!tty_is_null(&tty))
		tty_leave_session(tty_get(&tty), sid);
}
