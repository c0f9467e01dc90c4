/* SPDX-License-Identifier: MPL-2.0 */
/* futex - decoding of futex(2), robust lists. */
#include "abi/futex.h"
#include "ipc/futex.h"
#include "process/internal.h"
#include "syscall/handlers_futex.h"
#include "time/clock.h"

struct wait_args {
	struct uaddr addr;
	bool is_shared;
	u32 value, bits;
	u64 deadline;
};

static err_t wait_again(struct thread *self, const struct restart_args *r, i64 *ret)
{
	(void)ret;
	err_t err = futex_wait(self->space_id, uaddr_of(r->a0), (r->a3 & 1) != 0, (u32)r->a1,
			       (u32)(r->a3 >> 32), r->a2);
	return err == ERR_INTR ? ERR_RESTART_BLOCK : err;
}
static const struct restart_ops wait_restart = { .again = wait_again };

/* Without a timeout the call is simply made again; with one it goes on with the same deadline. */
static err_t do_wait(struct thread *self, const struct wait_args *w, bool has_timeout)
{
	err_t err = futex_wait(self->space_id, w->addr, w->is_shared, w->value, w->bits,
			       w->deadline);
	if (err != ERR_INTR)
		return err;
	if (!has_timeout)
		return ERR_RESTART;
	struct restart_args r = { uaddr_value(w->addr), w->value, w->deadline,
				  (u64)w->bits << 32 | (w->is_shared ? 1u : 0) };
	return thread_restart_with(self, &wait_restart, &r);
}

/* The deadline: relative for FUTEX_WAIT, absolute for FUTEX_WAIT_BITSET. */
static err_t read_deadline(u64 from, bool is_absolute, bool is_realtime, u64 *deadline)
{
	struct abi_timespec ts = {};
	u64 ns = 0;
	*deadline = NO_DEADLINE;
	if (from == 0)
		return OK;
	TRY(user_get(uaddr_of(from), &ts));
	TRY(timespec_to_ns(&ts, &ns));
	u64 now = clock_monotonic_ns();
	if (!is_absolute)
		*deadline = deadline_after(now, ns);
	else if (is_realtime)
		*deadline = ns > clock_realtime_offset_ns() ? ns - clock_realtime_offset_ns() : 0;
	else
		*deadline = ns;
	return OK;
}

static err_t wait_call(struct thread *self, const struct sysargs *a, bool is_shared)
{
	u32 op = (u32)a->a1 & ~(u32)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	bool is_bitset = op == FUTEX_WAIT_BITSET;
	struct wait_args w = {
		.addr = arg_uaddr(a->a0),
		.is_shared = is_shared,
		.value = (u32)a->a2,
		.bits = is_bitset ? (u32)a->a5 : (u32)FUTEX_BITSET_MATCH_ANY,
	};
	TRY(read_deadline(a->a3, is_bitset, ((u32)a->a1 & (u32)FUTEX_CLOCK_REALTIME) != 0,
			  &w.deadline));
	return do_wait(self, &w, a->a3 != 0);
}

static err_t requeue_call(struct thread *self, const struct sysargs *a, bool is_shared, i64 *ret)
{
	u32 command = (u32)a->a1 & ~(u32)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	if (arg_int(a->a2) < 0 || arg_int(a->a3) < 0)
		return ERR_INVAL;
	struct futex_requeue r = {
		.from = arg_uaddr(a->a0),
		.to = arg_uaddr(a->a4),
		.is_shared = is_shared,
		.wake = (u32)a->a2,
		.move = (u32)a->a3,
		.has_expected = command != FUTEX_REQUEUE,
		.expected = (u32)a->a5,
	};
	return command == FUTEX_CMP_REQUEUE_PI ? futex_requeue_pi(self->space_id, &r, ret)
					       : futex_requeue(self->space_id, &r, ret);
}

static struct futex_pi_call pi_call(struct thread *self, u64 addr, bool is_shared)
{
	return (struct futex_pi_call){ self->space_id, (u32)self->tid, arg_uaddr(addr), is_shared };
}

