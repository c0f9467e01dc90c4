/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tty_input - what a received byte does.
 *
 * Everything happens under tty.lock; echo and signals are collected in a `struct effects` and
 * carried out when the lock is free again, since drivers and processes have locks of their own.
 */
#include "device/tty.h"

#include <osxtd/log.h>

#include "abi/signal.h"

/* What a batch of input causes outside the terminal. */
struct effects {
	u32 signals[4]; /* to the foreground group, in order */
	u32 signal_count;
	i32 group;
	bool wake_readers, wake_writers;
	usize echo_len;
	u8 echo[TTY_ECHO_MAX];
};

/* ---- echo ---- */

static void echo_raw(struct tty *t, struct effects *fx, struct cspan bytes) HOLDS(tty)
{
	usize len = 0;
	struct span room = span_from(span_of(fx->echo), fx->echo_len);
	(void)tty_process_output(t, bytes, room, &len);
	fx->echo_len += len;
}

static void echo_byte(struct tty *t, struct effects *fx, u8 c) HOLDS(tty)
{
	echo_raw(t, fx, cspan_of(c));
}

static bool is_control(u8 c)
{
	return c < ' ' || c == 0x7f;
}

/* As typed, but control characters in the form ^X. */
static void echo_visible(struct tty *t, struct effects *fx, u8 c) HOLDS(tty)
{
	if (is_control(c) && (t->modes.t.c_lflag & ECHOCTL) != 0 && c != '\t' && c != '\n') {
		echo_byte(t, fx, '^');
		echo_byte(t, fx, c ^ 0100);
	} else {
		echo_byte(t, fx, c);
	}
}

/* ---- the ring ---- */

bool tty_ring_is_end(const struct tty_ring *r, u64 p)
{
	return (array_at(r->ends, p % TTY_RING / 64) >> (p % 64) & 1) != 0;
}

static void ring_set_end(struct tty_ring *r, u64 p, bool is_end)
{
	u64 bit = (u64)1 << (p % 64);
	if (is_end)
		array_at(r->ends, p % TTY_RING / 64) |= bit;
	else
		array_at(r->ends, p % TTY_RING / 64) &= ~bit;
}

/* False when the ring is full; a canonical line always leaves room for its end. */
static bool ring_put(struct tty_ring *r, u8 c, bool is_end)
{
	u64 used = r->head - r->tail;
	if (used >= TTY_RING || (used == TTY_RING - 1 && !is_end))
		return false;
	array_at(r->bytes, r->head % TTY_RING) = c;
	ring_set_end(r, r->head, is_end);
	r->head++;
	return true;
}

static u8 ring_byte(const struct tty_ring *r, u64 p)
{
	return array_at(r->bytes, p % TTY_RING);
}

void tty_flush_input(struct tty *t)
{
	t->ring.tail = t->ring.head;
	t->ring.line_end = t->ring.head;
}

bool tty_input_ready(struct tty *t)
{
	const struct tty_ring *r = &t->ring;
	if ((t->modes.t.c_lflag & ICANON) != 0)
		return r->line_end != r->tail;
	u64 least = t->modes.t.c_cc[VTIME] == 0 && t->modes.t.c_cc[VMIN] != 0
			    ? t->modes.t.c_cc[VMIN]
			    : 1;
	return r->head - r->tail >= least;
}

void tty_modes_changed(struct tty *t, u32 old_lflag)
{
	if (((t->modes.t.c_lflag ^ old_lflag) & ICANON) == 0)
		return;
	t->ring.line_end = t->ring.head;
	t->literal_next = false;
	(void)waitq_wake_all(&t->readers);
}

/* ---- editing ---- */

static bool is_utf8_tail(const struct tty *t, u8 c) HOLDS(tty)
{
	return (t->modes.t.c_iflag & IUTF8) != 0 && (c & 0xc0) == 0x80;
}

/* Column of position p when the line is typed from its start. */
static u32 column_of(const struct tty *t, u64 p) HOLDS(tty)
{
	const struct tty_ring *r = &t->ring;
	u32 column = r->edit_column;
	for (u64 i = r->line_end; i != p; i++) {
		u8 c = ring_byte(r, i);
		if (c == '\t')
			column += 8 - column % 8;
		else if (is_control(c))
			column += (t->modes.t.c_lflag & ECHOCTL) != 0 ? 2 : 0;
		else if (!is_utf8_tail(t, c))
			column++;
	}
	return column;
}

