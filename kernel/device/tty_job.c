/* SPDX-License-Identifier: MPL-2.0 */
/* tty_job - controlling terminals, foreground groups, and who may touch a terminal from the
 * background. */
#include <osxtd/user.h>

#include "abi/signal.h"
#include "device/tty.h"
#include "security/cred.h"

static const struct tty_host_ops *shared host OWNER(boot);

void tty_host_init(const struct tty_host_ops *ops)
{
	host = ops;
}

const struct tty_host_ops *tty_host(void)
{
	return host;
}

struct owner {
	i32 session, foreground;
};

static struct owner owner_of(struct tty *t)
{
	GUARD(tty, &t->lock);
	return (struct owner){ t->session, atomic_i32_load(&t->foreground) };
}

i32 tty_foreground_group(const struct tty *t)
{
	return atomic_i32_load(&t->foreground);
}

u32 tty_device_number(const struct tty *t)
{
	return t->device;
}

/* POSIX XBD 11.1.4: a background process that reads is stopped, or fails with EIO when nobody could
 * continue it. */
err_t tty_check_access(struct tty *t, u32 signo)
{
	struct thread *self = host->caller();
	if (self == nullptr)
		return OK;
	struct owner o = owner_of(t);
	i32 group = host->group_of(self);
	if (o.session == 0 || o.session != host->session_of(self) || o.foreground == 0 ||
	    group == o.foreground)
		return OK;
	if (host->is_blocked_or_ignored(self, signo))
		return signo == SIGTTIN ? ERR_IO : OK;
	if (host->group_is_orphaned(group))
		return ERR_IO;
	host->signal_group(group, signo);
	return ERR_RESTART;
}

static void set_owner(struct tty *t, i32 session, i32 foreground)
{
	GUARD(tty, &t->lock);
	t->session = session;
	atomic_i32_store(&t->foreground, foreground);
}

void tty_leave_session(struct tty *t, i32 sid)
{
	struct owner o = owner_of(t);
	if (o.session != sid)
		return;
	set_owner(t, 0, 0);
	if (o.foreground > 0) {
		host->signal_group(o.foreground, SIGHUP);
		host->signal_group(o.foreground, SIGCONT);
	}
}

static err_t become_controlling(struct tty *t, struct thread *self, bool steal)
{
	struct owner o = owner_of(t);
	i32 session = host->session_of(self);
	if (host->is_session_leader(self) && o.session == session)
		return OK;
	SCOPED_REF(tty, mine);
	if (!host->is_session_leader(self) || host->get_tty(self, &mine))
		return ERR_PERM;
	if (o.session != 0) {
		if (!steal || !host->has_cap(self, CAP_SYS_ADMIN))
			return ERR_PERM;
		host->clear_tty(o.session);
	}
	TRY(host->set_tty(self, tty_clone(t)));
	set_owner(t, session, host->group_of(self));
	return OK;
}

void tty_acquire_on_open(struct tty *t)
{
	struct thread *self = host->caller();
	if (self == nullptr || !host->is_session_leader(self) || owner_of(t).session != 0)
		return;
	/* A leader that has a terminal keeps it: no error for open(2). */
	(void)!become_controlling(t, self, false);
}

/* TIOCNOTTY: a leader frees the terminal for the whole session; others just lose it, which sessions
 * cannot express. */
static err_t give_up(struct tty *t, struct thread *self)
{
	i32 session = host->session_of(self);
	if (owner_of(t).session != session)
		return ERR_NOTTY;
	if (!host->is_session_leader(self))
		return OK;
	host->clear_tty(session);
	tty_leave_session(t, session);
	return OK;
}

static err_t set_foreground(struct tty *t, struct thread *self, u64 arg)
{
	TRY(tty_check_access(t, SIGTTOU));
	struct owner o = owner_of(t);
	if (o.session == 0 || o.session != host->session_of(self))
		return ERR_NOTTY;
	u32 raw = 0;
	TRY(user_read_u32(uaddr_of(arg), &raw));
	i32 group = (i32)raw;
	if (group < 0)
		return ERR_INVAL;
	TRY(host->check_group(group, o.session));
	set_owner(t, o.session, group);
	return OK;
}

err_t tty_job_ioctl(struct tty *t, struct thread *self, u32 cmd, u64 arg, i64 *ret)
{
	(void)ret;
	struct owner o = owner_of(t);
	bool is_mine = o.session != 0 && o.session == host->session_of(self);
	switch (cmd) {
	case TIOCSCTTY:
		return become_controlling(t, self, arg == 1);
	case TIOCNOTTY:
		return give_up(t, self);
	case TIOCGPGRP:
		return is_mine ? user_write_u32(uaddr_of(arg), (u32)o.foreground) : ERR_NOTTY;
	case TIOCGSID:
		return is_mine ? user_write_u32(uaddr_of(arg), (u32)o.session) : ERR_NOTTY;
	case TIOCSPGRP:
		return set_foreground(t, self, arg);
	default:
		return ERR_NOTTY;
	}
}
