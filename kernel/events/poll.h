/* SPDX-License-Identifier: MPL-2.0 */
/*
 * poll - how a pollable object reports readiness and lets a caller wait for a change of it.
 *
 * A file's poll operation first joins the queues on which it announces changes (poll_join, which
 * does nothing when the caller only asks), then returns the events that hold now.
 *
 *   Context:  task context.
 *   Spec:     poll(2), select(2).
 */
#pragma once
#include <osxtd/waitq.h>

enum : u32 {
	POLLIN = 0x001,
	POLLPRI = 0x002,
	POLLOUT = 0x004,
	POLLERR = 0x008,
	POLLHUP = 0x010,
	POLLNVAL = 0x020,
	POLLRDNORM = 0x040,
	POLLRDBAND = 0x080,
	POLLWRNORM = 0x100,
	POLLWRBAND = 0x200,
	POLLRDHUP = 0x2000,
};

struct poll_table;
/* pt may be null: only the present state is asked for. */
void poll_join(struct poll_table *pt, struct waitq *q);
