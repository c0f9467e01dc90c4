/* SPDX-License-Identifier: MPL-2.0 */
/* prctl - settings of the calling thread and its process: prctl(2). */
#include "abi/prctl.h"
#include "process/internal.h"
#include "syscall/handlers_process.h"

static err_t set_name(struct thread *self, u64 from)
{
	u8 name[COMM_BYTES] = {};
	usize len = 0;
	err_t err = user_read_str(uaddr_of(from), (struct span)span_of(name), &len);
	if (err == ERR_NAMETOOLONG)
		len = COMM_BYTES - 1;
	else if (err != OK)
		return err;
	thread_set_comm(self, str_of(cspan_sub((struct cspan)cspan_of(name), 0, len)));
	return OK;
}

static err_t get_name(struct thread *self, u64 to)
{
	char name[COMM_BYTES] = {};
	thread_get_comm(self, &name);
	return user_write(arg_uaddr(to), (struct cspan)cspan_of(name));
}

static err_t death_signal(struct thread *self, bool set, u64 arg)
{
	struct process *p = process_of(self);
	u32 signo = 0;
	if (set && arg > NSIG)
		return ERR_INVAL;
	{
		GUARD(process_tree, &world.lock);
		if (set)
			p->death_signal = (u32)arg;
		signo = p->death_signal;
	}
	return set ? OK : user_write_u32(uaddr_of(arg), signo);
}

static err_t subreaper(struct thread *self, bool set, u64 arg)
{
	struct process *p = process_of(self);
	bool is = false;
	{
		GUARD(process_tree, &world.lock);
		if (set)
			p->is_subreaper = arg != 0;
		is = p->is_subreaper;
	}
	return set ? OK : user_write_u32(uaddr_of(arg), is ? 1 : 0);
}

static err_t keep_caps(struct thread *self, u64 arg)
{
	SCOPED_REF(cred, c);
	if (arg > 1)
		return ERR_INVAL;
	TRY(cred_copy(thread_cred(self), &c));
	u32 bits = cred_get(&c)->securebits & ~(u32)SECBIT_KEEP_CAPS;
	cred_get(&c)->securebits = bits | (arg != 0 ? (u32)SECBIT_KEEP_CAPS : 0);
	thread_set_cred(self, cred_move(&c));
	return OK;
}

static err_t drop_bounding(struct thread *self, u64 cap)
{
	SCOPED_REF(cred, c);
	if (cap > CAP_LAST)
		return ERR_INVAL;
	if (!cred_has_cap(thread_cred(self), CAP_SETPCAP))
		return ERR_PERM;
	TRY(cred_copy(thread_cred(self), &c));
	cred_get(&c)->cap_bounding &= ~((u64)1 << cap);
	thread_set_cred(self, cred_move(&c));
	return OK;
}

static err_t ambient(struct thread *self, const struct sysargs *a, i64 *ret)
{
	const struct cred *old = thread_cred(self);
	u64 cap = a->a2;
	if (a->a3 != 0 || a->a4 != 0)
		return ERR_INVAL;
	if (a->a1 != PR_CAP_AMBIENT_CLEAR_ALL && cap > CAP_LAST)
		return ERR_INVAL;
	u64 bit = a->a1 == PR_CAP_AMBIENT_CLEAR_ALL ? 0 : (u64)1 << cap;
	if (a->a1 == PR_CAP_AMBIENT_IS_SET) {
		*ret = (old->cap_ambient & bit) != 0;
		return OK;
	}
	SCOPED_REF(cred, c);
	TRY(cred_copy(old, &c));
	struct cred *fresh = cred_get(&c);
	if (a->a1 == PR_CAP_AMBIENT_CLEAR_ALL) {
		if (cap != 0)
			return ERR_INVAL;
		fresh->cap_ambient = 0;
	} else if (a->a1 == PR_CAP_AMBIENT_LOWER) {
		fresh->cap_ambient &= ~bit;
	} else if (a->a1 == PR_CAP_AMBIENT_RAISE) {
		if ((old->cap_permitted & old->cap_inheritable & bit) == 0 ||
		    (old->securebits & SECBIT_NO_CAP_AMBIENT_RAISE) != 0)
			return ERR_PERM;
		fresh->cap_ambient |= bit;
	} else {
		return ERR_INVAL;
	}
	thread_set_cred(self, cred_move(&c));
	return OK;
}

