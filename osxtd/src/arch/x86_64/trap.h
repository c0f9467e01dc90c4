/* SPDX-License-Identifier: MPL-2.0 */
/* trap - vectors, and the frame the entry code leaves; private to the architecture. */
#pragma once
#include <osxtd/base.h>

enum : u32 {
	VECTOR_DIVIDE = 0,
	VECTOR_DEBUG = 1,
	VECTOR_NMI = 2,
	VECTOR_BREAKPOINT = 3,
	VECTOR_OVERFLOW = 4,
	VECTOR_BOUNDS = 5,
	VECTOR_ILLEGAL = 6,
	VECTOR_DOUBLE_FAULT = 8,
	VECTOR_STACK = 12,
	VECTOR_PROTECTION = 13,
	VECTOR_PAGE_FAULT = 14,
	VECTOR_FPU = 16,
	VECTOR_ALIGNMENT = 17,
	VECTOR_MACHINE_CHECK = 18,
	VECTOR_SIMD = 19,
	VECTOR_PIC = 0x20,  /* the masked 8259's spurious ones */
	VECTOR_LINE = 0x30, /* I/O APIC lines */
	VECTOR_LINE_END = 0xe0,
	VECTOR_TIMER = 0xec,
	VECTOR_IPI = 0xed,
	VECTOR_SPURIOUS = 0xff,
};

/* The same as struct user_ctx from r15 to _ss (asserted in trap.c). */
struct trap_frame {
	u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	u64 code;
	u64 rip, cs, rflags, rsp, ss;
};

/* ioapic.c: an interrupt of a line came; acknowledges it. */
void irq_line_interrupt(u32 line);
