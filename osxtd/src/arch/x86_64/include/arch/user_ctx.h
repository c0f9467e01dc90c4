/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user_ctx - the registers of a user task on x86_64.  The entry code knows the offsets (offsets.h).
 *
 * From r15 to _ss the struct is the frame that an interrupt leaves: the CPU and the entry stubs
 * write it in place. That asks for 16-byte alignment of contexts, which tasks have (asserted).
 */
#pragma once
#include <osxtd/base.h>

struct user_ctx {
	u64 fs_base; /* TLS bases while the task does not run; see user_ctx_get_fs */
	u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	u64 orig_rax; /* system call number, or all ones outside a call */
	u64 rip, _cs, rflags, rsp, _ss;
	u64 gs_base;
	u32 _exit_kind;
	u32 _full_restore; /* return by IRET: the context was changed behind SYSRET's back */
	bool _started;	   /* user_ctx_start or user_ctx_fork gave it a state */
	u32 _fpu_cpu;	   /* the CPU whose registers last held it */
	u64 _trap_number, _trap_code, _trap_address;
	void *_fpu; /* XSAVE area, from task_init on */
};

/* After a change to rip, rflags, rcx or r11 by the kernel (signals, exec, ptrace). */
ALWAYS_INLINE bool user_ctx_is_whole(const struct user_ctx *)
{
	return true;
}
ALWAYS_INLINE void user_ctx_changed(struct user_ctx *c)
{
	c->_full_restore = 1;
}
struct user_event_info;
OSXTD_API void user_event_info(const struct user_ctx *c, struct user_event_info *out);
/* Set the TLS bases; takes effect at once when c is the running task's.  Not in the user half:
 * ERR_PERM. */
OSXTD_API err_t user_ctx_set_fs(struct user_ctx *c, u64 base);
OSXTD_API err_t user_ctx_set_gs(struct user_ctx *c, u64 base);
/* The bases as user mode sees them: it may have changed them by itself (WRFSBASE). */
OSXTD_API u64 user_ctx_get_fs(const struct user_ctx *c);
OSXTD_API u64 user_ctx_get_gs(const struct user_ctx *c);

/* Per-task state beside the registers. */
struct arch_task {
	u64 _unused;
};
