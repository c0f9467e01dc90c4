/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user - starting and copying contexts, and what is switched with a task beside the kernel's stack
 * (T3).
 */
#include <arch/switch.h>
#include <osxtd/task.h>

#include "core/sched.h"
#include "fpu.h"
#include "offsets.h"
#include "trap.h"
#include "vector.h"

void task_trampoline(void);

static bool is_current(const struct user_ctx *ctx)
{
	struct task *t = task_current();
	return t != nullptr && &t->user == ctx;
}

static bool is_fpu_changed(const struct user_ctx *c)
{
	return (c->_status & STATUS_FS_MASK) == STATUS_FS_MASK;
}

/* The vector registers' area lies behind it. */
static usize fpu_bytes(void)
{
	return sizeof(struct fpu_area) + vector_area_bytes();
}

static void keep_fpu(struct user_ctx *c)
{
	vector_keep(c);
	if (!is_fpu_changed(c))
		return;
	fpu_save(fpu_area_of(c));
	c->_status = (c->_status & ~(u64)STATUS_FS_MASK) | STATUS_FS_CLEAN;
}

/* ---- contexts ---- */

void user_ctx_start(struct user_ctx *ctx, u64 entry, u64 stack)
{
	void *area = ctx->_fpu;
	ASSERT(area != nullptr);
	u64 flags = irq_save();
	*ctx = (struct user_ctx){
		.pc = entry, .sp = stack, ._fpu = area, ._started = true, ._is_whole = true
	};
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
	keep_fpu(parent);
	*child = *parent;
	child->_fpu = area;
	child->_fpu_cpu = CPU_MAX; /* no registers hold it */
	*fpu_area_of(child) = *fpu_area_of(parent);
	child->_status &= ~(u64)STATUS_VS_MASK; /* a system call keeps no vector registers */
	irq_restore(flags);
}

/* ---- tasks ---- */

UNSAFE("1. the stack is the new task's alone")
u64 arch_task_prepare_stack(u64 top)
{
	enum : u64 { SAVED_BYTES = 112, SAVED_RA = 104 };
	top -= fpu_bytes() + SAVED_BYTES;
	memset((void *)top, 0, SAVED_BYTES);
	*(u64 *)(top + SAVED_RA) = (u64)&task_trampoline;
	return top;
}

err_t arch_task_init(struct task *t)
{
	UNSAFE("1. the top of the task's stack belongs to the FPU area (arch_task_prepare_stack "
	       "left it out)")
	{
		t->user._fpu = (void *)(t->_stack_base + STACK_SIZE - fpu_bytes());
	}
	*fpu_area_of(&t->user) = (struct fpu_area){};
	return OK;
}

void arch_task_fini(struct task *t)
{
	/* A new task at this address must not find its predecessor's state in the registers. */
	struct cpu_local *c = CPU_LOCAL_;
	if (c->fpu_owner == t)
		c->fpu_owner = nullptr;
	t->user._fpu = nullptr;
}

static void load_user(struct cpu_local *cpu, struct task *t)
{
	struct user_ctx *c = &t->user;
	if (cpu->fpu_owner == t && c->_fpu_cpu == cpu->cpu_id)
		return;
	fpu_load(fpu_area_of(c));
	if (vector_is_on(c))
		vector_load(vector_area_of(c));
	cpu->fpu_owner = t;
	c->_fpu_cpu = cpu->cpu_id;
}

void arch_switch_user_state(struct task *prev, struct task *next)
{
	struct cpu_local *cpu = CPU_LOCAL_;
	if (prev->user._started && atomic_u32_load(&prev->_state) != TASK_DEAD)
		keep_fpu(&prev->user);
	cpu->current = next;
	cpu->user = &next->user;
	vmspace_activate(next->space._p);
	if (next->user._started)
		load_user(cpu, next);
}
