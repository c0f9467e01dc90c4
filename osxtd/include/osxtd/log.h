/* SPDX-License-Identifier: MPL-2.0 */
/*
 * log - the kernel's log: LOG(INFO, "vfs: {} mounts", n).
 *
 * Records go to a ring (read by /dev/kmsg, /proc/kmsg, syslog(2)) and, when their level is below
 * the console level, to the console sinks.  Format as in fmt.h.
 *
 *   Context:  any, interrupt handlers included.
 */
#pragma once
#include <osxtd/fmt.h>

/* Values of syslog(2). */
enum log_level : u8 {
	LOG_EMERG,
	LOG_ALERT,
	LOG_CRIT,
	LOG_ERR,
	LOG_WARNING,
	LOG_NOTICE,
	LOG_INFO,
	LOG_DEBUG
};

OSXTD_API void log_write(enum log_level level, const char *format, const struct fmt_arg *args,
			 usize count);
#define LOG(level, format, ...) log_write(LOG_##level, "" format, FMT_ARGS_(__VA_ARGS__))

/* A record of the kernel as finished text.  Its addresses are hashed, here and in LOG
 * (core/hide.h): programs read the log. */
OSXTD_API void log_text(enum log_level level, struct str s);
/* The same from outside (a write to /dev/kmsg): facility of syslog(3) says whose it is, 0 is the
 * kernel. */
OSXTD_API void log_text_of(enum log_level level, u8 facility, struct str s);
OSXTD_API void log_set_console_level(u32 level);
OSXTD_API u32 log_console_level(void);

struct log_record {
	u64 sequence;
	u64 time_ns;
	enum log_level level;
	u8 facility;
	struct str text; /* in the caller's buffer */
};
/* Copies the first record with sequence >= from into buf; false when there is none yet. */
OSXTD_API bool log_read(u64 from, struct span buf, struct log_record *out);
/* The sequence that the next record will get, and the oldest that is still there. */
OSXTD_API u64 log_next_sequence(void);
OSXTD_API u64 log_first_sequence(void);
/* Woken whenever a record is added. */
OSXTD_API struct waitq *log_waitq(void);
