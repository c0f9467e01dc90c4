/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tty_read - canonical and raw reads.
 *
 * Bytes are taken from the ring into a small buffer under tty.lock and copied to the user after it
 * is released; the read lock keeps other readers out, so bytes that user memory refuses are simply
 * gone, as on Linux.
 */
#include <osxtd/timer.h>
#include <osxtd/user.h>

#include "abi/signal.h"
#include "device/tty.h"

enum : usize { PIECE = 256 };
enum : u64 { DECISECOND_NS = 100000000 };

/* Takes finished input for a canonical reader, at most up to the end of one line; *done when that
 * was reached. */
static usize take_line(struct tty *t, struct span out, bool *done) HOLDS(tty)
{
	struct tty_ring *r = &t->ring;
	usize n = 0;
	while (n < span_len(out) && r->tail != r->line_end && !*done) {
		u8 c = array_at(r->bytes, r->tail % TTY_RING);
		*done = tty_ring_is_end(r, r->tail);
		r->tail++;
		if (!*done || c != 0)
			span_set(out, n++, c);
	}
	/* An end-of-file character right behind a full buffer belongs to this line. */
	if (!*done && r->tail != r->line_end && tty_ring_is_end(r, r->tail) &&
	    array_at(r->bytes, r->tail % TTY_RING) == 0) {
		r->tail++;
		*done = true;
	}
	return n;
}

static usize take_raw(struct tty *t, struct span out) HOLDS(tty)
{
	struct tty_ring *r = &t->ring;
	usize n = 0;
	while (n < span_len(out) && r->tail != r->head)
		span_set(out, n++, array_at(r->bytes, r->tail++ % TTY_RING));
	r->line_end = max_of(r->line_end, r->tail);
	return n;
}

struct raw_wait {
	u32 least;	/* bytes that end the read */
	u64 timeout_ns; /* 0: none */
	bool between;	/* the timeout runs from byte to byte, after the first */
};

static bool is_canonical(struct tty *t, struct raw_wait *raw)
{
	GUARD(tty, &t->lock);
	u32 least = t->modes.t.c_cc[VMIN];
	u32 tenths = t->modes.t.c_cc[VTIME];
	*raw = (struct raw_wait){ .least = least,
				  .timeout_ns = tenths * DECISECOND_NS,
				  .between = least != 0 };
	return (t->modes.t.c_lflag & ICANON) != 0;
}

/* Moves what is there to the uio; *done when a line ended. */
static err_t take(struct tty *t, struct uio *to, bool canonical, usize *n, bool *done)
{
	while (uio_left(to) != 0 && !*done) {
		u8 piece[PIECE] = {};
		usize have = 0, moved = 0;
		struct span room = span_sub(span_of(piece), 0,
					    min_of((usize)uio_left(to), (usize)PIECE));
		{
			GUARD(tty, &t->lock);
			if (canonical && t->ring.tail == t->ring.line_end)
				return OK;
			have = canonical ? take_line(t, room, done) : take_raw(t, room);
		}
		if (have == 0)
			return OK;
		TRY(uio_put(to, span_const(span_sub(room, 0, have)), &moved));
		*n += moved;
	}
	return OK;
}

static err_t read_canonical(struct tty *t, struct uio *to, struct waiter *w, bool nonblock,
			    usize *n)
{
	for (;;) {
		bool done = false;
		TRY(tty_check_access(t, SIGTTIN));
		TRY(take(t, to, true, n, &done));
		if (done || *n != 0)
			return OK;
		if (nonblock)
			return ERR_AGAIN;
		TRY(waiter_sleep(w, WAIT_SIGNAL, NO_DEADLINE));
		struct raw_wait raw = {};
		if (!is_canonical(t, &raw))
			return ERR_RESTART_NOINTR; /* the mode changed under the reader: begin again
						    */
	}
}

static err_t read_raw(struct tty *t, struct uio *to, struct waiter *w, const struct raw_wait *raw,
		      bool nonblock, usize *n)
{
	u64 want = min_of((u64)raw->least, uio_left(to));
	u64 deadline = NO_DEADLINE;
	if (raw->timeout_ns != 0 && !raw->between)
		deadline = clock_monotonic_ns() + raw->timeout_ns;
	for (;;) {
		bool done = false;
		usize before = *n;
		TRY(tty_check_access(t, SIGTTIN));
		TRY(take(t, to, false, n, &done));
		if (*n >= want && (*n != 0 || (raw->least == 0 && raw->timeout_ns == 0)))
			return OK;
		if (nonblock)
			return *n != 0					 ? OK
			       : raw->least == 0 && raw->timeout_ns == 0 ? OK
									 : ERR_AGAIN;
		if (raw->between && raw->timeout_ns != 0 && *n != before)
			deadline = clock_monotonic_ns() + raw->timeout_ns;
		err_t err = waiter_sleep(w, WAIT_SIGNAL, deadline);
		if (err == ERR_TIMEDOUT)
			return OK;
		if (err != OK)
			return *n != 0 ? OK : err;
	}
}

err_t tty_read(struct tty *t, struct uio *to, bool nonblock, usize *n)
{
	if (uio_left(to) == 0)
		return OK;
	TRY(tty_check_access(t, SIGTTIN));
	GUARD(tty_reader, &t->read_lock);
	SCOPED_WAITER(w);
	waitq_join(&t->readers, &w);
	struct raw_wait raw = {};
	if (is_canonical(t, &raw))
		return read_canonical(t, to, &w, nonblock, n);
	return read_raw(t, to, &w, &raw, nonblock, n);
}
