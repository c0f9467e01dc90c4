/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user_ctx - user mode as an ordinary call: user_run(ctx) enters it and returns why it stopped.
 *
 * The registers live in the context.  kernel/arch reads and writes them for system calls and
 * signals; whatever is in them, user mode cannot get at kernel CPU state: user_run sanitises flags,
 * segments and addresses (U2).
 *
 *   Context:  task context, interrupts on, no lock held.
 */
#pragma once
#include <arch/user_ctx.h>
#include <osxtd/base.h>
#include <osxtd/span.h>
#include <osxtd/sysargs.h>

enum user_event_kind : u32 {
	USER_SYSCALL,	/* registers in the context follow the architecture's convention */
	USER_FAULT,	/* a page fault: address, access */
	USER_EXCEPTION, /* another exception: number, code, address */
	USER_INTERRUPT, /* an interrupt was handled; nothing to do but to look for work */
};
enum user_trap : u32 { /* architecture-neutral reasons of USER_EXCEPTION */
		       TRAP_DIVIDE,
		       TRAP_DEBUG,
		       TRAP_BREAKPOINT,
		       TRAP_OVERFLOW,
		       TRAP_BOUNDS,
		       TRAP_ILLEGAL,
		       TRAP_FPU,
		       TRAP_SIMD,
		       TRAP_ALIGNMENT,
		       TRAP_PROTECTION,
		       TRAP_STACK,
		       TRAP_MACHINE,
		       TRAP_OTHER,
};
struct user_event_info { /* of the last USER_FAULT or USER_EXCEPTION */
	u64 address;
	u32 access; /* enum vm_access bits */
	enum user_trap trap;
	u32 number; /* the hardware's vector */
	u64 code;   /* the hardware's error code */
};

/* Enters user mode in the current task's context and returns why it stopped. */
OSXTD_API enum user_event_kind user_run(struct user_ctx *ctx);

/*
 * The short way of a system call: user_run itself calls the kernel and goes back to user mode with
 * the result.  Registers that functions preserve stay in the CPU meanwhile: user_ctx_is_whole says
 * that the context has none of them, and a call that copies or replaces it is not made there.
 * x86_64 has no short way.
 */
enum user_call_way : u64 {
	USER_CALL_DONE,	 /* on in user mode, or USER_INTERRUPT when there is work */
	USER_CALL_WORK,	 /* the result is in the context; user_run returns USER_INTERRUPT */
	USER_CALL_WHOLE, /* not made: user_run returns USER_SYSCALL, with a whole context */
};
struct task;
/* A kernel may define it: makes the call of t, which is the current task.  *result, which is 0, is
 * what user mode gets; args stay as they are.  Where it does not, all calls go the long way. */
enum user_call_way kernel_syscall(struct task *t, const struct sysargs *args, i64 *result,
				  u64 number);
/* Zeroes the registers and sets entry point and stack for a new program. */
OSXTD_API void user_ctx_start(struct user_ctx *ctx, u64 entry, u64 stack);
/* Makes child's registers, FPU state and TLS base those of the running parent (fork, clone). */
OSXTD_API void user_ctx_fork(struct user_ctx *child, struct user_ctx *parent);

/* FPU and vector state in the layout of the architecture's signal frame (x86: XSAVE with the FXSAVE
 * software bytes set). */
OSXTD_API usize user_fpu_size(void);
/* The part of room (user_fpu_size() + 63 bytes) from which the two below move state without a copy
 * in between. */
OSXTD_API struct span user_fpu_align(struct span room);
OSXTD_API void user_fpu_save(struct user_ctx *ctx,
			     struct span out); /* out: user_fpu_size() bytes */
/* Loads state that user mode wrote; refuses what would fault.  ERR_INVAL. */
OSXTD_API err_t user_fpu_restore(struct user_ctx *ctx, struct cspan in);
OSXTD_API void user_fpu_reset(struct user_ctx *ctx);