/* Deadlines are absolute, and FUTEX_LOCK_PI's by the realtime clock. */
static err_t lock_pi_call(struct thread *self, const struct sysargs *a, bool is_shared,
			  bool is_realtime)
{
	u64 deadline = NO_DEADLINE;
	struct futex_pi_call c = pi_call(self, a->a0, is_shared);
	TRY(read_deadline(a->a3, true, is_realtime, &deadline));
	return futex_lock_pi(&c, false, deadline);
}

/* A wait on one word that ends with the mutex of another. */
static err_t wait_requeue_pi_call(struct thread *self, const struct sysargs *a, bool is_shared)
{
	u64 deadline = NO_DEADLINE;
	struct futex_pi_call c = pi_call(self, a->a4, is_shared);
	bool is_realtime = ((u32)a->a1 & (u32)FUTEX_CLOCK_REALTIME) != 0;
	TRY(read_deadline(a->a3, true, is_realtime, &deadline));
	err_t err = futex_wait_for_pi(self->space_id, arg_uaddr(a->a0), is_shared, (u32)a->a2,
				      c.addr, deadline);
	if (err == ERR_INTR)
		return ERR_RESTART_NOINTR;
	TRY(err);
	err = futex_lock_pi(&c, false, deadline);
	return err == ERR_RESTART_NOINTR ? ERR_AGAIN : err;
}

static err_t pi_futex(struct thread *self, const struct sysargs *a, u32 command, bool is_shared)
{
	struct futex_pi_call c = pi_call(self, a->a0, is_shared);
	switch (command) {
	case FUTEX_LOCK_PI:
		return lock_pi_call(self, a, is_shared, true);
	case FUTEX_LOCK_PI2:
		return lock_pi_call(self, a, is_shared,
				    ((u32)a->a1 & (u32)FUTEX_CLOCK_REALTIME) != 0);
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(&c, true, NO_DEADLINE);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(&c);
	case FUTEX_WAIT_REQUEUE_PI:
		return wait_requeue_pi_call(self, a, is_shared);
	default:
		return ERR_NOSYS;
	}
}

/* A count of 0 wakes one, as on Linux. */
static u32 wake_count(u64 v)
{
	return arg_int(v) <= 0 ? 1 : (u32)v;
}

err_t sys_futex(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 op = (u32)a->a1;
	u32 command = op & ~(u32)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	bool is_shared = (op & (u32)FUTEX_PRIVATE_FLAG) == 0;
	if ((op & (u32)FUTEX_CLOCK_REALTIME) != 0 && command != FUTEX_WAIT_BITSET &&
	    command != FUTEX_WAIT_REQUEUE_PI && command != FUTEX_LOCK_PI2)
		return ERR_NOSYS;
	switch (command) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		return wait_call(self, a, is_shared);
	case FUTEX_WAKE:
		return futex_wake(self->space_id, arg_uaddr(a->a0), is_shared, wake_count(a->a2),
				  FUTEX_BITSET_MATCH_ANY, ret);
	case FUTEX_WAKE_BITSET:
		return futex_wake(self->space_id, arg_uaddr(a->a0), is_shared, wake_count(a->a2),
				  (u32)a->a5, ret);
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_CMP_REQUEUE_PI:
		return requeue_call(self, a, is_shared, ret);
	case FUTEX_WAKE_OP:
		return futex_wake_op(self->space_id, arg_uaddr(a->a0), arg_uaddr(a->a4), is_shared,
				     wake_count(a->a2), wake_count(a->a3), (u32)a->a5, ret);
	default:
		return pi_futex(self, a, command, is_shared);
	}
}

err_t sys_set_robust_list(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	if (a->a1 != sizeof(struct abi_robust_list_head))
		return ERR_INVAL;
	atomic_u64_store(&self->robust_list, a->a0);
	return OK;
}

err_t sys_get_robust_list(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_REF(thread, found);
	struct thread *t = self;
	(void)ret;
	if (arg_int(a->a0) != 0 && arg_int(a->a0) != self->tid) {
		if (!thread_find(arg_int(a->a0), &found))
			return ERR_SRCH;
		t = thread_get(&found);
		if (!process_may_inspect(self, process_of(t)))
			return ERR_PERM;
	}
	TRY(user_write_u64(arg_uaddr(a->a2), sizeof(struct abi_robust_list_head)));
	return user_write_u64(arg_uaddr(a->a1), atomic_u64_load(&t->robust_list));
}
