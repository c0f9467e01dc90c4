/* SPDX-License-Identifier: MPL-2.0 */
/* platform - the pieces of boot that have no header of their own; private to the architecture. */
#pragma once
#include "mmio.h"
#include <osxtd/base.h>

/* What the device tree says of the machine; boot/devices.c fills it before mm_init.  0: not there.
 */
struct platform {
	u64 timebase_hz;
	u64 uart, uart_stride;
	u32 uart_line;
	u64 plic, plic_bytes;
	u32 plic_context; /* of the boot hart's supervisor mode */
	u64 aplic, aplic_bytes;
	u32 aplic_hart;	 /* the boot hart, as the APLIC and its IMSICs number harts */
	bool has_imsic;	 /* the APLIC sends messages */
	u32 irq_sources; /* of the PLIC or APLIC: numbered from 1 on */
	u64 test;	 /* SiFive's test device: QEMU's way out */
	u64 rtc;	 /* Goldfish */
	bool has_sstc;
	char isa[32]; /* "rv64imafdc": the base and the extensions of one letter that programs get
		       */
};
extern struct platform shared platform OWNER(boot);

/* The console's registers in the tables under construction, and the change to them once they are in
 * force. */
struct mmio console_map(void);
void console_move(struct mmio registers);

/* Maps the registers that switch off; after mm_init. */
void power_init(void);
void rtc_init(void);
/* Lets the timer of this CPU interrupt; nothing is programmed yet. */
void timer_enable(void);
/* The rest of the boot CPU's block; tp points at it. */
void cpu_init(void);
/* smp.c: lets other CPUs interrupt this one. */
void ipi_enable(void);

/* Called by entry.S at the kernel's own addresses: boot_info and platform are filled. */
[[noreturn]] void arch_boot(void);
