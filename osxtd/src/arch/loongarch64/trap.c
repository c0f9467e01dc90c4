// SPDX-License-Identifier: MPL-2.0
/*
 * trap - what the entry code calls: interrupts are handled, user exceptions become events, kernel
 * exceptions end in a fixup, an oops or a panic.
 */
#include "trap.h"

#include "mm/paging.h"
#include <osxtd/irq.h>
#include <osxtd/lockdep.h>
#include <osxtd/task.h>

#include "check.h"
#include "core/rcu.h"
#include "core/timer.h"
#include "cpu_area.h"
#include "core/extable.h"
#include "panic.h"
#include "regs.h"

enum user_event_kind trap_from_user(struct user_ctx *ctx, u64 status);
void trap_from_kernel(struct trap_frame *f);
[[noreturn]] void trap_without_stack_report(struct trap_frame *f);
[[noreturn]] void trap_machine_error(void);

extern const u8 cpu_idle_place[];

/* ---- interrupts ---- */

static void interrupt(u64 status, u64 ip)
{
	CPU_LOCAL_->irq_depth++;
	rcu_idle_end();
	lockdep_irq_enter(ip);
	if ((status & INT_TIMER) != 0) {
		clock_timer_clear();
		timer_interrupt();
	}
	if ((status & INT_IPI) != 0)
		ipi_interrupt();
	if ((status & INT_DEVICES) != 0)
		irq_devices_interrupt();
	lockdep_irq_leave();
	CPU_LOCAL_->irq_depth--;
}

bool irq_in_handler(void)
{
	return CPU_LOCAL_->irq_depth != 0;
}

/* ---- faults ---- */

static u32 access_of(u64 status)
{
	switch (trap_code(status)) {
	case TRAP_CODE_STORE_INVALID:
	case TRAP_CODE_NOT_MODIFIED:
		return VM_ACCESS_WRITE;
	case TRAP_CODE_FETCH_INVALID:
	case TRAP_CODE_NOT_EXECUTABLE:
		return VM_ACCESS_EXEC;
	default:
		return VM_ACCESS_READ;
	}
}

/* ---- from user mode ---- */

/* Interrupts are off; the context holds everything. */
enum user_event_kind trap_from_user(struct user_ctx *ctx, u64 status)
{
	if (trap_code(status) == TRAP_CODE_INTERRUPT) {
		interrupt(status, ctx->pc);
		return USER_INTERRUPT;
	}
	u64 address = csr_read(CSR_BADV);
	if (trap_is_fault(status) && paging_note_access(address, access_of(status), true))
		return USER_INTERRUPT;
	ctx->_trap_status = status;
	ctx->_trap_instruction = (u32)csr_read(CSR_BADI);
	ctx->_trap_address = trap_is_fault(status) ? address : ctx->pc;
	if (trap_code(status) == TRAP_CODE_ADDRESS)
		ctx->_trap_address = address;
	return trap_is_fault(status) ? USER_FAULT : USER_EXCEPTION;
}

/* Codes of the break instruction that compilers make.  Spec: Linux uapi asm/break.h. */
static enum user_trap trap_of_break(u32 instruction)
{
	enum : u32 { CODE = 0x7fff, OVERFLOW = 6, DIVIDE_BY_ZERO = 7 };
	switch (instruction & CODE) {
	case OVERFLOW:
		return TRAP_OVERFLOW;
	case DIVIDE_BY_ZERO:
		return TRAP_DIVIDE;
	default:
		return TRAP_BREAKPOINT;
	}
}

static enum user_trap trap_of(const struct user_ctx *c)
{
	switch (trap_code(c->_trap_status)) {
	case TRAP_CODE_ALIGNMENT:
		return TRAP_ALIGNMENT;
	case TRAP_CODE_BOUND:
		return TRAP_BOUNDS;
	case TRAP_CODE_BREAK:
		return trap_of_break(c->_trap_instruction);
	case TRAP_CODE_ILLEGAL:
	case TRAP_CODE_NO_FPU:
	case TRAP_CODE_NO_LSX:
	case TRAP_CODE_NO_LASX:
	case TRAP_CODE_PRIVILEGED:
		return TRAP_ILLEGAL;
	case TRAP_CODE_ADDRESS:
		return TRAP_PROTECTION;
	case TRAP_CODE_FPU:
		return trap_subcode(c->_trap_status) == 0 ? TRAP_FPU : TRAP_SIMD;
	case TRAP_CODE_WATCH:
		return TRAP_DEBUG;
	default:
		return TRAP_OTHER;
	}
}

static u32 user_access_of(u64 status)
{
	if (trap_code(status) == TRAP_CODE_ADDRESS && trap_subcode(status) == 0)
		return VM_ACCESS_EXEC;
	return access_of(status);
}

void user_event_info(const struct user_ctx *c, struct user_event_info *out)
{
	*out = (struct user_event_info){
		.address = c->_trap_address,
		.access = user_access_of(c->_trap_status),
		.trap = trap_of(c),
		.number = trap_code(c->_trap_status),
		.code = trap_subcode(c->_trap_status),
	};
}

/* ---- from kernel mode ---- */

static const char *exception_name(const struct trap_frame *f)
{
	const char *check = check_reason(f->era);
	if (check != nullptr)
		return check;
	if (trap_is_fault(f->status))
		return "page fault in kernel mode";
	switch (trap_code(f->status)) {
	case TRAP_CODE_ADDRESS:
		return "page fault in kernel mode";
	case TRAP_CODE_ILLEGAL:
	case TRAP_CODE_PRIVILEGED:
		return "invalid instruction";
	default:
		return "unexpected exception";
	}
}

[[noreturn]] static void kernel_exception(struct trap_frame *f, const char *why, bool can_oops)
{
	struct panic_cause cause = {
		.why = why,
		.code = f->status,
		.address = f->badv,
		.frame = f,
		.ip = arch_trap_ip(f),
		.fp = arch_trap_fp(f),
		.can_oops = can_oops,
	};
	panic_trap(&cause);
}

/* Interrupts are off.  Returns to where f says. */
void trap_from_kernel(struct trap_frame *f)
{
	if (likely(trap_code(f->status) == TRAP_CODE_INTERRUPT)) {
		/* The wait is over before it began (cpu_idle_wait). */
		if (f->era == address_of_(cpu_idle_place))
			f->era += 4;
		interrupt(f->status, f->era);
		return;
	}
	bool is_fault = trap_is_fault(f->status);
	if (is_fault && paging_note_access(f->badv, access_of(f->status), false))
		return;
	if (is_fault || trap_code(f->status) == TRAP_CODE_ADDRESS ||
	    trap_code(f->status) == TRAP_CODE_ALIGNMENT) {
		u64 fixup = extable_find(f->era);
		if (fixup != 0) {
			f->era = fixup;
			return;
		}
	}
	kernel_exception(f, exception_name(f), true);
}

void trap_without_stack_report(struct trap_frame *f)
{
	kernel_exception(f, "double fault (kernel stack overflow?)", false);
}

void trap_machine_error(void)
{
	panic("machine error");
}
