/* SPDX-License-Identifier: MPL-2.0 */
/*
 * trap - what the entry code calls: interrupts are handled, user exceptions become events, kernel
 * exceptions end in a fixup, an oops or a panic.
 */
#include "trap.h"

#include "mm/pte.h"
#include <osxtd/irq.h>
#include <osxtd/lockdep.h>
#include <osxtd/task.h>

#include "core/rcu.h"
#include "core/timer.h"
#include "core/extable.h"
#include "panic.h"
#include "ud.h"
#include "vector.h"

enum user_event_kind trap_from_user(struct user_ctx *ctx, u64 cause);
void trap_from_kernel(struct trap_frame *f);

/* ---- interrupts ---- */

static void interrupt(u64 cause, u64 ip)
{
	CPU_LOCAL_->irq_depth++;
	rcu_idle_end();
	lockdep_irq_enter(ip);
	if (cause == INTERRUPT_TIMER)
		timer_interrupt();
	else if (cause == INTERRUPT_EXTERNAL)
		irq_external();
	else if (cause == INTERRUPT_SOFTWARE)
		ipi_interrupt();
	lockdep_irq_leave();
	CPU_LOCAL_->irq_depth--;
}

bool irq_in_handler(void)
{
	return CPU_LOCAL_->irq_depth != 0;
}

static u64 tval_read(void)
{
	u64 v = 0;
	UNSAFE("1. the address of the trap that was taken: interrupts are off since")
	{
		__asm__ volatile("csrr %0, stval" : "=r"(v));
	}
	return v;
}

static bool is_page_fault(u64 cause)
{
	return cause == CAUSE_FETCH_PAGE || cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE;
}

/* ---- from user mode ---- */

/* Interrupts are off; the context holds everything. */
enum user_event_kind trap_from_user(struct user_ctx *ctx, u64 cause)
{
	u64 address = tval_read();
	if ((cause & CAUSE_INTERRUPT) != 0) {
		interrupt(cause, ctx->pc);
		return USER_INTERRUPT;
	}
	if (cause == CAUSE_ILLEGAL && vector_first_use(ctx))
		return USER_INTERRUPT;
	ctx->_cause = cause;
	ctx->_tval = address;
	if (!is_page_fault(cause))
		return USER_EXCEPTION;
	/* The CPU may remember that nothing was there. */
	tlb_forget_page(address);
	return USER_FAULT;
}

static enum user_trap trap_of_cause(u64 cause)
{
	switch (cause) {
	case CAUSE_ILLEGAL:
		return TRAP_ILLEGAL;
	case CAUSE_BREAKPOINT:
		return TRAP_BREAKPOINT;
	case CAUSE_FETCH_MISALIGNED:
	case CAUSE_LOAD_MISALIGNED:
	case CAUSE_STORE_MISALIGNED:
		return TRAP_ALIGNMENT;
	case CAUSE_FETCH_ACCESS:
	case CAUSE_LOAD_ACCESS:
	case CAUSE_STORE_ACCESS:
		return TRAP_PROTECTION;
	default:
		return TRAP_OTHER;
	}
}

void user_event_info(const struct user_ctx *c, struct user_event_info *out)
{
	u32 access = VM_ACCESS_READ;
	if (c->_cause == CAUSE_FETCH_PAGE)
		access = VM_ACCESS_EXEC;
	else if (c->_cause == CAUSE_STORE_PAGE)
		access = VM_ACCESS_WRITE;
	*out = (struct user_event_info){
		.address = is_page_fault(c->_cause) ? c->_tval : c->pc,
		.access = access,
		.trap = trap_of_cause(c->_cause),
		.number = (u32)c->_cause,
		.code = c->_tval,
	};
}

/* ---- from kernel mode ---- */

static const char *exception_name(const struct trap_frame *f)
{
	switch (f->cause) {
	case CAUSE_ILLEGAL:
	case CAUSE_BREAKPOINT:
		return ud_reason(f);
	case CAUSE_OVERFLOW:
		return "kernel stack overflow";
	case CAUSE_FETCH_PAGE:
	case CAUSE_LOAD_PAGE:
	case CAUSE_STORE_PAGE:
		return "page fault in kernel mode";
	case CAUSE_FETCH_ACCESS:
	case CAUSE_LOAD_ACCESS:
	case CAUSE_STORE_ACCESS:
		return "access fault";
	case CAUSE_FETCH_MISALIGNED:
	case CAUSE_LOAD_MISALIGNED:
	case CAUSE_STORE_MISALIGNED:
		return "misaligned address";
	default:
		return "unexpected exception";
	}
}

/* Interrupts are off.  Returns to where f says. */
void trap_from_kernel(struct trap_frame *f)
{
	if (likely((f->cause & CAUSE_INTERRUPT) != 0)) {
		interrupt(f->cause, f->pc);
		return;
	}
	if (is_page_fault(f->cause) || f->cause == CAUSE_LOAD_ACCESS ||
	    f->cause == CAUSE_STORE_ACCESS) {
		u64 fixup = extable_find(f->pc);
		if (fixup != 0) {
			tlb_forget_page(f->tval); /* as in trap_from_user */
			f->pc = fixup;
			return;
		}
	}
	struct panic_cause cause = {
		.why = exception_name(f),
		.code = f->cause,
		.address = f->tval,
		.frame = f,
		.ip = arch_trap_ip(f),
		.fp = arch_trap_fp(f),
		.can_oops = f->cause != CAUSE_OVERFLOW,
	};
	panic_trap(&cause);
}
