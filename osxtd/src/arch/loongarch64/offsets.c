// SPDX-License-Identifier: MPL-2.0
/* offsets - the assembly's knowledge of C structs holds, or the build fails here. */
#include "offsets.h"

#include <osxtd/task.h>

#include "trap.h"

static_assert(offsetof(struct cpu_local, user) == CPU_USER);
static_assert(offsetof(struct cpu_local, kernel_sp) == CPU_KERNEL_SP);
static_assert(offsetof(struct cpu_local, current) == CPU_CURRENT);
static_assert(offsetof(struct cpu_local, need_resched) == CPU_NEED_RESCHED);
static_assert(offsetof(struct cpu_local, emergency_sp) == CPU_EMERGENCY_SP);

static_assert(offsetof(struct user_ctx, regs) == REG(0));
static_assert(offsetof(struct user_ctx, pc) == CTX_PC);
static_assert(offsetof(struct user_ctx, orig_a0) == CTX_ORIG_A0);
static_assert(offsetof(struct user_ctx, _started) == CTX_STARTED);
static_assert(offsetof(struct user_ctx, _is_whole) == CTX_WHOLE);

static_assert(offsetof(struct trap_frame, regs) == REG(0));
static_assert(offsetof(struct trap_frame, era) == FRAME_ERA);
static_assert(offsetof(struct trap_frame, prmd) == FRAME_PRMD);
static_assert(offsetof(struct trap_frame, status) == FRAME_STATUS);
static_assert(offsetof(struct trap_frame, badv) == FRAME_BADV);
static_assert(sizeof(struct trap_frame) == FRAME_BYTES && FRAME_BYTES % 16 == 0);

static_assert(offsetof(struct task, user) == TASK_USER);
static_assert(offsetof(struct task, interrupt) == TASK_INTERRUPT);
static_assert(offsetof(struct task, _kernel_sp) == TASK_KERNEL_SP);

static_assert(USER_CALL_DONE == 0 && USER_CALL_WHOLE == WAY_WHOLE);
static_assert(USER_SYSCALL == EVENT_SYSCALL);
static_assert(USER_INTERRUPT == EVENT_INTERRUPT);
