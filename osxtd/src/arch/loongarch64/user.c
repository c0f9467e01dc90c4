// SPDX-License-Identifier: MPL-2.0
/*
 * user - starting and copying contexts, and what is switched with a task beside the kernel's stack
 * (T3).
 */
#include <arch/switch.h>
#include <osxtd/task.h>

#include "core/sched.h"
#include "cpu_area.h"
#include "fpu.h"
#include "offsets.h"

void task_trampoline(void);

static bool is_current(const struct user_ctx *ctx)
{
	struct task *t = task_current();
	return t != nullptr && &t->user == ctx;
}

/* ---- contexts ---- */

void user_ctx_start(struct user_ctx *ctx, u64 entry, u64 stack)
{
	void *area = ctx->_fpu;
	ASSERT(area != nullptr);
	u64 flags = irq_save();
	*ctx = (struct user_ctx){ .pc = entry, ._fpu = area, ._started = true, ._is_whole = true };
	ctx->regs[REG_SP] = stack;
	user_fpu_reset(ctx);
	if (is_current(ctx)) {
		CPU_LOCAL_->fpu_owner = task_current();
		ctx->_fpu_cpu = cpu_id();
	} else {
		ctx->_fpu_cpu = CPU_MAX; /* no registers hold it */
	}
	irq_restore(flags);
}

void user_ctx_fork(struct user_ctx *child, struct user_ctx *parent)
{
	void *area = child->_fpu;
	ASSERT(area != nullptr && is_current(parent) && parent->_started && parent->_is_whole);
	u64 flags = irq_save();
	*child = *parent;
	child->_fpu = area;
	child->_fpu_cpu = CPU_MAX; /* no registers hold it */
	fpu_save(area);
	irq_restore(flags);
}

u64 user_hwcap(void)
{
	return cpu_features.hwcap;
}

/* ---- tasks ---- */

UNSAFE("1. the stack is the new task's alone")
u64 arch_task_prepare_stack(u64 top)
{
	top -= fpu_area_bytes() + SAVED_BYTES;
	u64 *saved = (u64 *)top;
	for (u32 i = 0; i < SAVED_BYTES / 8; i++)
		saved[i] = 0;
	saved[SAVED_BYTES / 8 - 1] = (u64)&task_trampoline;
	return top;
}

err_t arch_task_init(struct task *t)
{
	UNSAFE("1. the top of the task's stack belongs to the FPU area (arch_task_prepare_stack "
	       "left it out)")
	{
		t->user._fpu = (void *)(t->_stack_base + STACK_SIZE - fpu_area_bytes());
	}
	fpu_area_init(t->user._fpu);
	return OK;
}

void arch_task_fini(struct task *t)
{
	/* A new task at this address must not find its predecessor's state in the registers. */
	for (u32 i = 0; i < cpu_count(); i++) {
		struct task *owner = t;
		(void)__atomic_compare_exchange_n(&array_at(cpu_areas, i).local.fpu_owner, &owner,
						  nullptr, false, __ATOMIC_ACQ_REL,
						  __ATOMIC_RELAXED);
	}
	t->user._fpu = nullptr;
}

static void load_user(struct cpu_local *cpu, struct task *t)
{
	struct user_ctx *c = &t->user;
	if (cpu->fpu_owner == t && c->_fpu_cpu == cpu->cpu_id)
		return;
	fpu_load(c->_fpu);
	cpu->fpu_owner = t;
	c->_fpu_cpu = cpu->cpu_id;
}

void arch_switch_user_state(struct task *prev, struct task *next)
{
	struct cpu_local *cpu = CPU_LOCAL_;
	if (prev->user._started && atomic_u32_load(&prev->_state) != TASK_DEAD)
		fpu_save(prev->user._fpu);
	cpu->current = next;
	cpu->user = &next->user;
	vmspace_activate(next->space._p);
	if (next->user._started)
		load_user(cpu, next);
}
