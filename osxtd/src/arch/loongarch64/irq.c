// SPDX-License-Identifier: MPL-2.0
/*
 * irq - interrupt lines, which are the vectors of the CPU's extended I/O interrupt controller: from
 * 0 on the inputs of the bridge's PCH-PIC, level-triggered; then messages, which devices send by
 * writing the vector's number to the bridge's PCH-MSI.
 *
 *   Spec:  Loongson 7A1000 user manual, 5; Loongson 3A5000 user manual, 11.2.
 */
#include <osxtd/irq.h>

#include "mm/paging.h"
#include <osxtd/atomic.h>
#include <osxtd/lock.h>

#include "platform.h"
#include "regs.h"
#include "trap.h"

enum : u32 {
	WIRES = 64,
	/* The bridge's controller, byte offsets; 64-bit registers, used by halves. */
	PIC_MASK = 0x20,
	PIC_HT_ENABLE = 0x40,
	PIC_EDGE = 0x60,
	PIC_CLEAR = 0x80,
	PIC_VECTORS = 0x200, /* one byte per input */
	PIC_POLARITY = 0x3e0,
	PIC_BYTES = 0x400,
	/* The extended controller, IOCSR addresses. */
	EXT_NODE_MAP = 0x14a0,
	EXT_PIN_MAP = 0x14c0, /* a byte for each 32 vectors: the CPU's pin */
	EXT_ENABLE = 0x1600,  /* a bit for each of 256 vectors */
	EXT_BOUNCE = 0x1680,
	EXT_PENDING = 0x1800, /* of this CPU */
	EXT_ROUTE = 0x1c00,   /* a byte for each vector: the CPU */
	EXT_VECTORS = 256,
	LINES = EXT_VECTORS,
	MISC_FUNCTIONS = 0x420,
};
enum : u64 { MISC_EXT_ENABLE = 1ull << 48 };
/* INT_DEVICES is the second pin. */
static_assert(INT_DEVICES == 1 << (2 + 1));
enum : u32 { EACH_BYTE = 0x01010101, PIN = EACH_BYTE << 1, NODE_0 = 1 << 16 };

LOCK_CLASS(irq_lines, irq);

struct line {
	void (*handler)(u32 line);
	struct atomic_u64 count;
};
static struct line shared lines[LINES] OWNER(irq_lines);
static struct irq_lines_lock shared lines_lock;
static struct mmio shared pic OWNER(boot);

/* Bit i of a register of the bridge's controller. */
static void pic_set(u32 reg, u32 i, bool on)
{
	u32 at = reg + (i / 32) * 4, bit = 1u << (i % 32);
	u32 v = mmio_read32(pic, at);
	mmio_write32(pic, at, on ? v | bit : v & ~bit);
}

static void ext_init(void)
{
	iocsr_write64(MISC_FUNCTIONS, iocsr_read64(MISC_FUNCTIONS) | MISC_EXT_ENABLE);
	for (u32 i = 0; i < EXT_VECTORS / 64; i++)
		iocsr_write32(EXT_NODE_MAP + 4 * i, NODE_0);
	for (u32 i = 0; i < EXT_VECTORS / 32; i += 4)
		iocsr_write32(EXT_PIN_MAP + i, PIN);
	for (u32 i = 0; i < EXT_VECTORS; i += 4)
		iocsr_write32(EXT_ROUTE + i, EACH_BYTE); /* CPU 0 */
	for (u32 i = 0; i < EXT_VECTORS / 32; i++) {
		iocsr_write32(EXT_ENABLE + 4 * i, UINT32_MAX);
		iocsr_write32(EXT_BOUNCE + 4 * i, UINT32_MAX);
	}
}

void irq_init(void)
{
	ext_init();
	if (platform.pch_pic == 0)
		return;
	pic = kernel_map_mmio(platform.pch_pic, PIC_BYTES);
	for (u32 half = 0; half < 8; half += 4) {
		mmio_write32(pic, PIC_MASK + half, UINT32_MAX);
		mmio_write32(pic, PIC_HT_ENABLE + half, UINT32_MAX);
		mmio_write32(pic, PIC_EDGE + half, 0);
		mmio_write32(pic, PIC_CLEAR + half, UINT32_MAX);
		mmio_write32(pic, PIC_POLARITY + half, 0);
	}
	for (u32 i = 0; i < WIRES; i++)
		mmio_write8(pic, PIC_VECTORS + i, (u8)i);
}

static bool is_line(u32 line)
{
	if (line < WIRES)
		return mmio_is_mapped(pic);
	return line < LINES && line >= platform.msi_first &&
	       line - platform.msi_first < platform.msi_count;
}

err_t irq_claim(u32 line, void (*handler)(u32 line))
{
	if (!is_line(line))
		return ERR_INVAL;
	GUARD(irq_lines, &lines_lock);
	if (array_at(lines, line).handler != nullptr)
		return ERR_BUSY;
	array_at(lines, line).handler = handler;
	if (line < WIRES)
		pic_set(PIC_MASK, line, false);
	return OK;
}

/* A wire is masked meanwhile, so that a level that is still there afterwards comes as an interrupt
 * again. */
static void line_interrupt(u32 line)
{
	struct line *l = &array_at(lines, line);
	atomic_u64_store(&l->count, atomic_u64_load(&l->count) + 1);
	if (l->handler == nullptr)
		return; /* whatever raised it stays masked */
	if (line < WIRES)
		pic_set(PIC_MASK, line, true);
	l->handler(line);
	if (line < WIRES)
		pic_set(PIC_MASK, line, false);
}

void irq_devices_interrupt(void)
{
	for (u32 i = 0; i < EXT_VECTORS / 64; i++) {
		u64 pending = iocsr_read64(EXT_PENDING + 8 * i);
		if (pending == 0)
			continue;
		iocsr_write64(EXT_PENDING + 8 * i, pending);
		for (; pending != 0; pending &= pending - 1)
			line_interrupt(64 * i + (u32)__builtin_ctzll(pending));
	}
}

u64 irq_count(u32 line)
{
	return line < LINES ? atomic_u64_load(&array_at(lines, line).count) : 0;
}
