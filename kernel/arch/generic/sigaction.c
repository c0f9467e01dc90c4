/* SPDX-License-Identifier: MPL-2.0 */
/* sigaction - the record of rt_sigaction(2) where no restorer is known: handlers return through the
 * vDSO. */
#include "arch/arch.h"

struct generic_sigaction {
	u64 handler, flags, mask;
};

err_t arch_sigaction_read(struct uaddr src, struct abi_sigaction *out)
{
	struct generic_sigaction a = {};
	TRY(user_read(src, span_of(a)));
	*out = (struct abi_sigaction){ .handler = a.handler, .flags = a.flags, .mask = a.mask };
	return OK;
}

err_t arch_sigaction_write(struct uaddr dst, const struct abi_sigaction *action)
{
	struct generic_sigaction a = { action->handler, action->flags, action->mask };
	return user_write(dst, cspan_of(a));
}
