/* SPDX-License-Identifier: MPL-2.0 */
/*
 * plic - the platform-level interrupt controller.
 *
 *   Spec:  RISC-V Platform-Level Interrupt Controller 1.0.
 */
#include "irq.h"
#include "mm/paging.h"
#include "platform.h"

enum : u32 {
	PRIORITY = 0, /* byte offsets */
	ENABLE = 0x2000,
	ENABLE_CONTEXT = 0x80,
	CONTEXT = 0x200000,
	CONTEXT_BYTES = 0x1000,
	THRESHOLD = 0,
	CLAIM = 4,
};

static struct mmio shared registers OWNER(boot);

static u32 context_at(u32 offset)
{
	return CONTEXT + platform.plic_context * CONTEXT_BYTES + offset;
}

static u32 plic_init(void)
{
	u64 least = (u64)CONTEXT + ((u64)platform.plic_context + 1) * CONTEXT_BYTES;
	if (platform.plic == 0 || platform.plic_bytes < least || least > UINT32_MAX)
		return 0;
	registers = kernel_map_mmio(platform.plic, least);
	for (u32 i = 1; i <= platform.irq_sources; i++)
		mmio_write32(registers, PRIORITY + 4 * i, 0);
	mmio_write32(registers, context_at(THRESHOLD), 0);
	return platform.irq_sources + 1;
}

static void plic_enable(u32 line)
{
	u32 enable = ENABLE + platform.plic_context * ENABLE_CONTEXT + line / 32 * 4;
	mmio_write32(registers, PRIORITY + 4 * line, 1);
	mmio_write32(registers, enable, mmio_read32(registers, enable) | 1u << line % 32);
}

static u32 plic_claim(void)
{
	return mmio_read32(registers, context_at(CLAIM));
}

static void plic_complete(u32 line)
{
	mmio_write32(registers, context_at(CLAIM), line);
}

const struct irq_chip_ops plic_ops = { plic_init, plic_enable, plic_claim, plic_complete };
