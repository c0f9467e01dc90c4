/* SPDX-License-Identifier: MPL-2.0 */
/*
 * acpi - the few facts that OSXTD takes from the firmware's tables: CPUs, interrupt controllers,
 * timers, how to leave.
 *
 * Read once, before mm_init, from the boot's map of the first 4 GiB.  The tables are foreign: every
 * length is checked against its container, a table that does not fit is left out.
 *
 *   Spec:  ACPI 6.5, 5.2 (tables), 4.8.3 and 7.4.2 (sleeping), 20.2 (AML encoding); IA-PC
 * HPET 1.0a, 3.2.4; Serial Port Console Redirection Table 1.07.
 */
#pragma once
#include <osxtd/base.h>

enum acpi_space : u8 { ACPI_NONE = 0xff, ACPI_MEMORY = 0, ACPI_PORT = 1 };

/* A register of the "generic address" kind. */
struct acpi_register {
	enum acpi_space space;
	u64 address;
};

enum : u32 { ACPI_OVERRIDES_MAX = 16, ACPI_IOAPICS_MAX = 4, ACPI_CPUS_MAX = 64 };

struct acpi_ioapic {
	u32 address;
	u32 first_gsi;
};
/* Where an ISA interrupt really goes. */
struct acpi_override {
	u32 isa, gsi;
	bool is_level, is_low;
};

struct acpi_info {
	bool found;
	u64 local_apic;
	u32 cpu_count;
	u32 cpu_ids[ACPI_CPUS_MAX];
	u32 ioapic_count;
	struct acpi_ioapic ioapics[ACPI_IOAPICS_MAX];
	u32 override_count;
	struct acpi_override overrides[ACPI_OVERRIDES_MAX];

	/* The bridge's I/O interrupts, and its message interrupts with their vectors; 0: none. */
	u64 bio_pic;
	u32 bio_pic_first_gsi;
	u64 msi_pic;
	u32 msi_first, msi_count;

	struct acpi_register uart; /* of the serial console */
	u32 uart_gsi;

	u64 hpet;	   /* 0: none */
	u16 pm_timer_port; /* 0: none */

	u16 pm1a_control, pm1b_control; /* ports; 0: none */
	u16 smi_command;
	u8 acpi_enable;
	bool has_s5;
	u8 s5_type_a, s5_type_b;
	bool is_hw_reduced;
	struct acpi_register sleep_control;
	struct acpi_register reset;
	u8 reset_value;
};
extern struct acpi_info shared acpi_info;

/* rsdp is its physical address; acpi_find_rsdp looks where PCs keep it, 0: not there. */
u64 acpi_find_rsdp(void);
void acpi_init(u64 rsdp);
