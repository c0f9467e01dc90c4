/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ioapic - interrupt lines: numbers below 16 are ISA interrupts (MADT overrides apply), others are
 * global system interrupts, level-triggered and active low as PCI's are.
 *
 *   Spec:  Intel 82093AA datasheet, 3.2; ACPI 6.5, 5.2.12.5.
 */
#include "ioapic.h"

#include "mm/paging.h"
#include <osxtd/atomic.h>
#include <osxtd/irq.h>
#include <osxtd/lock.h>

#include "acpi/acpi.h"
#include "apic.h"
#include "trap.h"

enum : u32 {
	ISA_LINES = 16,
	LINES = VECTOR_LINE_END - VECTOR_LINE,
	SELECT = 0, /* byte offsets */
	WINDOW = 16,
	REG_VERSION = 1,
	REG_TABLE = 0x10,
	ENTRY_LOW = 1 << 13,
	ENTRY_LEVEL = 1 << 15,
	ENTRY_MASKED = 1 << 16,
};

struct ioapic {
	struct mmio registers;
	u32 first_gsi, count;
};

LOCK_CLASS(ioapic, irq);
static struct ioapic shared ioapics[ACPI_IOAPICS_MAX] OWNER(boot);
static u32 shared ioapic_count OWNER(boot);
static struct ioapic_lock shared ioapic_lock;

struct line {
	void (*handler)(u32 line);
	struct atomic_u64 count;
};
static struct line shared lines[LINES] OWNER(ioapic);

/* Register select, then window. */
static void ioapic_write(struct ioapic *io, u32 reg, u32 v)
{
	mmio_write32(io->registers, SELECT, reg);
	mmio_write32(io->registers, WINDOW, v);
}

static u32 ioapic_read(struct ioapic *io, u32 reg)
{
	mmio_write32(io->registers, SELECT, reg);
	return mmio_read32(io->registers, WINDOW);
}

static struct ioapic *ioapic_of(u32 gsi)
{
	for (u32 i = 0; i < ioapic_count; i++) {
		struct ioapic *io = &array_at(ioapics, i);
		if (gsi >= io->first_gsi && gsi - io->first_gsi < io->count)
			return io;
	}
	return nullptr;
}

/* The area is an I/O APIC's by the firmware's word, or its place on every PC. */
static void ioapic_add(u64 address, u32 first_gsi)
{
	struct ioapic *io = &array_at(ioapics, ioapic_count);
	io->registers = kernel_map_mmio(address, PAGE_SIZE);
	io->first_gsi = first_gsi;
	io->count = (ioapic_read(io, REG_VERSION) >> 16 & 0xff) + 1;
	for (u32 i = 0; i < io->count; i++)
		ioapic_write(io, REG_TABLE + 2 * i, ENTRY_MASKED);
	ioapic_count++;
}

void ioapic_init(void)
{
	for (u32 i = 0; i < acpi_info.ioapic_count; i++) {
		const struct acpi_ioapic *a = &array_at(acpi_info.ioapics, i);
		ioapic_add(a->address, a->first_gsi);
	}
	if (ioapic_count == 0)
		ioapic_add(0xfec00000, 0);
}

/* Where line leads, and how it signals. */
static struct acpi_override route_of(u32 line)
{
	for (u32 i = 0; line < ISA_LINES && i < acpi_info.override_count; i++) {
		if (array_at(acpi_info.overrides, i).isa == line)
			return array_at(acpi_info.overrides, i);
	}
	bool is_isa = line < ISA_LINES;
	return (struct acpi_override){
		.isa = line, .gsi = line, .is_level = !is_isa, .is_low = !is_isa
	};
}

err_t irq_claim(u32 line, void (*handler)(u32 line))
{
	if (line >= LINES)
		return ERR_INVAL;
	struct acpi_override route = route_of(line);
	GUARD(ioapic, &ioapic_lock);
	struct ioapic *io = ioapic_of(route.gsi);
	if (io == nullptr)
		return ERR_INVAL;
	if (array_at(lines, line).handler != nullptr)
		return ERR_BUSY;
	array_at(lines, line).handler = handler;
	u32 entry = REG_TABLE + 2 * (route.gsi - io->first_gsi);
	u32 mode = (route.is_low ? ENTRY_LOW : 0) | (route.is_level ? ENTRY_LEVEL : 0);
	ioapic_write(io, entry + 1, apic_id() << 24);
	ioapic_write(io, entry, mode | (VECTOR_LINE + line));
	return OK;
}

void irq_line_interrupt(u32 line)
{
	struct line *l = &array_at(lines, line);
	atomic_u64_store(&l->count, atomic_u64_load(&l->count) + 1);
	if (l->handler != nullptr)
		l->handler(line);
	apic_eoi();
}

u64 irq_count(u32 line)
{
	return line < LINES ? atomic_u64_load(&array_at(lines, line).count) : 0;
}
