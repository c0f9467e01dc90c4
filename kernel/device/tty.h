/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tty - terminals: line discipline, job control, modes, window size.
 *
 * A tty sits between a driver, which hands it input bytes (tty_receive, also from interrupt
 * handlers) and takes output bytes, and the processes that have it open (tty_file.c) or as their
 * controlling terminal (tty_job.c).
 *
 *   tty_input.c   what a received byte does: signals, flow control, editing, echo, the input ring
 *   tty_output.c  output processing and column tracking
 *   tty_read.c    canonical and raw reads        tty_ioctl.c   modes and controls
 *   tty_job.c     sessions and foreground groups  tty_file.c    open, read, write, poll
 *
 *   Lifetime:  counted: open files, sessions and the driver hold references.
 *   Locking:   tty.lock, class tty (irq), guards everything that both sides touch; tty.read_lock,
 * class tty_reader (mutex), lets one reader at a time take input.  Host callbacks (tty_host.h) run
 * without tty.lock. Spec:      termios(3), ioctl_tty(2); POSIX.1-2024 XBD 11.
 */
#pragma once
#include <osxtd/lock.h>
#include <osxtd/object.h>
#include <osxtd/waitq.h>

#include "abi/termios.h"
#include "device/tty_host.h"

LOCK_CLASS(tty_reader, mutex);
LOCK_CLASS(tty, irq, AFTER(tty_reader));

enum : u32 { TTY_RING = 4096, TTY_ECHO_MAX = 768 };

struct tty;
struct tty_driver {
	/* Sends bytes now; any context. */
	void (*write)(struct tty *t, struct cspan bytes);
};

/*
 * The input ring.  Positions run freely; byte p lives at p % TTY_RING.
 *
 * N1: tail <= line_end <= head.  In canonical mode bytes before line_end belong to finished lines,
 * those behind it can still be edited.  N2: bit p of `ends` is set iff byte p ends a line; a line
 * end whose byte is 0 is an end-of-file character, which no reader sees.
 */
struct tty_ring {
	u64 tail, line_end, head;
	u32 edit_column; /* column at line_end, for erasing tabs */
	u8 bytes[TTY_RING];
	u64 ends[TTY_RING / 64];
};

struct tty {
	struct object object;
	const struct tty_driver *driver IMMUTABLE;
	u32 device IMMUTABLE; /* dev_t */
	struct tty_reader_lock read_lock;
	struct tty_lock lock;
	struct abi_termios2 modes GUARDED(tty);
	struct abi_winsize size GUARDED(tty);
	struct tty_ring ring GUARDED(tty);
	u32 column GUARDED(tty);
	bool literal_next GUARDED(tty); /* VLNEXT: the next byte is data */
	bool stopped GUARDED(tty);	/* output is held by VSTOP or TCOOFF */
	bool exclusive GUARDED(tty);
	i32 session GUARDED(tty); /* 0: none */
	struct atomic_i32 foreground
		ATOMIC_ONLY; /* written with tty.lock held: agrees with session under it */
	struct waitq readers OWNER(waitq);
	struct waitq writers OWNER(waitq);
};

/* A terminal with Linux's default modes. */
err_t tty_new(const struct tty_driver *driver, u32 device, struct tty_ref *out);
/* Input from the driver.  Any context. */
void tty_receive(struct tty *t, struct cspan bytes);

/* ---- between the parts of the terminal ---- */

/* Output processing of one piece into out; returns how many of in were used (out may be too small
 * for all). */
usize tty_process_output(struct tty *t, struct cspan in, struct span out, usize *out_len)
	HOLDS(tty);
/* Bytes (raw mode) or finished lines that a reader could take now. */
bool tty_input_ready(struct tty *t) HOLDS(tty);
void tty_flush_input(struct tty *t) HOLDS(tty);
/* After a mode change: what was typed becomes readable when editing ends. */
void tty_modes_changed(struct tty *t, u32 old_lflag) HOLDS(tty);
bool tty_ring_is_end(const struct tty_ring *r, u64 p);

struct file;
struct uio;
err_t tty_read(struct tty *t, struct uio *to, bool nonblock, usize *n);
err_t tty_write(struct tty *t, struct uio *from, bool nonblock, usize *n);
err_t tty_ioctl(struct tty *t, struct thread *self, u32 cmd, u64 arg, i64 *ret);

/* Job control: may the caller read from or change t?  Sends SIGTTIN or SIGTTOU otherwise.
 * ERR_RESTART, ERR_IO. */
err_t tty_check_access(struct tty *t, u32 signo);
err_t tty_job_ioctl(struct tty *t, struct thread *self, u32 cmd, u64 arg, i64 *ret);
/* What an open without O_NOCTTY does. */
void tty_acquire_on_open(struct tty *t);
const struct tty_host_ops *tty_host(void);

/* The terminal of the serial console, made by tty_console_init: /dev/console and /dev/ttyS0. */
err_t tty_console_init(void);
struct tty *tty_console(void);
