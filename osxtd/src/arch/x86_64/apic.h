/* SPDX-License-Identifier: MPL-2.0 */
/*
 * apic - the local APIC of this CPU, in xAPIC or x2APIC mode; private to the architecture.
 *
 *   Spec:  Intel SDM volume 3, 11.
 */
#pragma once
#include "mmio.h"
#include <osxtd/base.h>

#include "regs.h"

enum : u32 { /* register numbers: MSR offset, or 16-byte slot in memory */
	     APIC_ID = 0x02,
	     APIC_EOI = 0x0b,
	     APIC_SPURIOUS = 0x0f,
	     APIC_ICR = 0x30, /* x2APIC: 64 bits, the receiver in the upper half */
	     APIC_ICR_HIGH = 0x31,
	     APIC_LVT_TIMER = 0x32,
	     APIC_LVT_LINT0 = 0x35,
	     APIC_LVT_LINT1 = 0x36,
	     APIC_LVT_ERROR = 0x37,
	     APIC_TIMER_INITIAL = 0x38,
	     APIC_TIMER_CURRENT = 0x39,
	     APIC_TIMER_DIVIDE = 0x3e,
};
enum : u32 { APIC_MASKED = 1 << 16, APIC_NMI = 4 << 8, APIC_DEADLINE_MODE = 2 << 17 };

struct apic {
	bool is_x2;
	struct mmio registers; /* xAPIC mode: one every 16 bytes */
};
extern struct apic shared apic;

ALWAYS_INLINE void apic_write(u32 reg, u32 v)
{
	if (apic.is_x2)
		msr_write(MSR_X2APIC + reg, v);
	else
		mmio_write32(apic.registers, reg * 16, v);
}
ALWAYS_INLINE u32 apic_read(u32 reg)
{
	return apic.is_x2 ? (u32)msr_read(MSR_X2APIC + reg) : mmio_read32(apic.registers, reg * 16);
}
ALWAYS_INLINE void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/* Masks the 8259s and enables this CPU's APIC, timer stopped.  First with the boot's map of device
 * memory. */
void apic_init_early(void);
/* The same of a further CPU, in the mode of the first. */
void apic_init(void);
/* After mm_init: the registers' final mapping. */
void apic_map(void);
/* This CPU's id, as interrupts are addressed. */
u32 apic_id(void);
