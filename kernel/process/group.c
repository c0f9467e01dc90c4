/* SPDX-License-Identifier: MPL-2.0 */
/*
 * group - process groups and sessions: membership, orphaned groups, what terminals ask.
 *
 * G1: a group is in the table iff it has members; a session iff it has groups.
 * G2: all members of a group are in the group's session.
 */
#include "process/internal.h"

static void session_fini(struct session *s)
{
	tty_drop(&s->tty);
}
OBJECT_TYPE(session, session_fini);

static void group_fini(struct group *g)
{
	session_drop(&g->session);
}
OBJECT_TYPE(group, group_fini);

err_t session_new(struct session_ref *out)
{
	return session_alloc(out);
}

err_t group_new(struct session_ref session, struct group_ref *out)
{
	SCOPED_REF(session, s);
	s = session_move(&session);
	SCOPED_REF(group, g);
	TRY(group_alloc(&g));
	group_get(&g)->session = session_move(&s);
	*out = group_move(&g);
	return OK;
}

static struct session *session_of(const struct process *p) HOLDS(process_tree)
{
	return session_get(&group_get(&p->group)->session);
}

/* ---- membership ---- */

void session_publish(struct session *s, i32 id)
{
	s->id = id;
	session_table_insert(&world.sessions, session_clone(s));
}

void group_publish(struct group *g, i32 id)
{
	g->id = id;
	session_get(&g->session)->groups++;
	group_table_insert(&world.groups, group_clone(g));
}

void group_join(struct group *g, struct process *p)
{
	p->group = group_clone(g);
	member_list_push_back(&g->members, process_clone(p));
}

/* Establishes G1.  The group that p was in is handed over: dropping it may drop the session's
 * terminal. */
void group_leave(struct process *p, struct group_ref *old)
{
	*old = group_move(&p->group);
	struct group *g = group_get(old);
	SCOPED_REF(process, member);
	member = member_list_remove(&g->members, p);
	if (!member_list_is_empty(&g->members))
		return;
	SCOPED_REF(group, listed);
	listed = group_table_remove(&world.groups, g);
	struct session *s = session_get(&g->session);
	if (--s->groups != 0)
		return;
	SCOPED_REF(session, listed_session);
	listed_session = session_table_remove(&world.sessions, s);
}

/* ---- orphans: POSIX.1-2024 XBD 3.264 ---- */

/* True when no member but `leaving` has a parent in another group of the same session. */
static bool is_orphaned(const struct group *g, const struct process *leaving) HOLDS(process_tree)
{
	for (struct process *p = member_list_first(&g->members); p != nullptr;
	     p = member_list_next(p)) {
		if (p == leaving || p->is_zombie)
			continue;
		const struct process *parent = process_get_or_null(&p->parent);
		if (parent == nullptr || parent->pid == 1)
			continue;
		const struct group *theirs = group_get_or_null(&parent->group);
		if (theirs != nullptr && theirs != g &&
		    session_get(&theirs->session) == session_get(&g->session))
			return false;
	}
	return true;
}

bool group_is_orphaned(const struct group *g)
{
	return is_orphaned(g, nullptr);
}

static bool is_process_stopped(struct process *p)
{
	GUARD(signal, &p->lock);
	return p->stop_signal != 0;
}

static bool has_stopped(const struct group *g) HOLDS(process_tree)
{
	for (struct process *p = member_list_first(&g->members); p != nullptr;
	     p = member_list_next(p))
		if (is_process_stopped(p))
			return true;
	return false;
}

static void post_to_members(const struct group *g, u32 signo) HOLDS(process_tree)
{
	struct siginfo info = siginfo_kernel(signo);
	for (struct process *p = member_list_first(&g->members); p != nullptr;
	     p = member_list_next(p))
		(void)signal_post(p, nullptr, &info);
}

/* g may have become orphaned because `leaving` exits: its stopped members are hung up. */
void group_check_orphan(struct group *g, const struct process *leaving)
{
	if (is_orphaned(g, leaving) && has_stopped(g)) {
		post_to_members(g, SIGHUP);
		post_to_members(g, SIGCONT);
	}
}

void signal_send_group(i32 pgid, u32 signo)
{
	GUARD(process_tree, &world.lock);
	struct group *g = pid_group(pgid);
	if (g != nullptr)
		post_to_members(g, signo);
}

/* ---- setpgid(2), setsid(2) ---- */

/* The checks of setpgid(2), in Linux's order. */
static err_t may_set_group(struct process *caller, struct process *p, i32 pgid) HOLDS(process_tree)
{
	struct session *s = session_of(caller);
	if (p != caller) {
		if (process_get_or_null(&p->parent) != caller)
			return ERR_SRCH;
		if (session_of(p) != s)
			return ERR_PERM;
		if (p->has_execed)
			return ERR_ACCES;
	}
	if (session_of(p)->id == p->pid)
		return ERR_PERM;
	if (pgid == p->pid)
		return OK;
	const struct group *g = pid_group(pgid);
	return g != nullptr && session_get(&g->session) == s ? OK : ERR_PERM;
}

/* g is not published yet. */
static void group_init_session(struct group *g, struct session *s)
{
	g->session = session_clone(s);
}

err_t process_set_group(struct thread *self, i32 pid, i32 pgid)
{
	if (pgid < 0 || (pgid == 0 && pid < 0))
		return ERR_INVAL;
	struct process *caller = process_of(self);
	SCOPED_REF(group, made);
	SCOPED_REF(group, old);
	SCOPED_REF(session, none);
	TRY(group_new(session_move(&none), &made));
	GUARD(process_tree, &world.lock);
	struct process *p = caller;
	if (pid != 0 && pid != caller->pid) {
		p = pid_process(pid);
		if (p == nullptr)
			return ERR_SRCH;
	}
	if (pgid == 0)
		pgid = p->pid;
	TRY(may_set_group(caller, p, pgid));
	if (group_get(&p->group)->id == pgid)
		return OK;
	struct group *g = pid_group(pgid);
	if (g == nullptr) {
		g = group_get(&made);
		group_init_session(g, session_of(p));
		group_publish(g, pgid);
	}
	group_leave(p, &old);
	group_join(g, p);
	return OK;
}

err_t process_new_session(struct thread *self, i64 *ret)
{
	struct process *p = process_of(self);
	SCOPED_REF(session, s);
	SCOPED_REF(group, g);
	SCOPED_REF(group, old);
	TRY(session_new(&s));
	TRY(group_new(session_clone(session_get(&s)), &g));
	GUARD(process_tree, &world.lock);
	if (pid_group(p->pid) != nullptr || session_of(p)->id == p->pid)
		return ERR_PERM;
	group_leave(p, &old);
	session_publish(session_get(&s), p->pid);
	group_publish(group_get(&g), p->pid);
	group_join(group_get(&g), p);
	*ret = p->pid;
	return OK;
}
