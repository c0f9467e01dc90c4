/* SPDX-License-Identifier: MPL-2.0 */
/* tty_output - what OPOST does to bytes on their way to the driver, and the column the cursor is
 * in. */
#include <osxtd/task.h>
#include <osxtd/user.h>

#include "abi/signal.h"
#include "device/tty.h"

enum : usize { EXPANSION_MAX = 8 };

struct sink {
	struct span out;
	usize len;
};

static void emit(struct sink *s, u8 c)
{
	span_set(s->out, s->len, c);
	s->len++;
}

static void put_newline(struct tty *t, struct sink *s) HOLDS(tty)
{
	u32 o = t->modes.t.c_oflag;
	if ((o & ONLRET) != 0)
		t->column = 0;
	if ((o & ONLCR) != 0) {
		t->column = 0;
		emit(s, '\r');
	}
	emit(s, '\n');
}

static void put_return(struct tty *t, struct sink *s) HOLDS(tty)
{
	u32 o = t->modes.t.c_oflag;
	if ((o & ONOCR) != 0 && t->column == 0)
		return;
	if ((o & OCRNL) != 0) {
		if ((o & ONLRET) != 0)
			t->column = 0;
		emit(s, '\n');
		return;
	}
	t->column = 0;
	emit(s, '\r');
}

static void put_tab(struct tty *t, struct sink *s) HOLDS(tty)
{
	u32 spaces = 8 - t->column % 8;
	t->column += spaces;
	if ((t->modes.t.c_oflag & TABDLY) != TAB3) {
		emit(s, '\t');
		return;
	}
	for (u32 i = 0; i < spaces; i++)
		emit(s, ' ');
}

static void put(struct tty *t, struct sink *s, u8 c) HOLDS(tty)
{
	switch (c) {
	case '\n':
		put_newline(t, s);
		return;
	case '\r':
		put_return(t, s);
		return;
	case '\t':
		put_tab(t, s);
		return;
	case '\b':
		if (t->column > 0)
			t->column--;
		emit(s, c);
		return;
	default:
		if ((t->modes.t.c_oflag & OLCUC) != 0 && c >= 'a' && c <= 'z')
			c = (u8)(c - 'a' + 'A');
		/* Control characters and the tail bytes of UTF-8 sequences take no column. */
		if (c >= ' ' && c != 0x7f &&
		    !((t->modes.t.c_iflag & IUTF8) != 0 && (c & 0xc0) == 0x80))
			t->column++;
		emit(s, c);
	}
}

usize tty_process_output(struct tty *t, struct cspan in, struct span out, usize *out_len)
{
	struct sink s = { .out = out };
	usize used = 0;
	if ((t->modes.t.c_oflag & OPOST) == 0) {
		used = min_of(cspan_len(in), span_len(out));
		span_copy(out, cspan_sub(in, 0, used));
		*out_len = used;
		return used;
	}
	while (used < cspan_len(in) && s.len + EXPANSION_MAX <= span_len(out))
		put(t, &s, cspan_get(in, used++));
	*out_len = s.len;
	return used;
}

/* Takes up to a piece of from, processed, and hands it to the driver.  *n: bytes of from that were
 * used. */
static err_t write_piece(struct tty *t, struct uio *from, usize *n)
{
	u8 in[256] = {}, out[512] = {};
	usize have = 0;
	TRY(uio_get(from, span_of(in), &have));
	for (usize at = 0; at < have;) {
		usize len = 0;
		{
			GUARD(tty, &t->lock);
			at += tty_process_output(t, cspan_sub(cspan_of(in), at, have - at),
						 span_of(out), &len);
		}
		t->driver->write(t, cspan_sub(cspan_of(out), 0, len));
	}
	*n += have;
	return OK;
}

/* Waits while output is stopped. */
static err_t wait_started(struct tty *t, bool nonblock)
{
	SCOPED_WAITER(w);
	waitq_join(&t->writers, &w);
	for (;;) {
		{
			GUARD(tty, &t->lock);
			if (!t->stopped)
				return OK;
		}
		if (nonblock)
			return ERR_AGAIN;
		TRY(waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE));
	}
}

static bool must_stop_background(struct tty *t)
{
	GUARD(tty, &t->lock);
	return (t->modes.t.c_lflag & TOSTOP) != 0;
}

static bool is_stopped(struct tty *t)
{
	GUARD(tty, &t->lock);
	return t->stopped;
}

err_t tty_write(struct tty *t, struct uio *from, bool nonblock, usize *n)
{
	if (must_stop_background(t))
		TRY(tty_check_access(t, SIGTTOU));
	while (uio_left(from) != 0) {
		err_t err = is_stopped(t) ? wait_started(t, nonblock) : OK;
		if (err == OK)
			err = write_piece(t, from, n);
		if (err != OK)
			return *n != 0 ? OK : err;
		/* Gigabytes can be written: others get their turn, and a signal ends it. */
		if (uio_left(from) != 0 && task_pause(WAIT_SIGNAL))
			return OK;
	}
	return OK;
}