/* Takes the last character off the line being edited, on the screen too. */
static void erase_one(struct tty *t, struct effects *fx) HOLDS(tty)
{
	struct tty_ring *r = &t->ring;
	u32 l = t->modes.t.c_lflag;
	u32 from = column_of(t, r->head);
	do
		r->head--;
	while (r->head != r->line_end && is_utf8_tail(t, ring_byte(r, r->head)));
	if ((l & ECHO) == 0)
		return;
	u8 c = ring_byte(r, r->head);
	if ((l & ECHOE) == 0) {
		echo_visible(t, fx, t->modes.t.c_cc[VERASE]);
		return;
	}
	for (u32 column = column_of(t, r->head); column < from; from--) {
		if (c == '\t')
			echo_byte(t, fx, '\b');
		else
			echo_raw(t, fx, str_bytes(STR("\b \b")));
	}
}

static bool is_word_byte(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c >= 0x80;
}

static void erase_word(struct tty *t, struct effects *fx) HOLDS(tty)
{
	struct tty_ring *r = &t->ring;
	while (r->head != r->line_end && !is_word_byte(ring_byte(r, r->head - 1)))
		erase_one(t, fx);
	while (r->head != r->line_end && is_word_byte(ring_byte(r, r->head - 1)))
		erase_one(t, fx);
}

static void erase_line(struct tty *t, struct effects *fx) HOLDS(tty)
{
	u32 l = t->modes.t.c_lflag;
	if ((l & ECHO) == 0 || (l & (ECHOKE | ECHOE)) == (ECHOKE | ECHOE)) {
		while (t->ring.head != t->ring.line_end)
			erase_one(t, fx);
		return;
	}
	t->ring.head = t->ring.line_end;
	echo_visible(t, fx, t->modes.t.c_cc[VKILL]);
	if ((l & ECHOK) != 0)
		echo_byte(t, fx, '\n');
}

static void reprint(struct tty *t, struct effects *fx) HOLDS(tty)
{
	echo_visible(t, fx, t->modes.t.c_cc[VREPRINT]);
	echo_byte(t, fx, '\n');
	t->ring.edit_column = 0;
	for (u64 p = t->ring.line_end; p != t->ring.head; p++)
		echo_visible(t, fx, ring_byte(&t->ring, p));
}

/* ---- one byte ---- */

/* A control character that is switched off has the value 0. */
static bool is_cc(const struct tty *t, enum termios_cc which, u8 c) HOLDS(tty)
{
	return c != 0 && c == array_at(t->modes.t.c_cc, which);
}

static void post_signal(struct tty *t, struct effects *fx, u32 signo, u8 c) HOLDS(tty)
{
	u32 l = t->modes.t.c_lflag;
	if ((l & NOFLSH) == 0) {
		tty_flush_input(t);
		fx->wake_writers = t->stopped;
		t->stopped = false;
	}
	if ((l & ECHO) != 0)
		echo_visible(t, fx, c);
	fx->group = atomic_i32_load(&t->foreground);
	if (fx->signal_count < array_len(fx->signals))
		array_at(fx->signals, fx->signal_count++) = signo;
}

static bool take_signal(struct tty *t, struct effects *fx, u8 c) HOLDS(tty)
{
	if ((t->modes.t.c_lflag & ISIG) == 0)
		return false;
	u32 signo = is_cc(t, VINTR, c)	 ? SIGINT
		    : is_cc(t, VQUIT, c) ? SIGQUIT
		    : is_cc(t, VSUSP, c) ? SIGTSTP
					 : 0;
	if (signo == 0)
		return false;
	post_signal(t, fx, signo, c);
	return true;
}

static bool take_flow_control(struct tty *t, struct effects *fx, u8 c) HOLDS(tty)
{
	if ((t->modes.t.c_iflag & IXON) == 0)
		return false;
	if (is_cc(t, VSTOP, c)) {
		t->stopped = true;
		return true;
	}
	bool start = is_cc(t, VSTART, c);
	if (start || (t->stopped && (t->modes.t.c_iflag & IXANY) != 0)) {
		t->stopped = false;
		fx->wake_writers = true;
	}
	return start;
}

