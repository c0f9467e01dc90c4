// SPDX-License-Identifier: MPL-2.0
/*
 * backtrace - frames and registers of loongarch64 for the panic report.
 *
 * A frame pointer is the stack pointer of the caller; below it stand the return address and the
 * caller's frame pointer.
 */
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
	if (va < (u64)1 << 63)
		return false;
	UNSAFE("1. only the kernel's half is read; 2. a fault is caught by the table")
	{
		__asm__ goto("1: ld.d %0, %1, 0\n" EXTABLE_STR("1b", "%l[fault]")
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
	return f->era;
}

u64 arch_trap_fp(const struct trap_frame *f)
{
	return f->regs[22];
}

/* arch_switch left its frame there, with fp at 80. */
u64 arch_parked_fp(const struct task *t)
{
	u64 fp = 0;
	return kernel_peek(t->_kernel_sp + 80, &fp) ? fp : 0;
}

static void line4(panic_line_fn out, struct str names, const u64 *v)
{
	u8 buf[120] = {};
	struct text t = text_in(span_of(buf));
	UNSAFE("1. callers give the first of four registers of a frame")
	{
		FMT(&t, "{} {016x} {016x} {016x} {016x}", names, v[0], v[1], v[2], v[3]);
	}
	out(text_str(&t));
}

void arch_panic_registers(const struct trap_frame *f, panic_line_fn out)
{
	line4(out, STR("era prmd status badv "), &f->era);
	line4(out, STR("zero ra tp sp        "), &f->regs[0]);
	line4(out, STR("a0 a1 a2 a3          "), &f->regs[4]);
	line4(out, STR("a4 a5 a6 a7          "), &f->regs[8]);
	line4(out, STR("t0 t1 t2 t3          "), &f->regs[12]);
	line4(out, STR("t4 t5 t6 t7          "), &f->regs[16]);
	line4(out, STR("t8 cpu fp s0         "), &f->regs[20]);
	line4(out, STR("s1 s2 s3 s4          "), &f->regs[24]);
	line4(out, STR("s5 s6 s7 s8          "), &f->regs[28]);
}
