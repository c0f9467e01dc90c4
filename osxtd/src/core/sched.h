/* SPDX-License-Identifier: MPL-2.0 */
/* sched - what the parts of OSXTD's core say to each other about tasks, stacks and ticks. */
#pragma once
#include <osxtd/task.h>

/* mm/: kernel stacks with guard pages; *base is the lowest address. */
#ifdef OSXTD_DEBUG
enum : u64 { STACK_SIZE = 32768 }; /* redzones, and the shadow of one stack is one page */
#else
enum : u64 { STACK_SIZE = 16384 };
#endif
err_t stack_alloc(u64 *base);
void stack_free(u64 base);
/* mm/: makes s (null: the kernel's own) the address space of this CPU. */
void vmspace_activate(struct vmspace *s);

/* Makes the boot CPU's context its idle task; before any waitq or mutex is used. */
void sched_init_boot_cpu(void);
/* Makes the idle task of a CPU that is not started yet; *stack is where its stack ends.  ERR_NOMEM.
 */
err_t sched_init_cpu(u32 cpu, u64 *stack);
/* For tests: puts another policy in the place of the one it returns. */
const struct sched_policy *sched_policy_swap(const struct sched_policy *policy);
/* First code of a new task; from is what ran before. Interrupts are off. */
[[noreturn]] void task_first_run(struct task *from);
/* timer.c: asks for sched_tick_expired after ns; 0: never. */
void sched_tick_program(u64 ns);
/* True when the policy wants another task to run. */
bool sched_tick_expired(void);
