/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user_ctx - the registers of a user task on x86_64.  entry.S knows the offsets (asserted in user.c).
 */
#pragma once
#include <osxtd/base.h>
#include <osxtd/sysargs.h>

struct user_ctx {
	struct sysargs args;      /* rdi rsi rdx r10 r8 r9, so that a handler reads them in place */
	u64 rax, rbx, rbp, r12, r13, r14, r15, rcx, r11;
	u64 rip, rflags, rsp;
	u64 orig_rax;             /* system call number, or all ones outside a call */
	u64 fs_base, gs_base;     /* set with user_ctx_set_tls and arch_prctl(2); loaded when the task is switched to */
	u32 _exit_kind;
	u32 _full_restore;        /* return by IRET: the context was changed behind SYSRET's back */
	u64 _trap_number, _trap_code, _trap_address;
	void *_fpu;               /* XSAVE area, from task_init on */
	bool _fpu_live;           /* the registers hold it */
};

/* After a change to rip, rflags, rcx or r11 by the kernel (signals, exec, ptrace). */
ALWAYS_INLINE void user_ctx_changed(struct user_ctx *c)
{
	c->_full_restore = 1;
}
struct user_event_info;
void user_event_info(const struct user_ctx *c, struct user_event_info *out);
/* Set the TLS bases; takes effect at once when c is the running task's.  Non-canonical: ERR_PERM. */
err_t user_ctx_set_fs(struct user_ctx *c, u64 base);
err_t user_ctx_set_gs(struct user_ctx *c, u64 base);

/* Per-task state beside the registers. */
struct arch_task {
	u64 _unused;
};
