/* SPDX-License-Identifier: MPL-2.0 */
/*
 * poll_wait - what poll(2) and select(2) share: timeouts, and the sleep until one of many files
 * changes.
 *
 * Both ask all files first without joining anything.  Only when nothing holds and time is left do
 * they ask again with a poll_wait, which joins each file's queues and keeps the file; after each
 * wake they ask without it once more.
 *
 *   Context:  the calling thread.
 *   Spec:     poll(2), select(2).
 */
#pragma once
#include <osxtd/buf.h>

#include "abi/time.h"
#include "events/poll_table.h"
#include "fs/fdtable.h"
#include "syscall/syscall.h"

enum : usize { POLL_WAIT_INLINE = 8 };
VEC_TYPE(file_vec, struct file_ref);

struct ON_STACK poll_wait {
	struct poll_table table;
	struct file_ref first[POLL_WAIT_INLINE];
	struct file_vec more;
	usize used;
};
/* Fills a zeroed one with room for files files.  ERR_NOMEM. */
err_t poll_wait_init(struct poll_wait *w, usize files);
void poll_wait_fini(struct poll_wait *w);
/* Joins f's queues and keeps f until poll_wait_fini; returns its events. */
u32 poll_wait_file(struct poll_wait *w, struct file_ref f);

/* Until when a call waits. */
struct poll_deadline {
	u64 at_ns;    /* NO_DEADLINE: for ever */
	bool is_zero; /* does not wait at all; at_ns is 0 */
};
struct poll_deadline poll_deadline_after(u64 delta_ns);
/* What is left of d, never negative. */
u64 poll_deadline_left(const struct poll_deadline *d);

struct poll_asker;
struct poll_asker_ops {
	/* Asks all files, w null: without joining.  found: how many answers there are. */
	err_t (*ask)(struct fdtable *files, const struct poll_asker *a, struct poll_wait *w,
		     u32 *found);
};
/* What is asked; the fields are the asker's own but for the first two. */
struct poll_asker {
	const struct poll_asker_ops *ops;
	usize count; /* at least the number of files */
	struct uaddr user;
	struct span memory;
};
/* The rounds of asking and sleeping.  ERR_RESTART_NOHAND when a signal came first. */
err_t poll_rounds(struct thread *self, const struct poll_asker *a, const struct poll_deadline *d,
		  u32 *found);
