/* SPDX-License-Identifier: MPL-2.0 */
/*
 * trap - what the entry code calls: interrupts are handled, user exceptions become events, kernel
 * exceptions end in a fixup, an oops or a panic.
 */
#include "trap.h"

#include <arch/vmspace.h>
#include <osxtd/irq.h>
#include <osxtd/lockdep.h>
#include <osxtd/task.h>

#include "apic.h"
#include "core/rcu.h"
#include "core/smp.h"
#include "core/timer.h"
#include "cpu_area.h"
#include "core/extable.h"
#include "panic.h"
#include "regs.h"
#include "ud.h"

static_assert(offsetof(struct user_ctx, _ss) - offsetof(struct user_ctx, r15) ==
	      offsetof(struct trap_frame, ss));
static_assert(offsetof(struct user_ctx, orig_rax) - offsetof(struct user_ctx, r15) ==
	      offsetof(struct trap_frame, code));

enum user_event_kind trap_from_user(struct user_ctx *ctx, u32 vector);
void trap_from_kernel(struct trap_frame *f, u32 vector);

/* ---- interrupts ---- */

static void interrupt(u32 vector, u64 ip)
{
	CPU_LOCAL_->irq_depth++;
	rcu_idle_end();
	lockdep_irq_enter(ip);
	if (vector == VECTOR_TIMER) {
		apic_eoi();
		timer_interrupt();
	} else if (vector == VECTOR_IPI) {
		apic_eoi();
		ipi_received();
	} else if (vector >= VECTOR_LINE && vector < VECTOR_LINE_END) {
		irq_line_interrupt(vector - VECTOR_LINE);
	}
	/* The rest is spurious: the 8259 and the local APIC want no answer to those. */
	lockdep_irq_leave();
	CPU_LOCAL_->irq_depth--;
}

bool irq_in_handler(void)
{
	return CPU_LOCAL_->irq_depth != 0;
}

/* ---- from user mode ---- */

static void debug_registers_clear(struct user_ctx *ctx)
{
	u64 status = 0, clear = 0;
	UNSAFE("1. the status of the trap that was taken, which nothing else looks at")
	{
		__asm__ volatile("mov %%dr6, %0; mov %1, %%dr6" : "=&r"(status) : "r"(clear));
	}
	ctx->_trap_code = status;
}

/* Interrupts are off; the context holds everything. */
enum user_event_kind trap_from_user(struct user_ctx *ctx, u32 vector)
{
	u64 code = ctx->orig_rax;
	ctx->orig_rax = UINT64_MAX;
	ctx->_full_restore = 1; /* rcx and r11 count */
	if (vector >= VECTOR_PIC) {
		interrupt(vector, ctx->rip);
		return USER_INTERRUPT;
	}
	ctx->_trap_number = vector;
	ctx->_trap_code = code;
	switch (vector) {
	case VECTOR_PAGE_FAULT:
		ctx->_trap_address = cr2_read();
		return USER_FAULT;
	case VECTOR_NMI:
		return USER_INTERRUPT;
	case VECTOR_MACHINE_CHECK:
		panic("machine check");
	case VECTOR_DEBUG:
		debug_registers_clear(ctx);
		break;
	default:
		break;
	}
	ctx->_trap_address = ctx->rip;
	return USER_EXCEPTION;
}

static enum user_trap trap_of_vector(u64 vector)
{
	switch (vector) {
	case VECTOR_DIVIDE:
		return TRAP_DIVIDE;
	case VECTOR_DEBUG:
		return TRAP_DEBUG;
	case VECTOR_BREAKPOINT:
		return TRAP_BREAKPOINT;
	case VECTOR_OVERFLOW:
		return TRAP_OVERFLOW;
	case VECTOR_BOUNDS:
		return TRAP_BOUNDS;
	case VECTOR_ILLEGAL:
		return TRAP_ILLEGAL;
	case VECTOR_STACK:
		return TRAP_STACK;
	case VECTOR_PROTECTION:
		return TRAP_PROTECTION;
	case VECTOR_FPU:
		return TRAP_FPU;
	case VECTOR_ALIGNMENT:
		return TRAP_ALIGNMENT;
	case VECTOR_MACHINE_CHECK:
		return TRAP_MACHINE;
	case VECTOR_SIMD:
		return TRAP_SIMD;
	default:
		return TRAP_OTHER;
	}
}

void user_event_info(const struct user_ctx *c, struct user_event_info *out)
{
	u32 access = VM_ACCESS_READ;
	if (c->_trap_number == VECTOR_PAGE_FAULT) {
		if ((c->_trap_code & 0x10) != 0)
			access = VM_ACCESS_EXEC;
		else if ((c->_trap_code & 2) != 0)
			access = VM_ACCESS_WRITE;
	}
	*out = (struct user_event_info){
		.address = c->_trap_address,
		.access = access,
		.trap = trap_of_vector(c->_trap_number),
		.number = (u32)c->_trap_number,
		.code = c->_trap_code,
	};
}

/* ---- from kernel mode ---- */

static const char *exception_name(const struct trap_frame *f, u32 vector)
{
	switch (vector) {
	case VECTOR_DIVIDE:
		return "divide error";
	case VECTOR_ILLEGAL:
		return ud_reason(f->rip);
	case VECTOR_DOUBLE_FAULT:
		return "double fault (kernel stack overflow?)";
	case VECTOR_STACK:
		return "stack segment fault";
	case VECTOR_PROTECTION:
		return "general protection fault";
	case VECTOR_PAGE_FAULT:
		return "page fault in kernel mode";
	case VECTOR_MACHINE_CHECK:
		return "machine check";
	default:
		return "unexpected exception";
	}
}

static void kernel_exception(struct trap_frame *f, u32 vector)
{
	u64 address = vector == VECTOR_PAGE_FAULT || vector == VECTOR_DOUBLE_FAULT ? cr2_read() : 0;
	struct panic_cause cause = {
		.why = exception_name(f, vector),
		.code = f->code,
		.address = address,
		.frame = f,
		.ip = arch_trap_ip(f),
		.fp = arch_trap_fp(f),
		.can_oops = vector != VECTOR_DOUBLE_FAULT && vector != VECTOR_MACHINE_CHECK,
	};
	panic_trap(&cause);
}

/* Interrupts are off.  Returns to where f says. */
void trap_from_kernel(struct trap_frame *f, u32 vector)
{
	if (likely(vector >= VECTOR_PIC)) {
		interrupt(vector, f->rip);
		return;
	}
	if (vector == VECTOR_PAGE_FAULT || vector == VECTOR_PROTECTION) {
		u64 fixup = extable_find(f->rip);
		if (fixup != 0) {
			f->rip = fixup;
			return;
		}
	}
	/* A single step of the user's that a blocked #DB carried into the kernel; NMIs have no
	 * source of ours. */
	if (vector == VECTOR_DEBUG || vector == VECTOR_NMI) {
		f->rflags &= ~(u64)0x100;
		return;
	}
	kernel_exception(f, vector);
}
