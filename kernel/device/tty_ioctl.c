/* SPDX-License-Identifier: MPL-2.0 */
/* tty_ioctl - modes, window size, queues and flow control. */
#include <osxtd/user.h>

#include "abi/signal.h"
#include "device/tty.h"
#include "security/cred.h"

static void get_modes(struct tty *t, struct abi_termios2 *out)
{
	GUARD(tty, &t->lock);
	*out = t->modes;
}

enum set_when : u8 { SET_NOW, SET_AND_FLUSH };

static void set_modes(struct tty *t, const struct abi_termios2 *modes, enum set_when when)
{
	GUARD(tty, &t->lock);
	u32 old_lflag = t->modes.t.c_lflag;
	if (when == SET_AND_FLUSH)
		tty_flush_input(t);
	t->modes = *modes;
	/* What the hardware always does. */
	t->modes.t.c_cflag |= CREAD;
	if ((t->modes.t.c_iflag & IXON) == 0)
		t->stopped = false;
	tty_modes_changed(t, old_lflag);
}

static err_t set_modes_from(struct tty *t, u64 arg, bool has_speeds, enum set_when when)
{
	struct abi_termios2 modes = {};
	TRY(tty_check_access(t, SIGTTOU));
	get_modes(t, &modes);
	if (has_speeds)
		TRY(user_get(uaddr_of(arg), &modes));
	else
		TRY(user_get(uaddr_of(arg), &modes.t));
	set_modes(t, &modes, when);
	(void)waitq_wake_all(&t->writers);
	return OK;
}

static err_t get_winsize(struct tty *t, u64 arg)
{
	struct abi_winsize size = {};
	{
		GUARD(tty, &t->lock);
		size = t->size;
	}
	return user_put(uaddr_of(arg), &size);
}

static err_t set_winsize(struct tty *t, u64 arg)
{
	struct abi_winsize size = {};
	TRY(user_get(uaddr_of(arg), &size));
	i32 group = 0;
	bool changed = false;
	{
		GUARD(tty, &t->lock);
		changed = !cspan_equal(cspan_of(size), cspan_of(t->size));
		t->size = size;
		group = atomic_i32_load(&t->foreground);
	}
	if (changed && group > 0)
		tty_host()->signal_group(group, SIGWINCH);
	return OK;
}

static u32 input_bytes(struct tty *t)
{
	GUARD(tty, &t->lock);
	u64 end = (t->modes.t.c_lflag & ICANON) != 0 ? t->ring.line_end : t->ring.head;
	return (u32)(end - t->ring.tail);
}

static err_t flush_queues(struct tty *t, u64 which)
{
	TRY(tty_check_access(t, SIGTTOU));
	if (which > TCIOFLUSH)
		return ERR_INVAL;
	if (which != TCOFLUSH) {
		GUARD(tty, &t->lock);
		tty_flush_input(t);
	}
	return OK; /* output is never queued */
}

static err_t flow(struct tty *t, u64 action)
{
	TRY(tty_check_access(t, SIGTTOU));
	if (action > TCION)
		return ERR_INVAL;
	if (action == TCOOFF || action == TCOON) {
		{
			GUARD(tty, &t->lock);
			t->stopped = action == TCOOFF;
		}
		(void)waitq_wake_all(&t->writers);
		return OK;
	}
	u8 c = 0;
	{
		GUARD(tty, &t->lock);
		c = array_at(t->modes.t.c_cc, action == TCIOFF ? VSTOP : VSTART);
	}
	if (c != 0)
		t->driver->write(t, cspan_of(c));
	return OK;
}

static err_t simulate_input(struct tty *t, struct thread *self, u64 arg)
{
	if (!tty_host()->has_cap(self, CAP_SYS_ADMIN))
		return ERR_PERM;
	u8 c = 0;
	TRY(user_get(uaddr_of(arg), &c));
	tty_receive(t, cspan_of(c));
	return OK;
}

static err_t set_exclusive(struct tty *t, bool on)
{
	GUARD(tty, &t->lock);
	t->exclusive = on;
	return OK;
}

static err_t set_discipline(u64 arg)
{
	u32 discipline = 0;
	TRY(user_read_u32(uaddr_of(arg), &discipline));
	return discipline == 0 ? OK : ERR_INVAL; /* N_TTY is the only one */
}

static err_t mode_ioctl(struct tty *t, u32 cmd, u64 arg)
{
	struct abi_termios2 modes = {};
	get_modes(t, &modes);
	switch (cmd) {
	case TCGETS:
		return user_put(uaddr_of(arg), &modes.t);
	case TCGETS2:
		return user_put(uaddr_of(arg), &modes);
	case TCSETS:
	case TCSETSW:
		return set_modes_from(t, arg, false, SET_NOW);
	case TCSETSF:
		return set_modes_from(t, arg, false, SET_AND_FLUSH);
	case TCSETS2:
	case TCSETSW2:
		return set_modes_from(t, arg, true, SET_NOW);
	case TCSETSF2:
		return set_modes_from(t, arg, true, SET_AND_FLUSH);
	default:
		return ERR_NOTTY;
	}
}

static err_t control_ioctl(struct tty *t, struct thread *self, u32 cmd, u64 arg)
{
	switch (cmd) {
	case TIOCGWINSZ:
		return get_winsize(t, arg);
	case TIOCSWINSZ:
		return set_winsize(t, arg);
	case TIOCINQ:
		return user_write_u32(uaddr_of(arg), input_bytes(t));
	case TIOCOUTQ:
	case TIOCGETD:
		return user_write_u32(uaddr_of(arg), 0);
	case TIOCSETD:
		return set_discipline(arg);
	case TIOCGDEV:
		return user_write_u32(uaddr_of(arg), t->device);
	case TIOCSTI:
		return simulate_input(t, self, arg);
	case TIOCEXCL:
	case TIOCNXCL:
		return set_exclusive(t, cmd == TIOCEXCL);
	case TCFLSH:
		return flush_queues(t, arg);
	case TCXONC:
		return flow(t, arg);
	case TCSBRK:
	case TCSBRKP:
		return tty_check_access(
			t, SIGTTOU); /* output is out already; a break has no meaning here */
	default:
		return ERR_NOTTY;
	}
}

err_t tty_ioctl(struct tty *t, struct thread *self, u32 cmd, u64 arg, i64 *ret)
{
	err_t err = mode_ioctl(t, cmd, arg);
	if (err == ERR_NOTTY)
		err = control_ioctl(t, self, cmd, arg);
	if (err == ERR_NOTTY)
		err = tty_job_ioctl(t, self, cmd, arg, ret);
	return err;
}
