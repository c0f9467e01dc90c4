/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tty_host - what terminals need of processes and processes of terminals.
 *
 * Terminals live below processes: process/ gives them this table once (tty_host_init) and calls the
 * functions at the end itself.  A terminal keeps the numbers of its session and of its foreground
 * group; a session keeps a reference to its terminal.
 *
 *   Locking:   the process_tree lock (irq) is taken inside the callbacks: do not hold a lock that
 * tty_* below take. Context:   self is the calling thread.  signal_* from any context, interrupt
 * handlers included. Spec:      termios(3), tcsetpgrp(3), setsid(2); POSIX.1-2024 XBD 11.1.
 */
#pragma once
#include <osxtd/object.h>

struct thread;
struct tty; /* device/: begins with `struct object object;` */
REF_TYPE(tty);

struct tty_host_ops {
	/* The thread whose call is running (reads and writes are not handed it); null in a kernel
	 * task. */
	struct thread *(*caller)(void);
	i32 (*session_of)(struct thread *self);
	i32 (*group_of)(struct thread *self);
	bool (*is_session_leader)(struct thread *self);
	/* The controlling terminal of self's session (/dev/tty, isatty checks); false: none. */
	bool (*get_tty)(struct thread *self, struct tty_ref *out);
	/* Makes tty that of self's session, which has none.  ERR_PERM when self is not its leader
	 * or it has one. */
	err_t (*set_tty)(struct thread *self, struct tty_ref tty);
	/* Session sid has no controlling terminal any more (TIOCNOTTY, hangup, stolen). */
	void (*clear_tty)(i32 sid);
	/* May pgid become the foreground group of session sid?  ERR_SRCH: no such group; ERR_PERM:
	 * in another session. */
	err_t (*check_group)(i32 pgid, i32 sid);
	/* No member has a parent in another group of the same session (tty reads and writes fail
	 * with EIO then). */
	bool (*group_is_orphaned)(i32 pgid);
	bool (*is_blocked_or_ignored)(struct thread *self, u32 signo);
	/* A stop signal to the group of self, for TTIN and TTOU: the call then returns ERR_RESTART.
	 */
	void (*signal_group)(i32 pgid, u32 signo);
	void (*signal_leader)(i32 sid, u32 signo);
	/* CAP_SYS_TTY_CONFIG, CAP_SYS_ADMIN (TIOCSCTTY stealing) */
	bool (*has_cap)(struct thread *self, u32 cap);
};

/* ---- provided by device/ ---- */
void tty_host_init(const struct tty_host_ops *ops);
/* The leader of session sid, whose terminal t is, exits or gives it up: SIGHUP and SIGCONT to the
 * foreground group, no session. */
void tty_leave_session(struct tty *t, i32 sid);
/* dev_t for /proc/PID/stat, and the foreground group (0: none). */
u32 tty_device_number(const struct tty *t);
i32 tty_foreground_group(const struct tty *t);
