/* SPDX-License-Identifier: MPL-2.0 */
/*
 * poll_table - one sleeper on any number of wait queues.
 *
 *   struct poll_table table CLEANUP(poll_table_fini) = {};
 *   poll_table_init(&table);
 *   … file_poll(f, &table) …                 // joins
 *   poll_table_sleep(&table, deadline);       // then ask again, with a null table: joined is
 * joined
 *
 * Whoever polls keeps the polled objects alive until poll_table_fini.
 *
 *   Lifetime:  embedded in its user's stack; must not move after poll_table_init.
 *   Context:   task context.
 *   Limits:    the first POLL_INLINE queues cost no allocation.
 */
#pragma once
#include <osxtd/list.h>

#include "events/poll.h"

enum : usize { POLL_INLINE = 8, POLL_CHUNK = 40 };

struct poll_chunk {
	struct object object;
	struct list_link link;
	struct wait_entry entries[POLL_CHUNK];
};
REF_TYPE(poll_chunk);
LIST_TYPE(poll_chunk_list, poll_chunk, link);

struct ON_STACK poll_table {
	struct waiter waiter;
	struct wait_entry first[POLL_INLINE];
	u32 used;		       /* entries of first, then of all chunks, that are taken */
	bool is_short;		       /* an entry could not be had */
	struct poll_chunk_list chunks; /* newest first; all but the newest are full */
};

void poll_table_init(struct poll_table *t);
void poll_table_fini(struct poll_table *t);
/* True when memory for an entry was missing: sleeping could miss a change. */
ALWAYS_INLINE bool poll_table_failed(const struct poll_table *t)
{
	return t->is_short;
}
/* OK: something announced a change.  ERR_INTR, ERR_TIMEDOUT. */
err_t poll_table_sleep(struct poll_table *t, u64 deadline_ns);
