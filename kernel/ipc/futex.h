/* SPDX-License-Identifier: MPL-2.0 */
/*
 * futex - waiting on a word of user memory.
 *
 * Waiters queue in a hashed table of buckets under a key: of private futexes the address space's
 * number and the address, of shared ones the frame behind the address, which each waiter keeps.
 *
 *   Locking:   class futex_bucket (spin), two are taken in the order of their place in the table.
 *   Context:   task context; the address space of the caller is current.
 *   Names:     space_id is the number of the caller's address space in private keys.
 *   Errors:    those of futex(2); priority-inheritance operations are ERR_NOSYS.
 *   Spec:      futex(2), get_robust_list(2).
 */
#pragma once
#include <osxtd/user.h>
#include <osxtd/waitq.h>

/* Sleeps if *addr == value, until a wake whose bits meet `bits`.  ERR_AGAIN, ERR_INTR,
 * ERR_TIMEDOUT, ERR_FAULT, ERR_INVAL. */
err_t futex_wait(u64 space_id, struct uaddr addr, bool is_shared, u32 value, u32 bits,
		 u64 deadline_ns);
err_t futex_wake(u64 space_id, struct uaddr addr, bool is_shared, u32 count, u32 bits, i64 *woken);

struct futex_requeue {
	struct uaddr from, to;
	bool is_shared;
	u32 wake, move;
	bool has_expected;
	u32 expected;
};
err_t futex_requeue(u64 space_id, const struct futex_requeue *r, i64 *affected);
err_t futex_wake_op(u64 space_id, struct uaddr a, struct uaddr b, bool is_shared, u32 wake_a,
		    u32 wake_b, u32 op, i64 *woken);
/* Exit: marks the robust mutexes of the list at head that tid owns and wakes one waiter of each. */
void futex_exit_robust(u64 space_id, struct uaddr head, i32 tid);
