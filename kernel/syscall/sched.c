/* SPDX-License-Identifier: MPL-2.0 */
/* sched - policies, priorities, affinity. */
#include "abi/sched.h"

#include "ipc/futex.h"
#include "process/internal.h"
#include "sched/sched.h"
#include "syscall/handlers_sched.h"
#include "time/clock.h"

err_t sys_sched_yield(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)a;
	(void)ret;
	sched_yield();
	return OK;
}

/* The thread that pid names, the caller for 0. */
static err_t target(struct thread *self, i32 pid, struct thread_ref *out)
{
	if (pid < 0)
		return ERR_INVAL;
	if (pid == 0 || pid == self->tid) {
		*out = thread_clone(self);
		return OK;
	}
	return thread_find(pid, out) ? OK : ERR_SRCH;
}

/* Same user, or the right over other users' tasks. */
static bool is_own(struct thread *self, struct thread *t)
{
	SCOPED_REF(cred, theirs);
	thread_get_cred(t, &theirs);
	const struct cred *c = thread_cred(self), *o = cred_get(&theirs);
	return c->euid == o->uid || c->euid == o->euid || cred_has_cap(c, CAP_SYS_NICE);
}

static bool is_rt(u32 policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

struct policy_request {
	u32 policy;
	u32 priority;
	i32 nice;
	bool sets_nice;
	bool resets_on_fork;
	bool keeps_params; /* the child's standing alone changes */
	u64 slice_ns;
	struct sched_deadline deadline;
};

static err_t check_policy(const struct policy_request *r)
{
	switch (r->policy) {
	case SCHED_OTHER:
	case SCHED_BATCH:
	case SCHED_IDLE:
		return r->priority == 0 ? OK : ERR_INVAL;
	case SCHED_FIFO:
	case SCHED_RR:
		return r->priority >= 1 && r->priority <= 99 ? OK : ERR_INVAL;
	case SCHED_DEADLINE:
		return r->priority == 0 ? sched_check_deadline(&r->deadline) : ERR_INVAL;
	default:
		return ERR_INVAL;
	}
}

/* getrlimit(2), RLIMIT_NICE: the lowest nice value is 20 - limit. */
static bool may_set_nice(struct thread *self, struct thread *t, i32 nice)
{
	u64 limit = atomic_u64_load(&process_of(t)->limits.soft[RLIMIT_NICE]);
	return nice >= atomic_i32_load(&t->task.sched.nice) ||
	       20 - nice <= (i64)min_of(limit, (u64)40) ||
	       cred_has_cap(thread_cred(self), CAP_SYS_NICE);
}

static err_t may_set_policy(struct thread *self, struct thread *t, const struct policy_request *r)
{
	if (cred_has_cap(thread_cred(self), CAP_SYS_NICE))
		return OK;
	if (!is_own(self, t))
		return ERR_PERM;
	u64 limit = atomic_u64_load(&process_of(t)->limits.soft[RLIMIT_RTPRIO]);
	u32 policy = atomic_u32_load(&t->task.sched.policy);
	if (is_rt(r->policy) &&
	    ((r->policy != policy && limit == 0) ||
	     (r->priority > atomic_u32_load(&t->task.sched.rt_priority) && r->priority > limit)))
		return ERR_PERM;
	if (r->policy == SCHED_DEADLINE)
		return ERR_PERM;
	if (atomic_u32_load(&t->reset_on_fork) != 0 && !r->resets_on_fork)
		return ERR_PERM;
	if (r->sets_nice && !may_set_nice(self, t, r->nice))
		return ERR_PERM;
	return OK;
}

/* A reservation holds on whatever CPU the task runs: it may run on all. */
static err_t set_deadline(struct thread *t, const struct policy_request *r)
{
	if (sched_affinity(&t->task) != all_cpus())
		return ERR_PERM;
	return sched_set_deadline(&t->task, &r->deadline);
}

static err_t set_policy(struct thread *self, struct thread *t, const struct policy_request *r)
{
	TRY(check_policy(r));
	TRY(may_set_policy(self, t, r));
	if (r->policy == SCHED_DEADLINE && !r->keeps_params) {
		TRY(set_deadline(t, r));
	} else if (!r->keeps_params) {
		sched_set_policy(&t->task, r->policy, r->priority);
		if (r->sets_nice && !is_rt(r->policy)) {
			sched_set_nice(&t->task, r->nice);
			sched_set_slice(&t->task, r->slice_ns);
		}
	}
	atomic_u32_store(&t->reset_on_fork, r->resets_on_fork ? 1 : 0);
	futex_pi_standing_changed(&t->task);
	return OK;
}

static err_t set_policy_of(struct thread *self, i32 pid, const struct policy_request *r)
{
	SCOPED_REF(thread, found);
	TRY(target(self, pid, &found));
	return set_policy(self, thread_get(&found), r);
}

err_t sys_sched_setscheduler(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 policy = (u32)a->a1;
	u32 priority = 0;
	(void)ret;
	if (a->a2 == 0 || arg_int(a->a0) < 0 || (i32)policy < 0)
		return ERR_INVAL;
	TRY(user_read_u32(arg_uaddr(a->a2), &priority));
	struct policy_request r = {
		.policy = policy & ~(u32)SCHED_RESET_ON_FORK,
		.priority = priority,
		.resets_on_fork = (policy & (u32)SCHED_RESET_ON_FORK) != 0,
	};
	return set_policy_of(self, arg_int(a->a0), &r);
}

err_t sys_sched_setparam(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 priority = 0;
	(void)ret;
	if (a->a1 == 0 || arg_int(a->a0) < 0)
		return ERR_INVAL;
	TRY(user_read_u32(arg_uaddr(a->a1), &priority));
	SCOPED_REF(thread, found);
	TRY(target(self, arg_int(a->a0), &found));
	struct thread *t = thread_get(&found);
	struct policy_request r = { .policy = atomic_u32_load(&t->task.sched.policy),
				    .priority = priority,
				    .resets_on_fork = atomic_u32_load(&t->reset_on_fork) != 0 };
	return set_policy(self, t, &r);
}

err_t sys_sched_getscheduler(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(thread, found);
	TRY(target(self, arg_int(a->a0), &found));
	const struct thread *t = thread_get(&found);
	*ret = atomic_u32_load(&t->task.sched.policy) |
	       (atomic_u32_load(&t->reset_on_fork) != 0 ? (u32)SCHED_RESET_ON_FORK : 0);
	return OK;
}

err_t sys_sched_getparam(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(thread, found);
	(void)ret;
	if (a->a1 == 0)
		return ERR_INVAL;
	TRY(target(self, arg_int(a->a0), &found));
	return user_write_u32(arg_uaddr(a->a1),
			      atomic_u32_load(&thread_get(&found)->task.sched.rt_priority));
}

/* What t has now, in the form of the call. */
static struct abi_sched_attr attr_of(const struct thread *t)
{
	const struct sched_entity *e = &t->task.sched;
	bool resets = atomic_u32_load(&t->reset_on_fork) != 0;
	struct abi_sched_attr attr = {
		.policy = atomic_u32_load(&e->policy),
		.flags = resets ? (u64)SCHED_FLAG_RESET_ON_FORK : 0,
		.priority = atomic_u32_load(&e->rt_priority),
		.util_max = 1024,
	};
	if (attr.policy == SCHED_DEADLINE) {
		attr.flags |= e->deadline.flags;
		attr.runtime = e->deadline.runtime_ns;
		attr.deadline = e->deadline.deadline_ns;
		attr.period = e->deadline.period_ns;
	} else if (!is_rt(attr.policy)) {
		attr.nice = atomic_i32_load(&e->nice);
		attr.runtime = e->slice_ns;
	}
	return attr;
}

/* With SCHED_FLAG_KEEP_POLICY and SCHED_FLAG_KEEP_PARAMS what t has stays. */
static struct policy_request request_of(const struct thread *t, const struct abi_sched_attr *given)
{
	struct abi_sched_attr attr = *given, now = attr_of(t);
	if ((attr.flags & SCHED_FLAG_KEEP_PARAMS) != 0) {
		attr = now;
		attr.policy = given->policy;
		attr.flags = given->flags;
	}
	if ((attr.flags & SCHED_FLAG_KEEP_POLICY) != 0) {
		attr.policy = now.policy;
		attr.flags = (attr.flags & ~(u64)SCHED_FLAG_RESET_ON_FORK) |
			     (now.flags & SCHED_FLAG_RESET_ON_FORK);
	}
	return (struct policy_request){
		.policy = attr.policy,
		.priority = attr.priority,
		.nice = max_of(min_of(attr.nice, 19), -20),
		.sets_nice = !is_rt(attr.policy),
		.resets_on_fork = (attr.flags & SCHED_FLAG_RESET_ON_FORK) != 0,
		.keeps_params = (given->flags & SCHED_FLAG_KEEP_PARAMS) != 0,
		.slice_ns = attr.runtime,
		.deadline = { .runtime_ns = attr.runtime,
			      .deadline_ns = attr.deadline,
			      .period_ns = attr.period,
			      .flags = (u32)(attr.flags & SCHED_FLAG_DL_OVERRUN) },
	};
}

static err_t read_attr(struct uaddr from, struct abi_sched_attr *attr)
{
	u32 size = 0;
	TRY(user_read_u32(from, &size));
	if (size == 0)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE) {
		(void)user_write_u32(from, SCHED_ATTR_SIZE);
		return ERR_2BIG;
	}
	usize known = min_of((usize)size, sizeof(*attr));
	return user_read(from, span_sub((struct span)span_of(*attr), 0, known));
}

