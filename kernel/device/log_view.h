/* SPDX-License-Identifier: MPL-2.0 */
/*
 * log_view - what every reader of the kernel's log shares: waiting for a record and its line.
 *
 *   Context:  task context.
 *   Spec:     syslog(2), proc_kmsg(5).
 */
#pragma once
#include <osxtd/log.h>

#include "security/cred.h"

/* Sleeps until record `next` exists.  ERR_AGAIN when it does not and block is false, ERR_INTR. */
err_t log_wait_for(u64 next, bool block);
/* kernel.dmesg_restrict: the log is for those with CAP_SYSLOG (or CAP_SYS_ADMIN) only. */
void log_set_restricted(bool restricted);
bool log_is_restricted(void);
bool log_may_read(const struct cred *cred);
/* Appends "<priority>[seconds.micros] text\n". */
void log_show_line(struct text *t, const struct log_record *r);
