/* SPDX-License-Identifier: MPL-2.0 */
/* calls - how user mode of riscv64 makes system calls: their numbers, as Linux's, and registers. */
#pragma once
#include <osxtd/user_ctx.h>

enum : u64 { CALL_WRITE = 64, CALL_EXIT = 93 };

static inline u64 call_number(const struct user_ctx *c)
{
	return c->a7;
}
static inline u64 call_first(const struct user_ctx *c)
{
	return c->orig_a0;
}
static inline u64 call_second(const struct user_ctx *c)
{
	return c->a1;
}
static inline u64 call_third(const struct user_ctx *c)
{
	return c->a2;
}
static inline void call_answer(struct user_ctx *c, i64 v)
{
	c->a0 = (u64)v;
}
