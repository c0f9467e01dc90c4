/* SPDX-License-Identifier: MPL-2.0 */
/* syscall_regs - the registers of a system call on x86_64: number in rax, arguments in rdi rsi rdx
 * r10 r8 r9, result in rax. */
#pragma once
#include <osxtd/sysargs.h>
#include <osxtd/user_ctx.h>

/* Whether handlers return to code in the vDSO, because programs name no restorer. */
enum : bool { ARCH_RETURNS_BY_VDSO = false };
/* Whether clone takes the thread pointer before the place of the child's number. */
enum : bool { ARCH_CLONE_TLS_FIRST = false };

ALWAYS_INLINE u64 arch_syscall_number(const struct user_ctx *c)
{
	return c->orig_rax;
}
ALWAYS_INLINE struct sysargs arch_syscall_args(const struct user_ctx *c)
{
	return (struct sysargs){ c->rdi, c->rsi, c->rdx, c->r10, c->r8, c->r9 };
}
ALWAYS_INLINE void arch_syscall_set_result(struct user_ctx *c, i64 v)
{
	c->rax = (u64)v;
}
ALWAYS_INLINE i64 arch_syscall_result(const struct user_ctx *c)
{
	return (i64)c->rax;
}
