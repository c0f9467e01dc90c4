/* SPDX-License-Identifier: MPL-2.0 */
/*
 * platform - what the device tree or ACPI says of the machine; private to the architecture.
 *
 *   Context:  filled by boot code before kaslr_move, so it holds numbers only; read-only
 * afterwards.
 */
#pragma once
#include <osxtd/cpu.h>
#include <osxtd/span.h>

enum : u32 { PLATFORM_SEED_WORDS = 8 };

/* A register of power control; address 0: there is none. */
struct platform_register {
	u64 address;
	u8 value;
};
struct platform {
	bool is_tree; /* a device tree was read */
	u64 uart;
	u32 uart_line;
	u32 cpu_count; /* that may be used */
	u32 cpus[CPU_MAX];
	struct platform_register off, reset;
	u64 rtc;
	u64 pch_pic;
	u64 pch_msi;		       /* devices write a message's vector there */
	u32 msi_first, msi_count;      /* vectors of messages */
	u64 seed[PLATFORM_SEED_WORDS]; /* given out by arch_random */
	u32 seed_words, seed_used;
};
extern struct platform shared platform OWNER(boot);

/* Maps the registers that switch off and reset; after mm_init. */
void power_init(void);
/* Reads the battery clock for clock_boot_epoch_ns; the monotonic clock runs. */
void rtc_init(void);
/* Finds the interrupt controllers and masks everything; after mm_init. */
void irq_init(void);
/* What entry code calls. */
[[noreturn]] void arch_boot(void);