static err_t set_securebits(struct thread *self, u64 bits)
{
	const struct cred *old = thread_cred(self);
	SCOPED_REF(cred, c);
	u32 locked = (old->securebits & SECBITS_LOCKS) >> 1;
	if ((bits & ~(u64)SECBITS_ALL) != 0 || ((old->securebits ^ (u32)bits) & locked) != 0 ||
	    (old->securebits & SECBITS_LOCKS & ~(u32)bits) != 0 || !cred_has_cap(old, CAP_SETPCAP))
		return ERR_PERM;
	TRY(cred_copy(old, &c));
	cred_get(&c)->securebits = (u32)bits;
	thread_set_cred(self, cred_move(&c));
	return OK;
}

static err_t dumpable(struct thread *self, bool set, u64 arg, i64 *ret)
{
	struct mm *mm = thread_mm(self);
	if (set && arg > 1)
		return ERR_INVAL;
	if (set)
		atomic_u32_store(&mm->dumpable, (u32)arg);
	else
		*ret = (i64)atomic_u32_load(&mm->dumpable);
	return OK;
}

static bool others_are_zero(const struct sysargs *a, bool second_too)
{
	return a->a2 == 0 && a->a3 == 0 && a->a4 == 0 && (!second_too || a->a1 == 0);
}

/* What concerns credentials. */
static err_t prctl_rights(struct thread *self, const struct sysargs *a, i64 *ret)
{
	const struct cred *c = thread_cred(self);
	switch (arg_int(a->a0)) {
	case PR_GET_KEEPCAPS:
		*ret = (c->securebits & SECBIT_KEEP_CAPS) != 0;
		return OK;
	case PR_SET_KEEPCAPS:
		return keep_caps(self, a->a1);
	case PR_CAPBSET_READ:
		if (a->a1 > CAP_LAST)
			return ERR_INVAL;
		*ret = (c->cap_bounding >> a->a1 & 1) != 0;
		return OK;
	case PR_CAPBSET_DROP:
		return drop_bounding(self, a->a1);
	case PR_GET_SECUREBITS:
		*ret = c->securebits;
		return OK;
	case PR_SET_SECUREBITS:
		return set_securebits(self, a->a1);
	case PR_CAP_AMBIENT:
		return ambient(self, a, ret);
	case PR_SET_NO_NEW_PRIVS:
		if (a->a1 != 1 || !others_are_zero(a, false))
			return ERR_INVAL;
		atomic_u32_store(&self->no_new_privs, 1);
		return OK;
	case PR_GET_NO_NEW_PRIVS:
		if (!others_are_zero(a, true))
			return ERR_INVAL;
		*ret = atomic_u32_load(&self->no_new_privs);
		return OK;
	default:
		return ERR_INVAL;
	}
}

err_t sys_prctl(struct thread *self, const struct sysargs *a, i64 *ret)
{
	switch (arg_int(a->a0)) {
	case PR_SET_NAME:
		return set_name(self, a->a1);
	case PR_GET_NAME:
		return get_name(self, a->a1);
	case PR_SET_PDEATHSIG:
		return death_signal(self, true, a->a1);
	case PR_GET_PDEATHSIG:
		return death_signal(self, false, a->a1);
	case PR_SET_CHILD_SUBREAPER:
		return subreaper(self, true, a->a1);
	case PR_GET_CHILD_SUBREAPER:
		return subreaper(self, false, a->a1);
	case PR_SET_DUMPABLE:
		return dumpable(self, true, a->a1, ret);
	case PR_GET_DUMPABLE:
		return dumpable(self, false, 0, ret);
	case PR_GET_TIMERSLACK:
		*ret = (i64)thread_slack(self);
		return OK;
	case PR_SET_TIMERSLACK:
		thread_set_slack(self, a->a1);
		return OK;
	case PR_GET_SECCOMP:
		return OK; /* none in force */
	case PR_GET_TID_ADDRESS:
		return user_write_u64(arg_uaddr(a->a1), self->clear_child_tid);
	case PR_GET_THP_DISABLE:
		return others_are_zero(a, true) ? OK : ERR_INVAL;
	default:
		return prctl_rights(self, a, ret);
	}
}
