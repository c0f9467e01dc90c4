/* SPDX-License-Identifier: MPL-2.0 */
/* offsets - the assembly's knowledge of C structs holds, or the build fails here. */
#include "offsets.h"
#include "vector.h"

#include <osxtd/task.h>

#include "core/sched.h"
#include "trap.h"

static_assert(offsetof(struct cpu_local, scratch) == CPU_SCRATCH);
static_assert(offsetof(struct cpu_local, user) == CPU_USER);
static_assert(offsetof(struct cpu_local, kernel_sp) == CPU_KERNEL_SP);
static_assert(offsetof(struct cpu_local, current) == CPU_CURRENT);
static_assert(offsetof(struct cpu_local, need_resched) == CPU_NEED_RESCHED);
static_assert(offsetof(struct cpu_local, overflow_sp) == CPU_OVERFLOW_SP);

static_assert(offsetof(struct user_ctx, pc) == CTX_PC);
static_assert(offsetof(struct user_ctx, ra) == 8 * 1);
static_assert(offsetof(struct user_ctx, tp) == CTX_TP);
static_assert(offsetof(struct user_ctx, s0) == 8 * 8);
static_assert(offsetof(struct user_ctx, a0) == CTX_A0);
static_assert(offsetof(struct user_ctx, a7) == 8 * 17);
static_assert(offsetof(struct user_ctx, s2) == 8 * 18);
static_assert(offsetof(struct user_ctx, t3) == 8 * 28);
static_assert(offsetof(struct user_ctx, t6) == 8 * 31);
static_assert(offsetof(struct user_ctx, orig_a0) == CTX_ORIG_A0);
static_assert(offsetof(struct user_ctx, _status) == CTX_STATUS);
static_assert(offsetof(struct user_ctx, _started) == CTX_STARTED);
static_assert(offsetof(struct user_ctx, _is_whole) == CTX_WHOLE);

static_assert(offsetof(struct trap_frame, pc) == CTX_PC);
static_assert(offsetof(struct trap_frame, t6) == 8 * 31);
static_assert(offsetof(struct trap_frame, status) == FRAME_STATUS);
static_assert(offsetof(struct trap_frame, cause) == FRAME_CAUSE);
static_assert(offsetof(struct trap_frame, tval) == FRAME_TVAL);
static_assert(sizeof(struct trap_frame) <= FRAME_BYTES && FRAME_BYTES % 16 == 0);

static_assert(offsetof(struct task, user) == TASK_USER);
static_assert(offsetof(struct task, interrupt) == TASK_INTERRUPT);
static_assert(offsetof(struct task, _kernel_sp) == TASK_KERNEL_SP);

static_assert(USER_CALL_DONE == 0 && USER_CALL_WHOLE == WAY_WHOLE);
static_assert(USER_SYSCALL == EVENT_SYSCALL);
static_assert(USER_EXCEPTION == EVENT_EXCEPTION);
static_assert(USER_INTERRUPT == EVENT_INTERRUPT);
static_assert(STACK_SIZE == 1 << STACK_SHIFT);
static_assert(sizeof(struct vector_area) == VECTOR_REGISTERS);
static_assert(STATUS_VS == STATUS_VS_MASK);
