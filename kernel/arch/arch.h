/* SPDX-License-Identifier: MPL-2.0 */
/*
 * arch - what the Linux ABI leaves to each architecture: call numbers, registers of a call, signal
 * frames, names.
 *
 * arch/<arch>/include/arch/syscall_regs.h has the inline part (the fast path of a system call).
 *
 *   Context:  the calling thread with its own user context.
 *   Spec:     syscall(2), sigreturn(2), the architecture's psABI.
 */
#pragma once
#include <osxtd/object.h>
#include <osxtd/sysargs.h>
#include <osxtd/user.h>
#include <osxtd/user_ctx.h>

#include "abi/signal.h"

struct thread;

#include "arch/syscall_regs.h"

/*
 * In syscall_regs.h, which is the architecture's:
 *   u64 arch_syscall_number(const struct user_ctx *c);
 *   struct sysargs arch_syscall_args(const struct user_ctx *c);
 *   void arch_syscall_set_result(struct user_ctx *c, i64 v);
 *   i64 arch_syscall_result(const struct user_ctx *c);
 */

/* Makes user mode issue the call again with its first arguments / as restart_syscall(2). */
void arch_syscall_restart(struct user_ctx *c);
void arch_syscall_restart_block(struct user_ctx *c);

/* A child's registers after user_ctx_fork: result 0, and its own stack when stack is not 0. */
void arch_clone_child(struct user_ctx *child, u64 stack);
/* The thread pointer that CLONE_SETTLS hands over.  ERR_PERM for a kernel address. */
err_t arch_set_tls(struct user_ctx *c, u64 tls);

u64 arch_user_ip(const struct user_ctx *c);
u64 arch_user_sp(const struct user_ctx *c);

/* The record of rt_sigaction(2) in user memory.  ERR_FAULT. */
err_t arch_sigaction_read(struct uaddr src, struct abi_sigaction *out);
err_t arch_sigaction_write(struct uaddr dst, const struct abi_sigaction *action);

/* ---- signal frames ---- */
/* Where frames are put together; a thread makes one with its first signal. */
struct arch_signal_room;
REF_TYPE(arch_signal_room);
err_t arch_signal_room_new(struct arch_signal_room_ref *out);
/* The siginfo of the frame that is pushed next: to be filled whole. */
BORROWS struct abi_siginfo *arch_signal_info(struct arch_signal_room *room);

struct arch_signal {
	u32 signo;
	const struct abi_sigaction *action;
	u64 mask; /* to be restored by sigreturn */
	u64 vdso; /* where the process has it; 0: nowhere */
};
/*
 * Writes the frame and makes user mode enter the handler.  altstack is the thread's; SS_AUTODISARM
 * disables it here.  ERR_FAULT: no room for it on the stack.
 */
err_t arch_signal_push(struct user_ctx *c, const struct arch_signal *s, struct abi_stack *altstack,
		       struct arch_signal_room *room);
/* rt_sigreturn(2): takes the frame back, with the mask and alternate stack to be restored.
 * ERR_FAULT. */
err_t arch_signal_pop(struct user_ctx *c, u64 *mask, struct abi_stack *altstack,
		      struct arch_signal_room *room);
/* True when user mode runs on the alternate stack. */
bool arch_is_on_stack(const struct user_ctx *c, const struct abi_stack *s);

/* What an exception becomes. */
void arch_exception_signal(const struct user_event_info *ev, u64 ip, u32 *signo, i32 *code,
			   u64 *addr);
/* arch_prctl(2), where there is one. */
err_t arch_thread_control(struct user_ctx *c, u64 code, u64 arg);