err_t sys_sched_setattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_sched_attr attr = {};
	(void)ret;
	if (a->a1 == 0 || arg_int(a->a0) < 0 || (u32)a->a2 != 0)
		return ERR_INVAL;
	TRY(read_attr(arg_uaddr(a->a1), &attr));
	if ((i32)attr.policy < 0)
		return ERR_INVAL;
	SCOPED_REF(thread, found);
	TRY(target(self, arg_int(a->a0), &found));
	struct policy_request r = request_of(thread_get(&found), &attr);
	if ((attr.flags & ~(u64)SCHED_FLAG_KNOWN) != 0)
		return ERR_INVAL;
	return set_policy(self, thread_get(&found), &r);
}

err_t sys_sched_getattr(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 size = (u32)a->a2;
	SCOPED_REF(thread, found);
	(void)ret;
	if (a->a1 == 0 || arg_int(a->a0) < 0 || size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE ||
	    (u32)a->a3 != 0)
		return ERR_INVAL;
	TRY(target(self, arg_int(a->a0), &found));
	usize known = min_of((usize)size, sizeof(struct abi_sched_attr));
	struct abi_sched_attr attr = attr_of(thread_get(&found));
	attr.size = (u32)known;
	return user_write(arg_uaddr(a->a1), cspan_sub((struct cspan)cspan_of(attr), 0, known));
}

