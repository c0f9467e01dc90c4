/* SPDX-License-Identifier: MPL-2.0 */
/* calls - how user mode of loongarch64 makes system calls: their numbers, as Linux's, and
 * registers. */
#pragma once
#include <osxtd/user_ctx.h>

enum : u64 { CALL_WRITE = 64, CALL_EXIT = 93 };

static inline u64 call_number(const struct user_ctx *c)
{
	return c->regs[11];
}
static inline u64 call_first(const struct user_ctx *c)
{
	return c->orig_a0;
}
static inline u64 call_second(const struct user_ctx *c)
{
	return c->regs[5];
}
static inline u64 call_third(const struct user_ctx *c)
{
	return c->regs[6];
}
static inline void call_answer(struct user_ctx *c, i64 v)
{
	c->regs[4] = (u64)v;
}
