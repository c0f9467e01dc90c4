/* SPDX-License-Identifier: MPL-2.0 */
/* offsets - the assembly's knowledge of C structs holds, or the build fails here. */
#include <osxtd/task.h>

#include "offsets.h"

static_assert(offsetof(struct cpu_local, user_sp) == CPU_USER_SP);
static_assert(offsetof(struct cpu_local, kernel_sp) == CPU_KERNEL_SP);
static_assert(offsetof(struct cpu_local, current) == CPU_CURRENT);
static_assert(offsetof(struct cpu_local, need_resched) == CPU_NEED_RESCHED);
static_assert(offsetof(struct cpu_local, user_top) == CPU_USER_TOP);

static_assert(offsetof(struct user_ctx, r15) == CTX_R15);
static_assert(offsetof(struct user_ctx, r14) == CTX_R14);
static_assert(offsetof(struct user_ctx, r13) == CTX_R13);
static_assert(offsetof(struct user_ctx, r12) == CTX_R12);
static_assert(offsetof(struct user_ctx, rbp) == CTX_RBP);
static_assert(offsetof(struct user_ctx, rbx) == CTX_RBX);
static_assert(offsetof(struct user_ctx, r11) == CTX_R11);
static_assert(offsetof(struct user_ctx, r10) == CTX_R10);
static_assert(offsetof(struct user_ctx, r9) == CTX_R9);
static_assert(offsetof(struct user_ctx, r8) == CTX_R8);
static_assert(offsetof(struct user_ctx, rax) == CTX_RAX);
static_assert(offsetof(struct user_ctx, rcx) == CTX_RCX);
static_assert(offsetof(struct user_ctx, rdx) == CTX_RDX);
static_assert(offsetof(struct user_ctx, rsi) == CTX_RSI);
static_assert(offsetof(struct user_ctx, rdi) == CTX_RDI);
static_assert(offsetof(struct user_ctx, orig_rax) == CTX_ORIG_RAX);
static_assert(offsetof(struct user_ctx, rip) == CTX_RIP);
static_assert(offsetof(struct user_ctx, _cs) == CTX_CS);
static_assert(offsetof(struct user_ctx, rflags) == CTX_RFLAGS);
static_assert(offsetof(struct user_ctx, rsp) == CTX_RSP);
static_assert(offsetof(struct user_ctx, _ss) == CTX_SS);
static_assert(offsetof(struct user_ctx, gs_base) == CTX_FRAME_END);
static_assert(TASK_USER % 16 == 0 && CTX_FRAME_END % 16 == 0,
	      "interrupts align the stack they push on");
static_assert(offsetof(struct user_ctx, _full_restore) == CTX_FULL_RESTORE);
static_assert(offsetof(struct user_ctx, _started) == CTX_STARTED);

static_assert(offsetof(struct task, user) == TASK_USER);
static_assert(offsetof(struct task, interrupt) == TASK_INTERRUPT);
static_assert(offsetof(struct task, _kernel_sp) == TASK_KERNEL_SP);

static_assert(USER_SYSCALL == EVENT_SYSCALL);
static_assert(USER_EXCEPTION == EVENT_EXCEPTION);
static_assert(USER_INTERRUPT == EVENT_INTERRUPT);
