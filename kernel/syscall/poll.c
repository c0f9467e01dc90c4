/* SPDX-License-Identifier: MPL-2.0 */
/*
 * poll - poll(2), ppoll(2).
 *
 * The caller's array is worked on in pieces that fit the stack.  Only `revents` is ever written
 * back, and only where it changed: other threads may change the rest while this one sleeps.
 */
#include "syscall/handlers_poll.h"

#include "abi/resource.h"
#include "process/signal.h"
#include "process/thread.h"
#include "syscall/poll_wait.h"
#include "time/clock.h"

enum : usize { PIECE = 64 };

/* The slow way, for one file. */
static u32 ask_one(struct fdtable *files, i32 fd, struct poll_wait *w)
{
	SCOPED_REF(file, f);
	if (fd_get(files, fd, &f) != OK)
		return POLLNVAL;
	return w == nullptr ? file_poll(file_get(&f), nullptr) : poll_wait_file(w, file_move(&f));
}

static err_t put_revents(struct uaddr user, usize i, u16 revents)
{
	return user_write(uaddr_add(user, i * sizeof(struct abi_pollfd) +
						  offsetof(struct abi_pollfd, revents)),
			  cspan_of(revents));
}

/* Writes the answers that changed, and one in any case: the array must be writable. */
static err_t put_piece(struct uaddr user, struct pollfds fds, usize n, u64 changed)
{
	if (changed == 0)
		return put_revents(user, 0, pollfds_at(fds, 0)->revents);
	for (usize i = 0; i < n; i++) {
		if ((changed >> i & 1) != 0)
			TRY(put_revents(user, i, pollfds_at(fds, i)->revents));
	}
	return OK;
}

static void ask_piece(struct fdtable *files, struct fd_poll *p, struct poll_wait *w)
{
	for (;;) {
		/* Once something holds the call will not sleep: nothing more is joined then. */
		if (w == nullptr || p->found != 0)
			fd_poll_ready(files, p);
		if (p->at == p->count)
			return;
		struct abi_pollfd *one = pollfds_at(p->fds, p->at);
		u32 events = one->fd < 0 ? 0 : ask_one(files, one->fd, p->found == 0 ? w : nullptr);
		fd_poll_answer(p, one, events);
	}
}

static err_t ask_all(struct fdtable *files, const struct poll_asker *a, struct poll_wait *w,
		     u32 *found)
{
	*found = 0;
	for (usize done = 0; done < a->count; done += PIECE) {
		struct abi_pollfd piece[PIECE] = {};
		usize n = min_of(a->count - done, (usize)PIECE);
		struct uaddr user = uaddr_add(a->user, done * sizeof(struct abi_pollfd));
		TRY(user_read(user, span_sub(span_of(piece), 0, n * sizeof(struct abi_pollfd))));
		struct fd_poll p = { .fds = SPAN_OF_ARRAY(pollfds, piece),
				     .count = n,
				     .found = *found };
		ask_piece(files, &p, w);
		*found = p.found;
		TRY(put_piece(user, p.fds, n, p.changed));
	}
	return OK;
}

static const struct poll_asker_ops poll_ops = { ask_all };

static err_t poll_common(struct thread *self, u64 user, u32 count, const struct poll_deadline *d,
			 i64 *ret)
{
	if (count > thread_rlimit(self, RLIMIT_NOFILE))
		return ERR_INVAL;
	struct poll_asker asker = { .ops = &poll_ops, .count = count, .user = uaddr_of(user) };
	u32 found = 0;
	TRY(poll_rounds(self, &asker, d, &found));
	*ret = found;
	return OK;
}

/* ---- poll ---- */

static err_t poll_again(struct thread *self, const struct restart_args *a, i64 *ret);
static const struct restart_ops poll_restart = { poll_again };

/* poll(2) is not restarted after a handler; after a stop it goes on to its old deadline. */
static err_t poll_until(struct thread *self, u64 user, u32 count, const struct poll_deadline *d,
			i64 *ret)
{
	err_t err = poll_common(self, user, count, d, ret);
	if (err != ERR_RESTART_NOHAND)
		return err;
	struct restart_args again = { .a0 = user, .a1 = count, .a2 = d->at_ns, .a3 = d->is_zero };
	return thread_restart_with(self, &poll_restart, &again);
}

static err_t poll_again(struct thread *self, const struct restart_args *a, i64 *ret)
{
	struct poll_deadline d = { a->a2, a->a3 != 0 };
	return poll_until(self, a->a0, (u32)a->a1, &d, ret);
}

err_t sys_poll(struct thread *self, const struct sysargs *a, i64 *ret)
{
	i32 timeout_ms = arg_int(a->a2);
	struct poll_deadline d = { NO_DEADLINE, false };
	if (timeout_ms >= 0)
		d = poll_deadline_after((u64)timeout_ms * 1000000);
	return poll_until(self, a->a0, (u32)a->a1, &d, ret);
}

/* ---- ppoll ---- */

/* Tells the caller what is left of its timeout.  Memory that refuses it makes a restart impossible.
 */
static err_t put_left(struct uaddr user, const struct poll_deadline *d, err_t err)
{
	if (uaddr_is_null(user) || d->is_zero)
		return err;
	struct abi_timespec left = timespec_of_ns(poll_deadline_left(d));
	if (user_put(user, &left) != OK && err == ERR_RESTART_NOHAND)
		return ERR_INTR;
	return err;
}

err_t sys_ppoll(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct uaddr timeout = arg_uaddr(a->a2);
	struct poll_deadline d = { NO_DEADLINE, false };
	if (!uaddr_is_null(timeout)) {
		struct abi_timespec ts = {};
		u64 ns = 0;
		TRY(user_get(timeout, &ts));
		TRY(timespec_to_ns(&ts, &ns));
		d = poll_deadline_after(ns);
	}
	TRY(signal_set_temporary_mask(self, arg_uaddr(a->a3), a->a4));
	return put_left(timeout, &d, poll_common(self, a->a0, (u32)a->a1, &d, ret));
}
