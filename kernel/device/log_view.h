/* SPDX-License-Identifier: MPL-2.0 */
/*
 * log_view - what the readers of the kernel's log share: waiting for a record, its lines, where
 * `dmesg -C` cleared, and the one position of syslog(2) and /proc/kmsg.
 *
 *   Context:  task context.
 *   Spec:     syslog(2), proc_kmsg(5).
 */
#pragma once
#include <osxtd/log.h>
#include <osxtd/user.h>

#include "security/cred.h"

/* Sleeps until record `next` exists.  ERR_AGAIN when it does not and block is false, ERR_INTR. */
err_t log_wait_for(u64 next, bool block);
/* kernel.dmesg_restrict: the log is for those with CAP_SYSLOG (or CAP_SYS_ADMIN) only. */
void log_set_restricted(bool restricted);
bool log_is_restricted(void);
bool log_may_read(const struct cred *cred);
enum : usize { LOG_TEXT_MAX = 1024, LOG_SCRATCH_BYTES = 64 * 1024 };
/* The first record with sequence >= from as "<priority>[seconds.micros] text\n", each of its lines
 * so, in scratch (LOG_SCRATCH_BYTES); false when there is none yet. */
bool log_lines(u64 from, struct span scratch, struct log_record *r, struct str *lines);

/* What dmesg shows begins at this record. */
u64 log_clear_mark(void);
void log_clear_before(u64 sequence);

/*
 * The position that all readers by syslog(2) and /proc/kmsg share: what one has read is gone for
 * the others.  Moves whole records, as many as fit, and of one that is longer than all of `to` as
 * much as fits.  ERR_AGAIN when there is none and block is false, ERR_INTR, ERR_FAULT.
 */
err_t log_reader_take(struct uio *to, bool block, usize *n);
bool log_reader_has_more(void);
/* Bytes that log_reader_take would move.  ERR_NOMEM. */
err_t log_reader_unread(u64 *bytes);
