/* SPDX-License-Identifier: MPL-2.0 */
/*
 * arch - registers of calls and children, exceptions as signals, arch_prctl(2), on x86_64.
 */
#include <arch/syscall_numbers.h>

#include "arch/arch.h"

enum : u64 { SYSCALL_INSTRUCTION_BYTES = 2 };
enum : u64 {
	ARCH_SET_GS = 0x1001,
	ARCH_SET_FS = 0x1002,
	ARCH_GET_FS = 0x1003,
	ARCH_GET_GS = 0x1004
};

void arch_syscall_restart(struct user_ctx *c)
{
	c->rax = c->orig_rax;
	c->rip -= SYSCALL_INSTRUCTION_BYTES;
	user_ctx_changed(c);
}

void arch_syscall_restart_block(struct user_ctx *c)
{
	c->rax = NR_restart_syscall;
	c->rip -= SYSCALL_INSTRUCTION_BYTES;
	user_ctx_changed(c);
}

void arch_clone_child(struct user_ctx *child, u64 stack)
{
	child->rax = 0;
	if (stack != 0)
		child->rsp = stack;
	user_ctx_changed(child);
}

err_t arch_set_tls(struct user_ctx *c, u64 tls)
{
	return user_ctx_set_fs(c, tls);
}

u64 arch_user_ip(const struct user_ctx *c)
{
	return c->rip;
}

u64 arch_user_sp(const struct user_ctx *c)
{
	return c->rsp;
}

err_t arch_sigaction_read(struct uaddr src, struct abi_sigaction *out)
{
	return user_read(src, span_of(*out));
}

err_t arch_sigaction_write(struct uaddr dst, const struct abi_sigaction *action)
{
	return user_write(dst, cspan_of(*action));
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
		*signo = SIGSEGV;
		*code = SI_KERNEL;
		return;
	case TRAP_DEBUG:
		*signo = SIGTRAP;
		*code = TRAP_TRACE;
		return;
	case TRAP_BREAKPOINT:
		*signo = SIGTRAP;
		*code = SI_KERNEL;
		*addr = 0;
		return;
	case TRAP_ILLEGAL:
		*signo = SIGILL;
		*code = ILL_ILLOPN;
		return;
	case TRAP_FPU:
	case TRAP_SIMD:
		*signo = SIGFPE;
		*code = FPE_FLTINV;
		return;
	case TRAP_ALIGNMENT:
		*signo = SIGBUS;
		*code = BUS_ADRALN;
		return;
	case TRAP_STACK:
		*signo = SIGBUS;
		*code = SI_KERNEL;
		*addr = 0;
		return;
	case TRAP_BOUNDS:
	case TRAP_PROTECTION:
	case TRAP_MACHINE:
	case TRAP_OTHER:
		*signo = SIGSEGV;
		*code = SI_KERNEL;
		*addr = 0;
		return;
	}
}

err_t arch_thread_control(struct user_ctx *c, u64 code, u64 arg)
{
	switch (code) {
	case ARCH_SET_FS:
		return user_ctx_set_fs(c, arg);
	case ARCH_SET_GS:
		return user_ctx_set_gs(c, arg);
	case ARCH_GET_FS:
		return user_write_u64(uaddr_of(arg), user_ctx_get_fs(c));
	case ARCH_GET_GS:
		return user_write_u64(uaddr_of(arg), user_ctx_get_gs(c));
	default:
		return ERR_INVAL;
	}
}
