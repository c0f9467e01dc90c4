/* SPDX-License-Identifier: MPL-2.0 */
/* switch - changing from one task to another on this CPU; private to core/task.c.  Interrupts are
 * off in all of it. */
#pragma once
#include <osxtd/task.h>

/* Makes the stack below top start in task_first_run(from); returns what to load as its stack
 * pointer. */
u64 arch_task_prepare_stack(u64 top);
/* The task's FPU area.  ERR_NOMEM. */
err_t arch_task_init(struct task *t);
void arch_task_fini(struct task *t);
/* Saves prev's user state that lives in registers (FPU, FS and GS base), loads that of next, its
 * address space, the stack of interrupts from user mode, and makes next current (T3). */
void arch_switch_user_state(struct task *prev, struct task *next);
/* Where the backtrace of a task that is not running starts. */
u64 arch_parked_fp(const struct task *t);
/* Saves the kernel's context in prev->_kernel_sp and loads that of next.  Returns, in next, the
 * task it came from. */
struct task *arch_switch(struct task *prev, struct task *next);
