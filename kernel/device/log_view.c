/* SPDX-License-Identifier: MPL-2.0 */
/* log_view - see log_view.h. */
#include "device/log_view.h"

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

void log_show_line(struct text *t, const struct log_record *r)
{
	FMT(t, "<{}>[{5}.{06}] {}\n", (u32)r->facility << 3 | r->level, r->time_ns / NSEC_PER_SEC,
	    r->time_ns % NSEC_PER_SEC / NSEC_PER_USEC, r->text);
}
