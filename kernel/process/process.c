/* SPDX-License-Identifier: MPL-2.0 */
/*
 * process - a process as an object: making it, taking it out of the tables.
 */
#include "process/internal.h"

static void process_fini(struct process *p)
{
	/* Nothing can refer to p any more: the lock is for the checker.  Parent and group went when
	 * it was unlinked. */
	GUARD(signal, &p->lock);
	pending_flush(p, &p->common, UINT64_MAX);
	sighand_drop(&p->sighand);
	user_account_drop(&p->user);
	cred_drop(&p->last_cred);
}
OBJECT_TYPE(process, process_fini);

err_t process_new(struct process_ref *out)
{
	SCOPED_REF(process, r);
	TRY(process_alloc(&r));
	struct process *p = process_get(&r);
	p->start_ns = clock_monotonic_ns();
	itimer_init(p);
	*out = process_move(&r);
	return OK;
}

/* Out of every table: P1 ends here. */
void process_unlink(struct process *p)
{
	SCOPED_REF(process, by_number);
	SCOPED_REF(process, by_parent);
	SCOPED_REF(process, parent);
	SCOPED_REF(group, group);
	parent = process_move(&p->parent);
	if (!process_is_null(&parent))
		by_parent = child_list_remove(&process_get(&parent)->children, p);
	by_number = process_table_remove(&world.processes, p);
	group_leave(p, &group);
	p->is_reaped = true;
}
