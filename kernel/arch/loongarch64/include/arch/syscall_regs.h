/* SPDX-License-Identifier: MPL-2.0 */
/* syscall_regs - the registers of a system call on loongarch64: number in a7, arguments in a0 to
 * a5, result in a0. */
#pragma once
#include <osxtd/sysargs.h>
#include <osxtd/user_ctx.h>

/* Whether handlers return to code in the vDSO, because programs name no restorer. */
enum : bool { ARCH_RETURNS_BY_VDSO = true };
/* Whether clone takes the thread pointer before the place of the child's number. */
enum : bool { ARCH_CLONE_TLS_FIRST = false };

ALWAYS_INLINE u64 arch_syscall_number(const struct user_ctx *c)
{
	return c->regs[REG_A7];
}
ALWAYS_INLINE struct sysargs arch_syscall_args(const struct user_ctx *c)
{
	return (struct sysargs){ c->orig_a0,	  c->regs[REG_A1], c->regs[REG_A2],
				 c->regs[REG_A3], c->regs[REG_A4], c->regs[REG_A5] };
}
ALWAYS_INLINE void arch_syscall_set_result(struct user_ctx *c, i64 v)
{
	c->regs[REG_A0] = (u64)v;
}
ALWAYS_INLINE i64 arch_syscall_result(const struct user_ctx *c)
{
	return (i64)c->regs[REG_A0];
}
