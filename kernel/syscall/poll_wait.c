/* SPDX-License-Identifier: MPL-2.0 */
/* poll_wait - asking and sleeping for poll(2) and select(2). */
#include "syscall/poll_wait.h"

#include <osxtd/timer.h>

#include "process/signal.h"
#include "process/thread.h"
#include "time/clock.h"

err_t poll_wait_init(struct poll_wait *w, usize files)
{
	poll_table_init(&w->table);
	return files <= POLL_WAIT_INLINE ? OK : file_vec_resize(&w->more, files - POLL_WAIT_INLINE);
}

void poll_wait_fini(struct poll_wait *w)
{
	poll_table_fini(&w->table);
	for (usize i = 0; i < w->used; i++) {
		if (i < POLL_WAIT_INLINE)
			file_drop(&array_at(w->first, i));
		else
			file_drop(file_vec_at(&w->more, i - POLL_WAIT_INLINE));
	}
	file_vec_drop(&w->more);
}

u32 poll_wait_file(struct poll_wait *w, struct file_ref f)
{
	u32 events = file_poll(file_get(&f), &w->table);
	if (w->used < POLL_WAIT_INLINE)
		array_at(w->first, w->used) = file_move(&f);
	else
		*file_vec_at(&w->more, w->used - POLL_WAIT_INLINE) = file_move(&f);
	w->used++;
	return events;
}

struct poll_deadline poll_deadline_after(u64 delta_ns)
{
	if (delta_ns == 0)
		return (struct poll_deadline){ 0, true };
	return (struct poll_deadline){ deadline_after(clock_monotonic_ns(), delta_ns), false };
}

u64 poll_deadline_left(const struct poll_deadline *d)
{
	u64 now = clock_monotonic_ns();
	return d->at_ns > now ? d->at_ns - now : 0;
}

static err_t ask(struct thread *self, const struct poll_asker *a, struct poll_wait *w, u32 *found)
{
	return a->ops->ask(thread_files(self), a, w, found);
}

/* Nothing holds so far: join, and ask between sleeps. */
static err_t sleep_rounds(struct thread *self, const struct poll_asker *a,
			  const struct poll_deadline *d, u32 *found)
{
	struct poll_wait w CLEANUP(poll_wait_fini) = {};
	TRY(poll_wait_init(&w, a->count));
	TRY(ask(self, a, &w, found));
	if (*found == 0 && poll_table_failed(&w.table))
		return ERR_NOMEM;
	while (*found == 0) {
		err_t slept = poll_table_sleep(&w.table, d->at_ns);
		TRY(ask(self, a, nullptr, found));
		if (slept == ERR_TIMEDOUT)
			return OK;
		if (slept != OK && *found == 0)
			return ERR_RESTART_NOHAND;
	}
	return OK;
}

err_t poll_rounds(struct thread *self, const struct poll_asker *a, const struct poll_deadline *d,
		  u32 *found)
{
	TRY(ask(self, a, nullptr, found));
	if (*found != 0)
		return OK;
	if (signal_is_pending(self))
		return ERR_RESTART_NOHAND;
	return d->is_zero ? OK : sleep_rounds(self, a, d, found);
}
