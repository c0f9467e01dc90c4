/* SPDX-License-Identifier: MPL-2.0 */
/*
 * plic - interrupt lines: the sources of the platform-level interrupt controller by their numbers.
 *
 *   Spec:  RISC-V Platform-Level Interrupt Controller 1.0.
 */
#include "mm/paging.h"
#include <osxtd/atomic.h>
#include <osxtd/irq.h>
#include <osxtd/lock.h>

#include "platform.h"
#include "trap.h"

enum : u32 {
	LINES = 256,
	PRIORITY = 0, /* byte offsets */
	ENABLE = 0x2000,
	ENABLE_CONTEXT = 0x80,
	CONTEXT = 0x200000,
	CONTEXT_BYTES = 0x1000,
	THRESHOLD = 0,
	CLAIM = 4,
	ROUNDS_MAX =
		64, /* of one interrupt: a source that never falls silent must not hold the CPU */
};
enum : u64 { SIE_EXTERNAL = 1 << 9 };

struct line {
	void (*handler)(u32 line);
	struct atomic_u64 count;
};

LOCK_CLASS(plic, irq);
static struct plic_lock shared plic_lock;
static struct mmio shared registers OWNER(boot);
static struct line shared lines[LINES] OWNER(plic);

static u32 context_at(u32 offset)
{
	return CONTEXT + platform.plic_context * CONTEXT_BYTES + offset;
}

static u32 line_count(void)
{
	return mmio_is_mapped(registers) ? min_of(platform.plic_sources + 1, (u32)LINES) : 0;
}

void plic_init(void)
{
	u64 least = (u64)CONTEXT + ((u64)platform.plic_context + 1) * CONTEXT_BYTES;
	if (platform.plic == 0 || platform.plic_bytes < least || least > UINT32_MAX)
		return;
	registers = kernel_map_mmio(platform.plic, least);
	for (u32 i = 1; i < line_count(); i++)
		mmio_write32(registers, PRIORITY + 4 * i, 0);
	mmio_write32(registers, context_at(THRESHOLD), 0);
	UNSAFE("1. the handler of this interrupt is there")
	{
		__asm__ volatile("csrs sie, %0" ::"r"((u64)SIE_EXTERNAL) : "memory");
	}
}

err_t irq_claim(u32 line, void (*handler)(u32 line))
{
	if (line == 0 || line >= line_count())
		return ERR_INVAL;
	GUARD(plic, &plic_lock);
	if (array_at(lines, line).handler != nullptr)
		return ERR_BUSY;
	array_at(lines, line).handler = handler;
	u32 enable = ENABLE + platform.plic_context * ENABLE_CONTEXT + line / 32 * 4;
	mmio_write32(registers, PRIORITY + 4 * line, 1);
	mmio_write32(registers, enable, mmio_read32(registers, enable) | 1u << line % 32);
	return OK;
}

void irq_external(void)
{
	for (u32 round = 0; round < ROUNDS_MAX; round++) {
		u32 line = mmio_read32(registers, context_at(CLAIM));
		if (line == 0)
			return;
		if (line < LINES) {
			struct line *l = &array_at(lines, line);
			atomic_u64_store(&l->count, atomic_u64_load(&l->count) + 1);
			if (l->handler != nullptr)
				l->handler(line);
		}
		mmio_write32(registers, context_at(CLAIM), line);
	}
}

u64 irq_count(u32 line)
{
	return line < LINES ? atomic_u64_load(&array_at(lines, line).count) : 0;
}
