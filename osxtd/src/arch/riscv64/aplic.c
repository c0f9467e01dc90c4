/* SPDX-License-Identifier: MPL-2.0 */
/*
 * aplic - the advanced platform-level interrupt controller: straight to the boot hart, or by
 * messages to its IMSIC.
 *
 * The lines of both are the APLIC's sources; as a message a source has its own number.
 *
 *   Spec:  RISC-V Advanced Interrupt Architecture 1.0, 3 (IMSIC), 4 (APLIC).
 */
#include "irq.h"
#include "mm/paging.h"
#include "platform.h"

enum : u32 {
	DOMAIN = 0, /* byte offsets */
	DOMAIN_MESSAGES = 1 << 2,
	DOMAIN_ON = 1 << 8,
	SOURCE = 4,
	SOURCE_LEVEL_HIGH = 6,
	SET_PENDING_NUMBER = 0x1cdc,
	ENABLE_NUMBER = 0x1edc,
	TARGET = 0x3004,
	TARGET_HART = 18, /* shift */
	DELIVERY = 0x4000,
	DELIVERY_BYTES = 32,
	DELIVERY_ON = 0,
	DELIVERY_THRESHOLD = 8,
	DELIVERY_CLAIM = 0x1c,
};
/* Registers of the IMSIC, behind siselect. */
enum : u64 { IMSIC_DELIVERY = 0x70, IMSIC_THRESHOLD = 0x72, IMSIC_ENABLE = 0xc0 };

static struct mmio shared registers OWNER(boot);

static u32 delivery_at(u32 offset)
{
	return DELIVERY + platform.aplic_hart * DELIVERY_BYTES + offset;
}

static bool map_registers(void)
{
	u64 least = (u64)DELIVERY + ((u64)platform.aplic_hart + 1) * DELIVERY_BYTES;
	if (platform.aplic == 0 || platform.aplic_bytes < (platform.has_imsic ? DELIVERY : least))
		return false;
	registers = kernel_map_mmio(platform.aplic, platform.aplic_bytes);
	for (u32 i = 1; i <= platform.irq_sources; i++)
		mmio_write32(registers, SOURCE + 4 * (i - 1), 0);
	return true;
}

static void enable_source(u32 line, u32 target)
{
	mmio_write32(registers, SOURCE + 4 * (line - 1), SOURCE_LEVEL_HIGH);
	mmio_write32(registers, TARGET + 4 * (line - 1),
		     platform.aplic_hart << TARGET_HART | target);
	mmio_write32(registers, ENABLE_NUMBER, line);
}

/* ---- straight ---- */

static u32 aplic_init(void)
{
	if (platform.has_imsic || !map_registers())
		return 0;
	mmio_write32(registers, delivery_at(DELIVERY_THRESHOLD), 0);
	mmio_write32(registers, delivery_at(DELIVERY_ON), 1);
	mmio_write32(registers, DOMAIN, DOMAIN_ON);
	return platform.irq_sources + 1;
}

static void aplic_enable(u32 line)
{
	enable_source(line, 1); /* the priority */
}

static u32 aplic_claim(void)
{
	return mmio_read32(registers, delivery_at(DELIVERY_CLAIM)) >> 16;
}

static void aplic_complete(u32) {}

const struct irq_chip_ops aplic_ops = { aplic_init, aplic_enable, aplic_claim, aplic_complete };

/* ---- by messages ---- */

UNSAFE("1. the device tree says that the hart has an IMSIC, so these registers are there; 2. "
       "callers "
       "name one of them")
static void imsic_set(u64 which, u64 bits)
{
	__asm__ volatile("csrw 0x150, %0\n\tcsrs 0x151, %1" ::"r"(which), "r"(bits) : "memory");
}

static u32 imsic_init(void)
{
	if (!platform.has_imsic || !map_registers())
		return 0;
	mmio_write32(registers, DOMAIN, DOMAIN_ON | DOMAIN_MESSAGES);
	imsic_set(IMSIC_DELIVERY, 1);
	return platform.irq_sources + 1;
}

static void imsic_enable(u32 line)
{
	/* A register for 64 identities, at even numbers. */
	imsic_set(IMSIC_ENABLE + line / 64 * 2, (u64)1 << line % 64);
	enable_source(line, line);
}

static u32 imsic_claim(void)
{
	u64 top = 0;
	UNSAFE("1. as imsic_set: reads the identity that interrupts, and takes it")
	{
		__asm__ volatile("csrrw %0, 0x15c, zero" : "=r"(top)::"memory");
	}
	return (u32)(top >> 16) & 0x7ff;
}

/* The message of a level that is still high was taken: the APLIC is asked to look again. */
static void imsic_complete(u32 line)
{
	mmio_write32(registers, SET_PENDING_NUMBER, line);
}

const struct irq_chip_ops imsic_ops = { imsic_init, imsic_enable, imsic_claim, imsic_complete };
