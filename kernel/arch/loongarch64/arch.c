/* SPDX-License-Identifier: MPL-2.0 */
/* arch - registers of calls and children, exceptions as signals, on loongarch64. */
#include "arch/arch.h"

#include <arch/syscall_numbers.h>

enum : u64 { SYSCALL_INSTRUCTION_BYTES = 4 };

void arch_syscall_restart(struct user_ctx *c)
{
	c->regs[REG_A0] = c->orig_a0;
	c->pc -= SYSCALL_INSTRUCTION_BYTES;
	user_ctx_changed(c);
}

void arch_syscall_restart_block(struct user_ctx *c)
{
	c->regs[REG_A7] = NR_restart_syscall;
	c->pc -= SYSCALL_INSTRUCTION_BYTES;
	user_ctx_changed(c);
}

void arch_clone_child(struct user_ctx *child, u64 stack)
{
	child->regs[REG_A0] = 0;
	if (stack != 0)
		child->regs[REG_SP] = stack;
	user_ctx_changed(child);
}

err_t arch_set_tls(struct user_ctx *c, u64 tls)
{
	c->regs[REG_TP] = tls;
	return OK;
}

u64 arch_user_ip(const struct user_ctx *c)
{
	return c->pc;
}

u64 arch_user_sp(const struct user_ctx *c)
{
	return c->regs[REG_SP];
}

void arch_exception_signal(const struct user_event_info *ev, u64 ip, u32 *signo, i32 *code,
			   u64 *addr)
{
	*addr = ip;
	switch (ev->trap) {
	case TRAP_DIVIDE:
		*signo = SIGFPE;
		*code = FPE_INTDIV;
		return;
	case TRAP_OVERFLOW:
		*signo = SIGFPE;
		*code = FPE_INTOVF;
		return;
	case TRAP_DEBUG:
	case TRAP_BREAKPOINT:
		*signo = SIGTRAP;
		*code = TRAP_BRKPT;
		return;
	case TRAP_FPU:
	case TRAP_SIMD:
		*signo = SIGFPE;
		*code = FPE_FLTINV;
		return;
	case TRAP_ALIGNMENT:
		*signo = SIGBUS;
		*code = BUS_ADRALN;
		*addr = ev->address;
		return;
	case TRAP_PROTECTION:
		*signo = SIGBUS;
		*code = BUS_ADRERR;
		*addr = ev->address;
		return;
	case TRAP_BOUNDS:
		*signo = SIGSEGV;
		*code = SEGV_MAPERR;
		return;
	case TRAP_ILLEGAL:
	case TRAP_STACK:
	case TRAP_MACHINE:
	case TRAP_OTHER:
		*signo = SIGILL;
		*code = SI_KERNEL;
		*addr = 0;
		return;
	}
}

err_t arch_thread_control(struct user_ctx *, u64, u64)
{
	return ERR_INVAL;
}
