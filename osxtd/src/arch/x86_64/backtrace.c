/* SPDX-License-Identifier: MPL-2.0 */
/* backtrace - frames and registers of x86_64 for the panic report. */
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
	bool good = va >= (u64)1 << 63;
	if (!good)
		return false;
	UNSAFE("1. only the kernel's half is read; 2. a fault is caught by the table")
	{
		__asm__ volatile("1: movq (%2), %1\n2:\n"
				 ".pushsection .entry.text, \"ax\"\n3: xorl %k0, %k0\njmp "
				 "2b\n.popsection\n" EXTABLE_STR("1b", "3b")
				 : "+r"(good), "+r"(v)
				 : "r"(va)
				 : "memory");
	}
	*out = v;
	return good;
}

bool arch_unwind(u64 *fp, u64 *ip)
{
	u64 next = 0;
	if (*fp == 0 || (*fp & 7) != 0 || *fp > UINT64_MAX - 16)
		return false;
	if (!kernel_peek(*fp, &next) || !kernel_peek(*fp + 8, ip))
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
	return f->rip;
}

u64 arch_trap_fp(const struct trap_frame *f)
{
	return f->rbp;
}

/* arch_switch left six registers there, rbp the highest. */
u64 arch_parked_fp(const struct task *t)
{
	u64 fp = 0;
	return kernel_peek(t->_kernel_sp + 40, &fp) ? fp : 0;
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
	line3(out, STR("rip rsp flags "), f->rip, f->rsp, f->rflags);
	line3(out, STR("rax rbx rcx   "), f->rax, f->rbx, f->rcx);
	line3(out, STR("rdx rsi rdi   "), f->rdx, f->rsi, f->rdi);
	line3(out, STR("rbp r8  r9    "), f->rbp, f->r8, f->r9);
	line3(out, STR("r10 r11 r12   "), f->r10, f->r11, f->r12);
	line3(out, STR("r13 r14 r15   "), f->r13, f->r14, f->r15);
}
