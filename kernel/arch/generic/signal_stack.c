/* SPDX-License-Identifier: MPL-2.0 */
/* signal_stack - which stack a signal frame goes to.  Spec: sigaltstack(2). */
#include "arch/arch.h"
#include "arch/signal_stack.h"

bool arch_is_on_stack(const struct user_ctx *c, const struct abi_stack *s)
{
	u64 sp = arch_user_sp(c);
	if ((s->flags & (u32)SS_AUTODISARM) != 0)
		return false;
	return sp > s->sp && sp - s->sp <= s->size;
}

err_t signal_stack_choose(const struct user_ctx *c, const struct arch_signal *s,
			  const struct abi_stack *alt, u64 red_zone, u64 need, u64 *top)
{
	bool on_alt = arch_is_on_stack(c, alt);
	*top = arch_user_sp(c) - red_zone;
	if ((s->action->flags & SA_ONSTACK) != 0 && !on_alt && alt->size != 0) {
		*top = wrap_add((u64)alt->sp, alt->size);
		if (need > alt->size)
			return ERR_FAULT;
	} else if (on_alt && (*top < alt->sp || *top - alt->sp < need)) {
		/* Running over the alternate stack's end would write on what lies below it. */
		return ERR_FAULT;
	}
	return *top < need ? ERR_FAULT : OK;
}
