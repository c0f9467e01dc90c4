/* SPDX-License-Identifier: MPL-2.0 */
/* poll_table - joining many queues; see poll_table.h. */
#include "events/poll_table.h"

static void poll_chunk_fini(struct poll_chunk *c)
{
	for (usize i = 0; i < POLL_CHUNK; i++)
		wait_entry_leave(&array_at(c->entries, i));
}
OBJECT_TYPE(poll_chunk, poll_chunk_fini);

void poll_table_init(struct poll_table *t)
{
	waiter_init(&t->waiter);
}

void poll_table_fini(struct poll_table *t)
{
	for (usize i = 0; i < POLL_INLINE && i < t->used; i++)
		wait_entry_leave(&array_at(t->first, i));
	SCOPED_REF(poll_chunk, c);
	while (poll_chunk_list_pop_front(&t->chunks, &c))
		poll_chunk_drop(&c);
	waiter_fini(&t->waiter);
}

err_t poll_table_sleep(struct poll_table *t, u64 deadline_ns)
{
	return waiter_sleep(&t->waiter, WAIT_SIGNAL, deadline_ns);
}

static void join_in_chunk(struct poll_table *t, struct waitq *q)
{
	usize slot = (t->used - POLL_INLINE) % POLL_CHUNK;
	if (slot == 0) {
		SCOPED_REF(poll_chunk, c);
		if (poll_chunk_alloc(&c) != OK) {
			t->is_short = true;
			return;
		}
		poll_chunk_list_push_front(&t->chunks, poll_chunk_move(&c));
	}
	waitq_join_entry(q, &t->waiter,
			 &array_at(poll_chunk_list_first(&t->chunks)->entries, slot));
	t->used++;
}

void poll_join(struct poll_table *pt, struct waitq *q)
{
	if (pt == nullptr)
		return;
	if (pt->used >= POLL_INLINE) {
		join_in_chunk(pt, q);
		return;
	}
	waitq_join_entry(q, &pt->waiter, &array_at(pt->first, pt->used));
	pt->used++;
}
