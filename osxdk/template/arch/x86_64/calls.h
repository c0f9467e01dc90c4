/* SPDX-License-Identifier: MPL-2.0 */
/* calls - how user mode of x86_64 makes system calls: their numbers, as Linux's, and registers. */
#pragma once
#include <osxtd/user_ctx.h>

enum : u64 { CALL_WRITE = 1, CALL_EXIT = 60 };

static inline u64 call_number(const struct user_ctx *c)
{
	return c->orig_rax;
}
static inline u64 call_first(const struct user_ctx *c)
{
	return c->rdi;
}
static inline u64 call_second(const struct user_ctx *c)
{
	return c->rsi;
}
static inline u64 call_third(const struct user_ctx *c)
{
	return c->rdx;
}
static inline void call_answer(struct user_ctx *c, i64 v)
{
	c->rax = (u64)v;
}
