/* SPDX-License-Identifier: MPL-2.0 */
/*
 * log - a ring of records in static memory, and its console sink.
 *
 * Positions run freely; a record is a header and its text, contiguous, never wrapped: what does not
 * fit before the end of the ring starts at its beginning, behind a filler.  The oldest records give
 * way.
 */
#include <osxtd/console.h>
#include <osxtd/lock.h>
#include <osxtd/log.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "core/hide.h"

enum : u64 { RING_SIZE = 128 * 1024, RECORD_ALIGN = 8, TEXT_MAX = 992, HIDDEN_MAX = 512 };

struct record_header {
	u64 sequence; /* 0: a filler up to the end of the ring */
	u64 time_ns;
	u32 size; /* of header and text, aligned */
	u16 text_len;
	u8 level;
	u8 facility;
};

LOCK_CLASS(log, irq);

struct log_ring {
	struct log_lock lock;
	u64 head GUARDED(log); /* position of the oldest record */
	u64 tail GUARDED(log); /* position behind the newest */
	u64 first_sequence GUARDED(log);
	u64 next_sequence GUARDED(log);
	u8 bytes[RING_SIZE] GUARDED(log);
};
static struct log_ring shared ring = { .first_sequence = 1, .next_sequence = 1 };
static struct waitq shared readers;
static struct atomic_u32 shared console_level = { 4 };

static struct span ring_at(u64 position, usize len) HOLDS(log)
{
	return span_sub(span_of(ring.bytes), (usize)(position % RING_SIZE), len);
}

static struct record_header header_at(u64 position) HOLDS(log)
{
	struct record_header h = {};
	span_copy(span_of(h), span_const(ring_at(position, sizeof(h))));
	return h;
}

/* Drops the oldest record. */
static void drop_first(void) HOLDS(log)
{
	struct record_header h = header_at(ring.head);
	ring.head += h.size;
	if (h.sequence != 0)
		ring.first_sequence = h.sequence + 1;
}

static void put_header(u64 position, const struct record_header *h) HOLDS(log)
{
	span_copy(ring_at(position, sizeof(*h)), cspan_of(*h));
}

static void append(enum log_level level, u8 facility, u64 now, struct str s)
{
	usize size = (sizeof(struct record_header) + str_len(s) + RECORD_ALIGN - 1) &
		     ~(RECORD_ALIGN - 1);
	GUARD(log, &ring.lock);
	u64 room = RING_SIZE - ring.tail % RING_SIZE;
	u64 filler = room < size + sizeof(struct record_header) ? room : 0;
	while (ring.tail + filler + size - ring.head > RING_SIZE)
		drop_first();
	if (filler >= sizeof(struct record_header))
		put_header(ring.tail, &(struct record_header){ .size = (u32)filler });
	ring.tail += filler;
	struct record_header h = {
		.sequence = ring.next_sequence++,
		.time_ns = now,
		.size = (u32)size,
		.text_len = (u16)str_len(s),
		.level = level,
		.facility = facility,
	};
	put_header(ring.tail, &h);
	span_copy(ring_at(ring.tail + sizeof(h), str_len(s)), str_bytes(s));
	ring.tail += size;
}

static void to_console(u64 now, struct str s)
{
	u8 line[64] = {};
	struct text t = text_in(span_of(line));
	FMT(&t, "[{5}.{06}] ", now / 1000000000, now / 1000 % 1000000);
	console_write(str_bytes(text_str(&t)));
	console_write(str_bytes(s));
	console_write(str_bytes(STR("\r\n")));
}

void log_text_of(enum log_level level, u8 facility, struct str s)
{
	if (str_len(s) > TEXT_MAX)
		s = str_sub(s, 0, TEXT_MAX);
	u64 now = clock_monotonic_ns();
	append(level, facility, now, s);
	if (level < atomic_u32_load(&console_level))
		to_console(now, s);
	/* A wake takes the scheduler's locks: not from under some lock of the caller.  The next
	 * record wakes then. */
	if (preempt_count() == 0)
		(void)waitq_wake_all(&readers);
}

static NOINLINE void log_hidden(enum log_level level, struct str s)
{
	u8 copy[HIDDEN_MAX] = {};
	s = str_sub(s, 0, min_of(str_len(s), sizeof(copy)));
	span_copy(span_of(copy), str_bytes(s));
	hide_addresses(span_sub(span_of(copy), 0, str_len(s)));
	log_text_of(level, 0, str_of(cspan_sub(cspan_of(copy), 0, str_len(s))));
}

void log_text(enum log_level level, struct str s)
{
	if (unlikely(hide_is_needed(s)))
		log_hidden(level, s);
	else
		log_text_of(level, 0, s);
}

void log_write(enum log_level level, const char *format, const struct fmt_arg *args, usize count)
{
	u8 line[256] = {};
	struct text t = text_in(span_of(line));
	fmt_append(&t, format, args, count);
	log_text(level, text_str(&t));
}

void log_set_console_level(u32 level)
{
	atomic_u32_store(&console_level, level);
}

u32 log_console_level(void)
{
	return atomic_u32_load(&console_level);
}

bool log_read(u64 from, struct span buf, struct log_record *out)
{
	GUARD(log, &ring.lock);
	for (u64 at = ring.head; at != ring.tail;) {
		struct record_header h = header_at(at);
		if (h.sequence != 0 && h.sequence >= from) {
			usize n = min_of((usize)h.text_len, span_len(buf));
			span_copy(buf, span_const(ring_at(at + sizeof(h), n)));
			*out = (struct log_record){ .sequence = h.sequence,
						    .time_ns = h.time_ns,
						    .level = (enum log_level)h.level,
						    .facility = h.facility,
						    .text = str_of(
							    span_const(span_sub(buf, 0, n))) };
			return true;
		}
		at += h.size;
	}
	return false;
}

u64 log_next_sequence(void)
{
	GUARD(log, &ring.lock);
	return ring.next_sequence;
}

u64 log_first_sequence(void)
{
	GUARD(log, &ring.lock);
	return ring.first_sequence;
}

struct waitq *log_waitq(void)
{
	return &readers;
}