static bool take_edit(struct tty *t, struct effects *fx, u8 c) HOLDS(tty)
{
	bool has_text = t->ring.head != t->ring.line_end;
	bool extended = (t->modes.t.c_lflag & IEXTEN) != 0;
	if (is_cc(t, VERASE, c)) {
		if (has_text)
			erase_one(t, fx);
	} else if (is_cc(t, VKILL, c)) {
		erase_line(t, fx);
	} else if (extended && is_cc(t, VWERASE, c)) {
		erase_word(t, fx);
	} else if (extended && is_cc(t, VREPRINT, c) && (t->modes.t.c_lflag & ECHO) != 0) {
		reprint(t, fx);
	} else if (extended && is_cc(t, VLNEXT, c)) {
		t->literal_next = true;
		if ((t->modes.t.c_lflag & (ECHO | ECHOCTL)) == (ECHO | ECHOCTL))
			echo_raw(t, fx, str_bytes(STR("^\b")));
	} else {
		return false;
	}
	return true;
}

static void store(struct tty *t, struct effects *fx, u8 c, bool is_end) HOLDS(tty)
{
	if (t->ring.head == t->ring.line_end)
		t->ring.edit_column = t->column;
	bool echo = (t->modes.t.c_lflag & ECHO) != 0;
	if (!ring_put(&t->ring, c, is_end)) {
		if ((t->modes.t.c_iflag & IMAXBEL) != 0)
			echo_byte(t, fx, '\a');
		return;
	}
	if (c == '\n' ? echo || (is_end && (t->modes.t.c_lflag & ECHONL) != 0) : echo)
		echo_visible(t, fx, c);
}

static void end_line(struct tty *t, struct effects *fx) HOLDS(tty)
{
	t->ring.line_end = t->ring.head;
	fx->wake_readers = true;
}

static void receive_canonical(struct tty *t, struct effects *fx, u8 c) HOLDS(tty)
{
	if (take_edit(t, fx, c))
		return;
	if (is_cc(t, VEOF, c)) {
		if (ring_put(&t->ring, 0, true))
			end_line(t, fx);
		return;
	}
	bool ends = c == '\n' || is_cc(t, VEOL, c) ||
		    ((t->modes.t.c_lflag & IEXTEN) != 0 && is_cc(t, VEOL2, c));
	store(t, fx, c, ends);
	if (ends)
		end_line(t, fx);
}

/* Input mapping (c_iflag); false: the byte is dropped. */
static bool map_input(struct tty *t, u8 *c) HOLDS(tty)
{
	u32 i = t->modes.t.c_iflag;
	if ((i & ISTRIP) != 0)
		*c &= 0x7f;
	if ((i & IUCLC) != 0 && *c >= 'A' && *c <= 'Z')
		*c = (u8)(*c - 'A' + 'a');
	if (*c == '\r') {
		if ((i & IGNCR) != 0)
			return false;
		if ((i & ICRNL) != 0)
			*c = '\n';
	} else if (*c == '\n' && (i & INLCR) != 0) {
		*c = '\r';
	}
	return true;
}

static NOINLINE void receive_byte(struct tty *t, struct effects *fx, u8 c) HOLDS(tty)
{
	bool canonical = (t->modes.t.c_lflag & ICANON) != 0;
	if (t->literal_next) {
		t->literal_next = false;
		store(t, fx, c, false);
		fx->wake_readers |= !canonical;
		return;
	}
	if (!map_input(t, &c))
		return;
	if (take_flow_control(t, fx, c) || take_signal(t, fx, c))
		return;
	if (canonical) {
		receive_canonical(t, fx, c);
		return;
	}
	store(t, fx, c, false);
	t->ring.line_end = t->ring.head;
	fx->wake_readers = true;
}

static void carry_out(struct tty *t, struct effects *fx)
{
	if (fx->echo_len != 0)
		t->driver->write(t, cspan_sub(cspan_of(fx->echo), 0, fx->echo_len));
	if (fx->wake_readers)
		(void)waitq_wake_all(&t->readers);
	if (fx->wake_writers)
		(void)waitq_wake_all(&t->writers);
	for (u32 i = 0; i < fx->signal_count && fx->group > 0; i++)
		tty_host()->signal_group(fx->group, array_at(fx->signals, i));
}

void tty_receive(struct tty *t, struct cspan bytes)
{
	for (usize at = 0; at < cspan_len(bytes);) {
		struct effects fx = {};
		{
			GUARD(tty, &t->lock);
			/* A byte's echo is at most a reprinted or erased line; what does not fit is
			 * not shown. */
			while (at < cspan_len(bytes) && fx.echo_len <= TTY_ECHO_MAX / 2 &&
			       fx.signal_count < array_len(fx.signals))
				receive_byte(t, &fx, cspan_get(bytes, at++));
		}
		carry_out(t, &fx);
	}
}
