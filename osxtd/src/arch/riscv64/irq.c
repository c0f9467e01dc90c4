/* SPDX-License-Identifier: MPL-2.0 */
/* irq - interrupt lines: the sources of whichever controller the machine has, by their numbers. */
#include "irq.h"

#include <osxtd/atomic.h>
#include <osxtd/irq.h>
#include <osxtd/lock.h>

#include "trap.h"

enum : u32 {
	LINES = 256,
	/* of one interrupt: a source that never falls silent must not hold the CPU */
	ROUNDS_MAX = 64,
};
enum : u64 { SIE_EXTERNAL = 1 << 9 };

struct line {
	void (*handler)(u32 line);
	struct atomic_u64 count;
};

LOCK_CLASS(irq_lines, irq);
static struct irq_lines_lock shared lines_lock;
static struct line shared lines[LINES] OWNER(irq_lines);
static const struct irq_chip_ops *shared chip OWNER(boot);
static u32 shared line_count OWNER(boot);

void irq_init(void)
{
	static const struct irq_chip_ops *const chips[] = { &plic_ops, &aplic_ops, &imsic_ops };
	for (usize i = 0; i < array_len(chips) && line_count == 0; i++) {
		chip = array_at(chips, i);
		line_count = min_of(chip->init(), (u32)LINES);
	}
	if (line_count == 0)
		return;
	UNSAFE("1. the handler of this interrupt is there")
	{
		__asm__ volatile("csrs sie, %0" ::"r"((u64)SIE_EXTERNAL) : "memory");
	}
}

err_t irq_claim(u32 line, void (*handler)(u32 line))
{
	if (line == 0 || line >= line_count)
		return ERR_INVAL;
	GUARD(irq_lines, &lines_lock);
	if (array_at(lines, line).handler != nullptr)
		return ERR_BUSY;
	array_at(lines, line).handler = handler;
	chip->enable(line);
	return OK;
}

void irq_external(void)
{
	for (u32 round = 0; round < ROUNDS_MAX; round++) {
		u32 line = chip->claim();
		if (line == 0)
			return;
		if (line < LINES) {
			struct line *l = &array_at(lines, line);
			atomic_u64_store(&l->count, atomic_u64_load(&l->count) + 1);
			if (l->handler != nullptr)
				l->handler(line);
		}
		chip->complete(line);
	}
}

u64 irq_count(u32 line)
{
	return line < LINES ? atomic_u64_load(&array_at(lines, line).count) : 0;
}
