/* SPDX-License-Identifier: MPL-2.0 */
/* trap - exception codes, interrupt numbers, and the frame the entry code leaves; private to the
 * architecture. */
#pragma once
#include <osxtd/base.h>

/* ESTAT.Ecode.  Spec: LoongArch Reference Manual volume 1, table 7-8. */
enum trap_code : u32 {
	TRAP_CODE_INTERRUPT = 0x0,
	TRAP_CODE_LOAD_INVALID = 0x1,
	TRAP_CODE_STORE_INVALID = 0x2,
	TRAP_CODE_FETCH_INVALID = 0x3,
	TRAP_CODE_NOT_MODIFIED = 0x4,
	TRAP_CODE_NOT_READABLE = 0x5,
	TRAP_CODE_NOT_EXECUTABLE = 0x6,
	TRAP_CODE_PRIVILEGE = 0x7,
	TRAP_CODE_ADDRESS = 0x8, /* subcode 0: of a fetch */
	TRAP_CODE_ALIGNMENT = 0x9,
	TRAP_CODE_BOUND = 0xa,
	TRAP_CODE_SYSCALL = 0xb,
	TRAP_CODE_BREAK = 0xc,
	TRAP_CODE_ILLEGAL = 0xd,
	TRAP_CODE_PRIVILEGED = 0xe,
	TRAP_CODE_NO_FPU = 0xf,
	TRAP_CODE_NO_LSX = 0x10,
	TRAP_CODE_NO_LASX = 0x11,
	TRAP_CODE_FPU = 0x12, /* subcode 1: of a vector */
	TRAP_CODE_WATCH = 0x13,
};
ALWAYS_INLINE u32 trap_code(u64 status)
{
	return (u32)(status >> 16) & 0x3f;
}
ALWAYS_INLINE u32 trap_subcode(u64 status)
{
	return (u32)(status >> 22) & 0x1ff;
}
/* Whether it is a page fault, of which BADV is the address. */
ALWAYS_INLINE bool trap_is_fault(u64 status)
{
	return trap_code(status) - TRAP_CODE_LOAD_INVALID <=
	       TRAP_CODE_PRIVILEGE - TRAP_CODE_LOAD_INVALID;
}

/* Bits of ESTAT.IS and ECFG.LIE. */
enum : u64 { INT_DEVICES = 1 << 3, INT_TIMER = 1 << 11, INT_IPI = 1 << 12 };

struct trap_frame {
	u64 regs[32];
	u64 era, prmd, status, badv;
};

/* irq.c: devices have interrupted; acknowledges them. */
void irq_devices_interrupt(void);
/* smp.c: another CPU interrupted this one. */
void ipi_interrupt(void);
/* clock.c: takes the timer's interrupt back. */
void clock_timer_clear(void);
