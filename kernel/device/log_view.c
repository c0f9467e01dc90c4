/* SPDX-License-Identifier: MPL-2.0 */
/* log_view - see log_view.h. */
#include "device/log_view.h"

#include <osxtd/buf.h>
#include <osxtd/lock.h>
#include <osxtd/waitq.h>

#include "abi/time.h"

static struct atomic_u32 shared restricted = ATOMIC_INIT(1);

void log_set_restricted(bool is_restricted)
{
	atomic_u32_store(&restricted, is_restricted);
}

bool log_is_restricted(void)
{
	return atomic_u32_load(&restricted) != 0;
}

bool log_may_read(const struct cred *cred)
{
	return !log_is_restricted() || cred_has_cap(cred, CAP_SYSLOG) ||
	       cred_has_cap(cred, CAP_SYS_ADMIN);
}

err_t log_wait_for(u64 next, bool block)
{
	SCOPED_WAITER(w);
	waitq_join(log_waitq(), &w);
	while (log_next_sequence() <= next) {
		if (!block)
			return ERR_AGAIN;
		TRY(waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE));
	}
	return OK;
}

static void show_line(struct text *t, const struct log_record *r, struct str line)
{
	FMT(t, "<{}>[{5}.{06}] {}\n", (u32)r->facility << 3 | r->level, r->time_ns / NSEC_PER_SEC,
	    r->time_ns % NSEC_PER_SEC / NSEC_PER_USEC, line);
}

bool log_lines(u64 from, struct span scratch, struct log_record *r, struct str *lines)
{
	if (!log_read(from, span_sub(scratch, 0, LOG_TEXT_MAX), r))
		return false;
	struct text t = text_in(span_from(scratch, LOG_TEXT_MAX));
	struct str rest = r->text;
	usize end = str_find(rest, '\n', 0);
	for (; end < str_len(rest); end = str_find(rest, '\n', 0)) {
		show_line(&t, r, str_sub(rest, 0, end));
		rest = str_from(rest, end + 1);
	}
	show_line(&t, r, rest);
	*lines = text_str(&t);
	return true;
}

/* ---- dmesg -C ---- */

static struct atomic_u64 shared clear_mark = ATOMIC_INIT(1);

u64 log_clear_mark(void)
{
	return atomic_u64_load(&clear_mark);
}

void log_clear_before(u64 sequence)
{
	atomic_u64_store(&clear_mark, sequence);
}

/* ---- the shared position ---- */

LOCK_CLASS(log_reader, mutex);
struct log_reader {
	struct log_reader_lock lock;
	struct atomic_u64 next ATOMIC_ONLY; /* the record to read; changed under the lock */
	usize done GUARDED(log_reader);	    /* bytes of its lines that were read */
};
static struct log_reader shared reader = { .next = ATOMIC_INIT(1) };

/* What is left of the next record. */
static bool rest_of_next(struct span scratch, struct log_record *r, struct str *rest)
	HOLDS(log_reader)
{
	u64 next = atomic_u64_load(&reader.next);
	if (!log_lines(next, scratch, r, rest))
		return false;
	if (r->sequence == next)
		*rest = str_from(*rest, min_of(reader.done, str_len(*rest)));
	else
		reader.done = 0; /* the record gave way to newer ones */
	return true;
}

static err_t take_records(struct span scratch, struct uio *to, usize *n)
{
	GUARD(log_reader, &reader.lock);
	struct log_record r = {};
	struct str rest = {};
	while (rest_of_next(scratch, &r, &rest)) {
		usize fits = (usize)min_of(uio_left(to), (u64)str_len(rest)), moved = 0;
		if (fits < str_len(rest) && *n != 0)
			return OK;
		err_t err = uio_put(to, cspan_sub(str_bytes(rest), 0, fits), &moved);
		*n += moved;
		bool is_whole = moved == str_len(rest);
		reader.done = is_whole ? 0 : reader.done + moved;
		atomic_u64_store(&reader.next, is_whole ? r.sequence + 1 : r.sequence);
		if (!is_whole)
			return *n != 0 ? OK : err;
	}
	return OK;
}

err_t log_reader_take(struct uio *to, bool block, usize *n)
{
	SCOPED_BUF(scratch);
	TRY(buf_alloc_uninit(LOG_SCRATCH_BYTES, &scratch));
	if (uio_left(to) == 0)
		return OK;
	while (*n == 0) { /* again when another reader was quicker */
		TRY(log_wait_for(atomic_u64_load(&reader.next), block));
		TRY(take_records(buf_span(&scratch), to, n));
	}
	return OK;
}

bool log_reader_has_more(void)
{
	return atomic_u64_load(&reader.next) < log_next_sequence();
}

err_t log_reader_unread(u64 *bytes)
{
	SCOPED_BUF(scratch);
	TRY(buf_alloc_uninit(LOG_SCRATCH_BYTES, &scratch));
	GUARD(log_reader, &reader.lock);
	struct log_record r = {};
	struct str lines = {};
	if (!rest_of_next(buf_span(&scratch), &r, &lines))
		return OK;
	do
		*bytes += str_len(lines);
	while (log_lines(r.sequence + 1, buf_span(&scratch), &r, &lines));
	return OK;
}
