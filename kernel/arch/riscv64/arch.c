/* SPDX-License-Identifier: MPL-2.0 */
/* arch - registers of calls and children, exceptions as signals, on riscv64. */
#include "arch/arch.h"

#include <arch/syscall_numbers.h>

enum : u64 { SYSCALL_INSTRUCTION_BYTES = 4 };

void arch_syscall_restart(struct user_ctx *c)
{
	c->a0 = c->orig_a0;
	c->pc -= SYSCALL_INSTRUCTION_BYTES;
	user_ctx_changed(c);
}

void arch_syscall_restart_block(struct user_ctx *c)
{
	c->a7 = NR_restart_syscall;
	c->pc -= SYSCALL_INSTRUCTION_BYTES;
	user_ctx_changed(c);
}

void arch_clone_child(struct user_ctx *child, u64 stack)
{
	child->a0 = 0;
	if (stack != 0)
		child->sp = stack;
	user_ctx_changed(child);
}

err_t arch_set_tls(struct user_ctx *c, u64 tls)
{
	c->tp = tls;
	return OK;
}

u64 arch_user_ip(const struct user_ctx *c)
{
	return c->pc;
}

u64 arch_user_sp(const struct user_ctx *c)
{
	return c->sp;
}

void arch_exception_signal(const struct user_event_info *ev, u64 ip, u32 *signo, i32 *code,
			   u64 *addr)
{
	*addr = ip;
	switch (ev->trap) {
	case TRAP_BREAKPOINT:
		*signo = SIGTRAP;
		*code = TRAP_BRKPT;
		return;
	case TRAP_ILLEGAL:
		*signo = SIGILL;
		*code = ILL_ILLOPC;
		return;
	case TRAP_ALIGNMENT:
		*signo = SIGBUS;
		*code = BUS_ADRALN;
		return;
	case TRAP_PROTECTION:
		*signo = SIGSEGV;
		*code = SEGV_ACCERR;
		return;
	case TRAP_DIVIDE:
	case TRAP_DEBUG:
	case TRAP_OVERFLOW:
	case TRAP_BOUNDS:
	case TRAP_FPU:
	case TRAP_SIMD:
	case TRAP_STACK:
	case TRAP_MACHINE:
	case TRAP_OTHER:
		*signo = SIGILL;
		*code = ILL_ILLTRP;
		return;
	}
}

err_t arch_thread_control(struct user_ctx *, u64, u64)
{
	return ERR_INVAL;
}
