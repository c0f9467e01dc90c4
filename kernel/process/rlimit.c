/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rlimit - limits of processes, and the accounts of what each user uses.
 */
#include "process/internal.h"

static void user_account_fini(struct user_account *u)
{
	(void)u;
}
OBJECT_TYPE(user_account, user_account_fini);

TREE_TYPE(account_table, user_account, node, uid);
LOCK_CLASS(accounts, spin);
struct accounts {
	struct accounts_lock lock;
	struct account_table table GUARDED(accounts);
};
static struct accounts shared accounts;

enum : u32 { ACCOUNTS_KEPT = 64 };

/* Accounts that only the table holds go when it has become long. */
static void prune(void) HOLDS(accounts)
{
	struct user_account *next = nullptr;
	for (struct user_account *u = account_table_first(&accounts.table); u != nullptr;
	     u = next) {
		next = account_table_next(u);
		SCOPED_REF(user_account, gone);
		if (object_refs(&u->object) == 1)
			gone = account_table_remove(&accounts.table, u);
	}
}

err_t user_account_find(u32 uid, struct user_account_ref *out)
{
	SCOPED_REF(user_account, made);
	TRY(user_account_alloc(&made));
	user_account_get(&made)->uid = uid;
	GUARD(accounts, &accounts.lock);
	struct user_account *u = account_table_lower_bound(&accounts.table, uid);
	if (u != nullptr && u->uid == uid) {
		*out = user_account_clone(u);
		return OK;
	}
	if (account_table_count(&accounts.table) > ACCOUNTS_KEPT)
		prune();
	account_table_insert(&accounts.table, user_account_clone(user_account_get(&made)));
	*out = user_account_move(&made);
	return OK;
}

/* The threads of p count for another user from now on. */
void process_set_user(struct process *p, struct user_account_ref user)
{
	SCOPED_REF(user_account, old);
	GUARD(signal, &p->lock);
	u32 threads = (u32)thread_list_count(&p->threads);
	old = user_account_move(&p->user);
	p->user = user_account_move(&user);
	(void)atomic_u32_add(&user_account_get(&p->user)->threads, threads);
	if (!user_account_is_null(&old))
		(void)atomic_u32_sub(&user_account_get(&old)->threads, threads);
}

/* ---- limits ---- */

struct limit_start {
	u64 soft, hard;
};

/* What Linux gives init on a machine with memory for `threads` threads. */
void rlimit_init(struct process *p)
{
	struct frame_stats frames = {};
	frame_stats(&frames);
	/* As Linux: a process with its tables and first pages takes 32 pages at least; half of
	 * memory at most. */
	u64 threads = max_of(frames.total_pages / 64, (u64)64);
	for (u32 i = 0; i < RLIM_NLIMITS; i++) {
		struct limit_start l = { RLIM_INFINITY, RLIM_INFINITY };
		switch (i) {
		case RLIMIT_STACK:
			l.soft = 8 << 20;
			break;
		case RLIMIT_CORE:
			l.soft = 0;
			break;
		case RLIMIT_NPROC:
		case RLIMIT_SIGPENDING:
			l = (struct limit_start){ threads, threads };
			break;
		case RLIMIT_NOFILE:
			l = (struct limit_start){ 1024, 4096 };
			break;
		case RLIMIT_MEMLOCK:
			l = (struct limit_start){ 8 << 20, 8 << 20 };
			break;
		case RLIMIT_MSGQUEUE:
			l = (struct limit_start){ 819200, 819200 };
			break;
		case RLIMIT_NICE:
		case RLIMIT_RTPRIO:
			l = (struct limit_start){ 0, 0 };
			break;
		default:
			break;
		}
		atomic_u64_store(&array_at(p->limits.soft, i), l.soft);
		atomic_u64_store(&array_at(p->limits.hard, i), l.hard);
	}
}

void rlimit_fork(struct process *to, const struct process *from)
{
	to->limits = from->limits; /* word by word; a change at the same moment is before or after
				      the fork for each */
	if (atomic_u64_load(&from->limits.soft[RLIMIT_CPU]) != RLIM_INFINITY)
		atomic_u32_store(&to->has_cpu_timers, 1);
}

void process_get_rlimit(struct process *p, u32 resource, u64 *soft, u64 *hard)
{
	*soft = atomic_u64_load(&array_at(p->limits.soft, resource));
	*hard = atomic_u64_load(&array_at(p->limits.hard, resource));
}

static const u32 mm_resource[MM_LIMIT_COUNT] = {
	[MM_LIMIT_AS] = RLIMIT_AS,
	[MM_LIMIT_DATA] = RLIMIT_DATA,
	[MM_LIMIT_STACK] = RLIMIT_STACK,
	[MM_LIMIT_MEMLOCK] = RLIMIT_MEMLOCK,
};

void rlimit_tell_mm(struct thread *self, enum mm_limit which)
{
	u32 resource = array_at(mm_resource, (u32)which);
	if (!vmspace_is_null(&self->mm))
		mm_set_limit(thread_mm(self), which, thread_rlimit(self, resource));
}

static void tell_space(struct process *p, u32 resource, u64 soft)
{
	SCOPED_REF(thread, t);
	SCOPED_REF(vmspace, space);
	if (!process_first_thread(p, &t) || !thread_get_space(thread_get(&t), &space))
		return;
	for (u32 i = MM_LIMIT_AS; i < MM_LIMIT_COUNT; i++)
		if (array_at(mm_resource, i) == resource)
			mm_set_limit(mm_of(vmspace_get(&space)), (enum mm_limit)i, soft);
}

err_t rlimit_set(struct thread *self, struct process *p, u32 resource, const struct abi_rlimit *l)
{
	u64 hard = atomic_u64_load(&array_at(p->limits.hard, resource));
	if (l->soft > l->hard)
		return ERR_INVAL;
	if (resource == RLIMIT_NOFILE && l->hard > FD_MAX)
		return ERR_PERM;
	if (l->hard > hard && !cred_has_cap(thread_cred(self), CAP_SYS_RESOURCE))
		return ERR_PERM;
	u64 soft = l->soft;
	if (resource == RLIMIT_CPU && soft == 0)
		soft = 1; /* as Linux: 0 means at once, which a second is */
	atomic_u64_store(&array_at(p->limits.hard, resource), l->hard);
	atomic_u64_store(&array_at(p->limits.soft, resource), soft);
	if (resource == RLIMIT_CPU)
		atomic_u32_store(&p->has_cpu_timers, 1);
	tell_space(p, resource, soft);
	return OK;
}

/* prlimit(2): all ids of the caller must be those of the target, or CAP_SYS_RESOURCE. */
err_t rlimit_may_change(struct thread *self, struct process *p)
{
	if (p == process_of(self))
		return OK;
	SCOPED_REF(thread, t);
	SCOPED_REF(cred, theirs);
	if (!process_first_thread(p, &t))
		return ERR_SRCH;
	thread_get_cred(thread_get(&t), &theirs);
	const struct cred *c = thread_cred(self), *o = cred_get(&theirs);
	if (c->uid == o->euid && c->uid == o->suid && c->uid == o->uid && c->gid == o->egid &&
	    c->gid == o->sgid && c->gid == o->gid)
		return OK;
	return cred_has_cap(c, CAP_SYS_RESOURCE) ? OK : ERR_PERM;
}

u32 process_personality(const struct process *p)
{
	return atomic_u32_load(&p->personality);
}
