/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user - starting and copying contexts, TLS bases, and what is switched with a task beside the
 * kernel's stack (T3).
 *
 * User mode can change its FS and GS base by itself where the CPU has FSGSBASE, so the registers
 * are the truth for the running task and the context for all others.  In the kernel, GS is the
 * CPU's block and the user's base waits behind SWAPGS.
 */
#include <arch/switch.h>
#include <osxtd/task.h>

#include "core/sched.h"
#include "cpu_area.h"
#include "fpu.h"
#include "offsets.h"
#include "regs.h"
#include "trap.h"

enum user_event_kind user_bad_rip(struct user_ctx *ctx);
void task_trampoline(void);

static bool is_current(const struct user_ctx *ctx)
{
	struct task *t = task_current();
	return t != nullptr && &t->user == ctx;
}

/* ---- bases ---- */

ALWAYS_INLINE u64 fs_read(void)
{
	u64 v = 0;
	if (unlikely(!cpu_features.fsgsbase))
		return msr_read(MSR_FS_BASE_);
	UNSAFE("1. the CPU has the instruction, which only reads")
	{
		__asm__ volatile("rdfsbase %0" : "=r"(v));
	}
	return v;
}
ALWAYS_INLINE void fs_write(u64 v)
{
	if (unlikely(!cpu_features.fsgsbase)) {
		msr_write(MSR_FS_BASE_, v);
		return;
	}
	UNSAFE("1. the kernel does not use FS; 2. callers checked that v is in the user half")
	{
		__asm__ volatile("wrfsbase %0" ::"r"(v) : "memory");
	}
}
/* Interrupts are off: for an instant GS is the user's. */
ALWAYS_INLINE u64 user_gs_read(void)
{
	u64 v = 0;
	if (unlikely(!cpu_features.fsgsbase))
		return msr_read(MSR_KERNEL_GS_BASE);
	UNSAFE("1. interrupts are off between the two SWAPGS, and NMIs do not trust GS")
	{
		__asm__ volatile("swapgs; rdgsbase %0; swapgs" : "=r"(v)::"memory");
	}
	return v;
}
ALWAYS_INLINE void user_gs_write(u64 v)
{
	if (unlikely(!cpu_features.fsgsbase)) {
		msr_write(MSR_KERNEL_GS_BASE, v);
		return;
	}
	UNSAFE("1. as user_gs_read; 2. callers checked that v is in the user half")
	{
		__asm__ volatile("swapgs; wrgsbase %0; swapgs" ::"r"(v) : "memory");
	}
}

static bool is_user_base(u64 base)
{
	return base < VMSPACE_HIGH;
}

err_t user_ctx_set_fs(struct user_ctx *c, u64 base)
{
	if (!is_user_base(base))
		return ERR_PERM;
	c->fs_base = base;
	if (is_current(c))
		fs_write(base);
	return OK;
}

err_t user_ctx_set_gs(struct user_ctx *c, u64 base)
{
	if (!is_user_base(base))
		return ERR_PERM;
	u64 flags = irq_save();
	c->gs_base = base;
	if (is_current(c))
		user_gs_write(base);
	irq_restore(flags);
	return OK;
}

u64 user_ctx_get_fs(const struct user_ctx *c)
{
	return is_current(c) ? fs_read() : c->fs_base;
}

u64 user_ctx_get_gs(const struct user_ctx *c)
{
	u64 flags = irq_save();
	u64 base = is_current(c) ? user_gs_read() : c->gs_base;
	irq_restore(flags);
	return base;
}

/* ---- contexts ---- */

/* What ends user mode writes its frame into ctx from now on: its end is 16-byte aligned
 * (arch_task_init), and interrupts are off or ctx is the running task's. */
ALWAYS_INLINE void set_frame(struct cpu_area *cpu, const struct user_ctx *ctx)
{
	u64 end = address_of_(ctx) + CTX_FRAME_END;
	cpu->local.user_top = end - 8;
	cpu_tss_set(cpu, TSS_RSP0, end);
}

void user_ctx_start(struct user_ctx *ctx, u64 entry, u64 stack)
{
	void *area = ctx->_fpu;
	ASSERT(area != nullptr);
	u64 flags = irq_save();
	*ctx = (struct user_ctx){
		.orig_rax = UINT64_MAX,
		.rip = entry,
		.rsp = stack,
		.rflags = USER_RFLAGS_SET,
		._fpu = area,
		._full_restore = 1,
		._started = true,
	};
	user_fpu_reset(ctx);
	if (is_current(ctx)) {
		fs_write(0);
		user_gs_write(0);
		set_frame(cpu_area(), ctx);
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
	ASSERT(area != nullptr && is_current(parent) && parent->_started);
	u64 flags = irq_save();
	*child = *parent;
	child->_fpu = area;
	child->_fpu_cpu = CPU_MAX; /* no registers hold it */
	child->_full_restore = 1;
	child->fs_base = fs_read();
	child->gs_base = user_gs_read();
	fpu_save(area);
	irq_restore(flags);
}

/* The context cannot be entered: the program jumps out of the user half, as far as anybody can see.
 */
enum user_event_kind user_bad_rip(struct user_ctx *ctx)
{
	ctx->_trap_number = VECTOR_PROTECTION;
	ctx->_trap_code = 0;
	ctx->_trap_address = ctx->rip;
	return USER_EXCEPTION;
}

/* ---- tasks ---- */

UNSAFE("1. the stack is the new task's alone")
u64 arch_task_prepare_stack(u64 top)
{
	top -= fpu_area_bytes();
	u64 *sp = (u64 *)top;
	*--sp = (u64)&task_trampoline;
	for (u32 i = 0; i < 6; i++)
		*--sp = 0;
	return (u64)sp;
}

err_t arch_task_init(struct task *t)
{
	ASSERT((address_of_(&t->user) & 15) ==
	       0); /* the CPU aligns the stack it pushes frames on */
	UNSAFE("1. the top of the task's stack belongs to the FPU area (arch_task_prepare_stack "
	       "left "
	       "it out)")
	{
		t->user._fpu = (void *)(t->_stack_base + STACK_SIZE - fpu_area_bytes());
	}
	t->user._full_restore = 1;
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

static void save_user(struct user_ctx *c)
{
	c->fs_base = fs_read();
	c->gs_base = user_gs_read();
	fpu_save(c->_fpu);
}

static void load_user(struct cpu_local *cpu, struct task *t)
{
	struct user_ctx *c = &t->user;
	fs_write(c->fs_base);
	user_gs_write(c->gs_base);
	if (cpu->fpu_owner == t && c->_fpu_cpu == cpu->cpu_id)
		return;
	fpu_load(c->_fpu);
	cpu->fpu_owner = t;
	c->_fpu_cpu = cpu->cpu_id;
}

void arch_switch_user_state(struct task *prev, struct task *next)
{
	struct cpu_area *cpu = cpu_area();
	if (prev->user._started && atomic_u32_load(&prev->_state) != TASK_DEAD)
		save_user(&prev->user);
	cpu->local.current = next;
	set_frame(cpu, &next->user);
	vmspace_activate(next->space._p);
	if (next->user._started)
		load_user(&cpu->local, next);
}
