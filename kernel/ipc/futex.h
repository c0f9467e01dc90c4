/* SPDX-License-Identifier: MPL-2.0 */
/*
 * futex - waiting on a word of user memory.
 *
 * Waiters queue in a hashed table of buckets under a key: of private futexes the address space's
 * number and the address, of shared ones the frame behind the address, which each waiter keeps.
 *
 *   Locking:   class futex_bucket (spin), two are taken in the order of their place in the table.
 *   Context:   task context; the address space of the caller is current.
 *   Errors:    those of futex(2); priority-inheritance operations are ERR_NOSYS.
 *   Spec:      futex(2), get_robust_list(2).
 */
#pragma once
#include <osxtd/user.h>
#include <osxtd/waitq.h>

/* Who calls: the address space and the number that names it in private keys. */
struct futex_caller {
	struct vmspace *space;
	u64 space_id;
};

/* Sleeps if *addr == value, until a wake whose bits meet `bits`.  ERR_AGAIN, ERR_INTR,
 * ERR_TIMEDOUT, ERR_FAULT, ERR_INVAL. */
err_t futex_wait(const struct futex_caller *c, struct uaddr addr, bool is_shared, u32 value,
		 u32 bits, u64 deadline_ns);
err_t futex_wake(const struct futex_caller *c, struct uaddr addr, bool is_shared, u32 count,
		 u32 bits, i64 *woken);

struct futex_requeue {
	struct uaddr from, to;
	bool is_shared;
	u32 wake, move;
	bool has_expected;
	u32 expected;
};
err_t futex_requeue(const struct futex_caller *c, const struct futex_requeue *r, i64 *affected);
err_t futex_wake_op(const struct futex_caller *c, struct uaddr a, struct uaddr b, bool is_shared,
		    u32 wake_a, u32 wake_b, u32 op, i64 *woken);
/* Exit: marks the robust mutexes of the list at head that tid owns and wakes one waiter of each. */
void futex_exit_robust(const struct futex_caller *c, struct uaddr head, i32 tid);