static err_t priority_bound(u32 policy, i64 rt, i64 *ret)
{
	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		*ret = rt;
		return OK;
	case SCHED_OTHER:
	case SCHED_BATCH:
	case SCHED_IDLE:
	case SCHED_DEADLINE:
		return OK;
	default:
		return ERR_INVAL;
	}
}

err_t sys_sched_get_priority_max(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	return priority_bound((u32)a->a0, 99, ret);
}

err_t sys_sched_get_priority_min(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	return priority_bound((u32)a->a0, 1, ret);
}

err_t sys_sched_rr_get_interval(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(thread, found);
	(void)ret;
	TRY(target(self, arg_int(a->a0), &found));
	struct abi_timespec ts = timespec_of_ns(sched_turn_ns(&thread_get(&found)->task));
	return user_put(arg_uaddr(a->a1), &ts);
}

/* ---- affinity ---- */

err_t sys_sched_setaffinity(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u64 mask = 0;
	SCOPED_REF(thread, found);
	(void)ret;
	usize len = min_of((usize)a->a1 & UINT32_MAX, sizeof(mask));
	TRY(user_read(arg_uaddr(a->a2), span_sub((struct span)span_of(mask), 0, len)));
	if (arg_int(a->a0) < 0)
		return ERR_SRCH;
	TRY(target(self, arg_int(a->a0), &found));
	struct thread *t = thread_get(&found);
	if (!is_own(self, t))
		return ERR_PERM;
	u64 cpus = mask & all_cpus();
	if (cpus == 0)
		return ERR_INVAL;
	if (atomic_u32_load(&t->task.sched.policy) == SCHED_DEADLINE && cpus != all_cpus())
		return ERR_BUSY;
	sched_set_affinity(&t->task, cpus);
	return OK;
}

err_t sys_sched_getaffinity(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 len = (u32)a->a1;
	SCOPED_REF(thread, found);
	if ((u64)len * 8 < cpu_count() || (len & 7) != 0)
		return ERR_INVAL;
	if (arg_int(a->a0) < 0)
		return ERR_SRCH;
	TRY(target(self, arg_int(a->a0), &found));
	u64 mask = sched_affinity(&thread_get(&found)->task);
	*ret = sizeof(mask);
	return user_put(arg_uaddr(a->a2), &mask);
}

err_t sys_getcpu(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)ret;
	if (a->a0 != 0)
		TRY(user_write_u32(arg_uaddr(a->a0), cpu_id()));
	return a->a1 == 0 ? OK : user_write_u32(arg_uaddr(a->a1), 0);
}

/* Block devices serve requests in one order for all so far. */
err_t sys_ioprio_get(struct thread *self, const struct sysargs *a, i64 *ret)
{
	enum : i64 { BEST_EFFORT_4 = 2 << 13 | 4 };
	(void)self;
	if (arg_int(a->a0) < 1 || arg_int(a->a0) > 3)
		return ERR_INVAL;
	*ret = BEST_EFFORT_4;
	return OK;
}

err_t sys_ioprio_set(struct thread *self, const struct sysargs *a, i64 *ret)
{
	enum : u32 {
		CLASS_SHIFT = 13,
		NONE = 0,
		REAL_TIME = 1,
		BEST_EFFORT = 2,
		IDLE = 3,
		LEVELS = 8
	};
	u32 class = (u32)a->a2 >> CLASS_SHIFT, level = (u32)a->a2 & ((1u << CLASS_SHIFT) - 1);
	const struct cred *c = thread_cred(self);
	(void)ret;
	if (class == REAL_TIME && !cred_has_cap(c, CAP_SYS_ADMIN) && !cred_has_cap(c, CAP_SYS_NICE))
		return ERR_PERM;
	if (class > IDLE || (class == NONE && level != 0) ||
	    ((class == REAL_TIME || class == BEST_EFFORT) && level >= LEVELS))
		return ERR_INVAL;
	return arg_int(a->a0) < 1 || arg_int(a->a0) > 3 ? ERR_INVAL : OK;
}
