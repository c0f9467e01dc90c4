/* SPDX-License-Identifier: MPL-2.0 */
/*
 * power - off and reset on PCs: QEMU's debug exit, ACPI, and what came before ACPI.
 *
 *   Spec:  ACPI 6.5, 4.8.3.2 (PM1 control), 4.8.3.7 (sleep control), 4.8.3.6 (reset); QEMU
 * hw/misc/debugexit.c's port.
 */
#include <osxtd/power.h>

#include "mm/paging.h"
#include <osxtd/cpu.h>
#include <osxtd/span.h>

#include "acpi/acpi.h"
#include "panic.h"
#include "platform.h"
#include "regs.h"

enum : u16 { DEBUG_EXIT = 0xf4, RESET_CONTROL = 0xcf9, KEYBOARD = 0x64 };
enum : u8 { EXIT_GOOD = 0x10, EXIT_BAD = 0x20 };
enum : u16 { SLP_EN = 1 << 13, SCI_EN = 1 };
enum : u32 { SPIN = 100000 };

static struct mmio shared sleep_memory OWNER(boot); /* the sleep control register, when in memory */
static struct mmio shared reset_memory OWNER(boot);

/* The firmware's tables say what these registers are. */
static struct mmio map_register(struct acpi_register r)
{
	return r.space == ACPI_MEMORY ? kernel_map_mmio(r.address, 1) : (struct mmio){};
}

void power_init(void)
{
	sleep_memory = map_register(acpi_info.sleep_control);
	reset_memory = map_register(acpi_info.reset);
}

static void write_register(struct acpi_register r, struct mmio memory, u8 v)
{
	if (r.space == ACPI_PORT)
		outb((u16)r.address, v);
	else if (mmio_is_mapped(memory))
		mmio_write8(memory, 0, v);
}

static void pause(void)
{
	for (u32 i = 0; i < SPIN; i++)
		cpu_relax();
}

/* Under a hypervisor a port that nobody has reads as all ones; QEMU's debug exit reads as 0. */
static bool has_debug_exit(void)
{
	return cpu_features.hypervisor && inb(DEBUG_EXIT) == 0;
}

bool power_can_tell(void)
{
	return has_debug_exit();
}

static void acpi_off(void)
{
	const struct acpi_info *a = &acpi_info;
	if (!a->has_s5)
		return;
	if (a->is_hw_reduced) {
		write_register(a->sleep_control, sleep_memory,
			       (u8)(0x20 | (a->s5_type_a & 7) << 2));
		pause();
		return;
	}
	if (a->pm1a_control == 0)
		return;
	if ((inw(a->pm1a_control) & SCI_EN) == 0 && a->smi_command != 0 && a->acpi_enable != 0) {
		outb(a->smi_command, a->acpi_enable);
		for (u32 i = 0; i < SPIN && (inw(a->pm1a_control) & SCI_EN) == 0; i++)
			cpu_relax();
	}
	outw(a->pm1a_control, (u16)((a->s5_type_a & 7) << 10 | SLP_EN));
	if (a->pm1b_control != 0)
		outw(a->pm1b_control, (u16)((a->s5_type_b & 7) << 10 | SLP_EN));
	pause();
}

/* An interrupt that no table answers: the third fault in a row resets the CPU. */
[[noreturn]] static void triple_fault(void)
{
	struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) none = {};
	UNSAFE("1. nothing runs afterwards")
	{
		__asm__ volatile("lidt %0; ud2" ::"m"(none));
	}
	__builtin_unreachable();
}

void power_off(enum power_verdict verdict)
{
	(void)irq_save();
	if (has_debug_exit())
		outb(DEBUG_EXIT, verdict == POWER_GOOD ? EXIT_GOOD : EXIT_BAD);
	acpi_off();
	/* Without ACPI's help (microvm with acpi=off) a reset is how such machines end, under
	 * -no-reboot. */
	if (acpi_info.found)
		power_halt();
	power_reset();
}

void power_reset(void)
{
	(void)irq_save();
	write_register(acpi_info.reset, reset_memory, acpi_info.reset_value);
	pause();
	outb(RESET_CONTROL, 0x02);
	outb(RESET_CONTROL, 0x06);
	pause();
	outb(KEYBOARD, 0xfe);
	pause();
	triple_fault();
}

void power_halt(void)
{
	UNSAFE("1. nothing runs afterwards")
	for (;;)
		__asm__ volatile("cli; hlt" ::: "memory");
}
