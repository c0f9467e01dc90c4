/* SPDX-License-Identifier: MPL-2.0 */
/*
 * futex - waiting on a word of user memory.
 *
 * Waiters queue in a hashed table of buckets under a key: of private futexes the address space's
 * number and the address, of shared ones the frame behind the address, which each waiter keeps.
 *
 *   Locking:   class futex_bucket (spin), one at a time; class futex_pi (mutex) for all mutexes
 * that inherit priority. Context:   task context; the address space of the caller is current.
 *   Names:     space_id is the number of the caller's address space in private keys.
 *   Errors:    those of futex(2).
 *   Spec:      futex(2), get_robust_list(2).
 */
#pragma once
#include <osxtd/task.h>
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

/* ---- mutexes that inherit priority: futex_pi.c ---- */

/* Waits until futex_requeue_pi names pi_addr; the caller then takes that mutex.  As futex_wait. */
err_t futex_wait_for_pi(u64 space_id, struct uaddr addr, bool is_shared, u32 value,
			struct uaddr pi_addr, u64 deadline_ns);
err_t futex_requeue_pi(u64 space_id, const struct futex_requeue *r, i64 *affected);

struct futex_pi_hooks {
	/* The task of the thread tid.  ERR_SRCH: there is none; ERR_BUSY: it is ending. */
	err_t (*find)(u32 tid, struct task_ref *out);
};
/* Once, before the first thread. */
void futex_pi_setup(const struct futex_pi_hooks *hooks);

/* Who calls and about which word. */
struct futex_pi_call {
	u64 space_id;
	u32 tid; /* of the current task */
	struct uaddr addr;
	bool is_shared;
};
/* Takes the mutex, waiting for it unless tries_only.  While the caller waits, its standing is lent
 * to the owner, and on to whom that one waits for.  ERR_AGAIN (tries_only), ERR_DEADLK, ERR_SRCH,
 * ERR_PERM, ERR_TIMEDOUT, ERR_RESTART_NOINTR, ERR_FAULT, ERR_INVAL. */
err_t futex_lock_pi(const struct futex_pi_call *c, bool tries_only, u64 deadline_ns);
/* Hands it to the waiter that counts most.  ERR_PERM: not the caller's. */
err_t futex_unlock_pi(const struct futex_pi_call *c);
/* t is set to another policy or priority: what it lends while it waits is that from now on. */
void futex_pi_standing_changed(const struct task *t);
/* Exit: what the current task holds and others wait for goes to them, marked FUTEX_OWNER_DIED. */
void futex_exit_pi(void);

/* Exit: marks the robust mutexes of the list at head that tid owns and wakes one waiter of each. */
void futex_exit_robust(u64 space_id, struct uaddr head, i32 tid);
