/* SPDX-License-Identifier: MPL-2.0 */
/* backtrace - frames and registers of riscv64 for the panic report.
 * Spec: RISC-V ELF psABI, frame pointer convention: the caller's address and frame below s0. */
#include "backtrace.h"

#include "mm/paging.h"
#include <arch/switch.h>
#include <osxtd/fmt.h>

#include "core/extable.h"
#include "panic.h"
#include "trap.h"

bool kernel_peek(u64 va, u64 *out)
{
	u64 v = 0;
	if (va < (u64)1 << 63 || (va & 7) != 0)
		return false;
	UNSAFE("1. only the kernel's half is read; 2. a fault is caught by the table")
	{
		__asm__ goto("1: ld %0, (%1)\n" EXTABLE_STR("1b", "%l[fault]")
			     : "=r"(v)
			     : "r"(va)
			     : "memory"
			     : fault);
	}
	*out = v;
	return true;
fault:
	return false;
}

bool arch_unwind(u64 *fp, u64 *ip)
{
	u64 next = 0;
	if (*fp < 16 || (*fp & 7) != 0)
		return false;
	if (!kernel_peek(*fp - 16, &next) || !kernel_peek(*fp - 8, ip))
		return false;
	/* Frames lie upwards on one stack; anything else ends the walk after this one. */
	*fp = next > *fp ? next : 0;
	return *ip != 0;
}

u64 arch_image_offset(void)
{
	return kernel_slide;
}

u64 arch_trap_ip(const struct trap_frame *f)
{
	return f->pc;
}

u64 arch_trap_fp(const struct trap_frame *f)
{
	return f->s0;
}

/* arch_switch left s0 there. */
u64 arch_parked_fp(const struct task *t)
{
	u64 fp = 0;
	return kernel_peek(t->_kernel_sp + 96, &fp) ? fp : 0;
}

static void line3(panic_line_fn out, struct str names, u64 a, u64 b, u64 c)
{
	u8 buf[100] = {};
	struct text t = text_in(span_of(buf));
	FMT(&t, "{} {016x} {016x} {016x}", names, a, b, c);
	out(text_str(&t));
}

void arch_panic_registers(const struct trap_frame *f, panic_line_fn out)
{
	line3(out, STR("pc  ra  sp    "), f->pc, f->ra, f->sp);
	line3(out, STR("sts tp  gp    "), f->status, f->tp, f->gp);
	line3(out, STR("a0  a1  a2    "), f->a0, f->a1, f->a2);
	line3(out, STR("a3  a4  a5    "), f->a3, f->a4, f->a5);
	line3(out, STR("a6  a7  s0    "), f->a6, f->a7, f->s0);
	line3(out, STR("s1  s2  s3    "), f->s1, f->s2, f->s3);
	line3(out, STR("s4  s5  s6    "), f->s4, f->s5, f->s6);
	line3(out, STR("s7  s8  s9    "), f->s7, f->s8, f->s9);
	line3(out, STR("s10 s11 t0    "), f->s10, f->s11, f->t0);
	line3(out, STR("t1  t2  t3    "), f->t1, f->t2, f->t3);
	line3(out, STR("t4  t5  t6    "), f->t4, f->t5, f->t6);
}
