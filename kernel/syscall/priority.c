/* SPDX-License-Identifier: MPL-2.0 */
/* priority - nice values of processes, groups and users: getpriority(2), setpriority(2). */
#include "process/internal.h"
#include "sched/sched.h"
#include "syscall/handlers_sched.h"

/* Whom the call means: walks all threads, as which and who may name many. */
struct selection {
	i32 which;
	i32 who; /* resolved: 0 was replaced by the caller's */
};

static u32 uid_of(struct thread *t)
{
	SCOPED_REF(cred, c);
	thread_get_cred(t, &c);
	return cred_get(&c)->uid;
}

static i32 group_of(struct process *p)
{
	GUARD(process_tree, &world.lock);
	return group_is_null(&p->group) ? 0 : group_get(&p->group)->id;
}

static err_t resolve(struct thread *self, i32 which, i32 who, struct selection *s)
{
	*s = (struct selection){ which, who };
	switch (which) {
	case PRIO_PROCESS:
		if (who == 0)
			s->who = self->tid;
		return OK;
	case PRIO_PGRP:
		if (who == 0)
			s->who = group_of(process_of(self));
		return OK;
	case PRIO_USER:
		if (who == 0)
			s->who = (i32)thread_cred(self)->uid;
		return OK;
	default:
		return ERR_INVAL;
	}
}

static bool is_selected(struct thread *t, const struct selection *s)
{
	if (s->which == PRIO_PGRP)
		return group_of(process_of(t)) == s->who;
	return (i32)uid_of(t) == s->who;
}

/* The next thread after (*pid, *tid) that is selected. */
static bool next_selected(const struct selection *s, i32 *pid, i32 *tid, struct thread_ref *out)
{
	for (;;) {
		SCOPED_REF(process, p);
		if (!process_next(*pid - 1, &p))
			return false;
		if (process_get(&p)->pid != *pid) {
			*pid = process_get(&p)->pid;
			*tid = 0;
		}
		SCOPED_REF(thread, t);
		while (process_next_thread(process_get(&p), *tid, &t)) {
			*tid = thread_tid(thread_get(&t));
			if (is_selected(thread_get(&t), s)) {
				*out = thread_move(&t);
				return true;
			}
			thread_drop(&t);
		}
		*pid += 1;
		*tid = 0;
	}
}

err_t sys_getpriority(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct selection s = {};
	TRY(resolve(self, arg_int(a->a0), arg_int(a->a1), &s));
	SCOPED_REF(thread, t);
	i64 best = 0; /* as the call gives it: 20 - nice, 1 … 40 */
	if (s.which == PRIO_PROCESS) {
		if (!thread_find(s.who, &t))
			return ERR_SRCH;
		*ret = 20 - atomic_i32_load(&thread_get(&t)->task.sched.nice);
		return OK;
	}
	i32 pid = 1, tid = 0;
	while (next_selected(&s, &pid, &tid, &t)) {
		best = max_of(best, (i64)(20 - atomic_i32_load(&thread_get(&t)->task.sched.nice)));
		thread_drop(&t);
	}
	*ret = best;
	return best == 0 ? ERR_SRCH : OK;
}

static err_t set_one(struct thread *self, struct thread *t, i32 nice)
{
	SCOPED_REF(cred, theirs);
	thread_get_cred(t, &theirs);
	const struct cred *c = thread_cred(self), *o = cred_get(&theirs);
	bool has_right = cred_has_cap(c, CAP_SYS_NICE);
	if (o->uid != c->euid && o->euid != c->euid && !has_right)
		return ERR_PERM;
	u64 limit = atomic_u64_load(&process_of(t)->limits.soft[RLIMIT_NICE]);
	if (nice < atomic_i32_load(&t->task.sched.nice) &&
	    20 - nice > (i64)min_of(limit, (u64)40) && !has_right)
		return ERR_ACCES;
	sched_set_nice(&t->task, nice);
	return OK;
}

err_t sys_setpriority(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct selection s = {};
	i32 nice = max_of(min_of(arg_int(a->a2), 19), -20);
	(void)ret;
	TRY(resolve(self, arg_int(a->a0), arg_int(a->a1), &s));
	SCOPED_REF(thread, t);
	if (s.which == PRIO_PROCESS) {
		if (!thread_find(s.who, &t))
			return ERR_SRCH;
		return set_one(self, thread_get(&t), nice);
	}
	err_t err = ERR_SRCH;
	bool failed = false;
	i32 pid = 1, tid = 0;
	while (next_selected(&s, &pid, &tid, &t)) {
		err_t e = set_one(self, thread_get(&t), nice);
		if (!failed)
			err = e;
		failed = failed || e != OK;
		thread_drop(&t);
	}
	return err;
}
