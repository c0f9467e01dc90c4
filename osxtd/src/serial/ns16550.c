// SPDX-License-Identifier: MPL-2.0
/* ns16550 - see ns16550.h. */
#include "serial/ns16550.h"

#include <arch/console.h>
#include <osxtd/cpu.h>
#include <osxtd/irq.h>
#include <osxtd/log.h>

#include "console.h"

enum : u32 { DATA = 0, IER = 1, FCR = 2, LCR = 3, MCR = 4, LSR = 5 };
enum : u8 {
	LSR_READY = 0x01,
	LSR_EMPTY = 0x20,
	IER_RECEIVE = 0x01,
	LCR_8N1 = 0x03,
	FCR_ON_EMPTY_HALF =
		0x87, /* FIFOs on and empty, interrupt at eight bytes or after a short silence */
	MCR_DTR_RTS_OUT2 = 0x0b,
};
enum : u32 { FIFO_BYTES = 16, WAIT_MAX = 50000000, BATCHES_MAX = 16 };

static struct ns16550 shared port OWNER(boot);

static u8 get(u32 reg)
{
	return mmio_read8(port.registers, reg * port.stride);
}

static void put(u32 reg, u8 v)
{
	mmio_write8(port.registers, reg * port.stride, v);
}

/* The speed stays what firmware set: the clock behind it is not known here. */
void ns16550_use(const struct ns16550 *p)
{
	port = *p;
	if (!mmio_is_mapped(port.registers))
		return;
	put(IER, 0);
	put(LCR, LCR_8N1);
	put(FCR, FCR_ON_EMPTY_HALF);
	put(MCR, MCR_DTR_RTS_OUT2);
}

void ns16550_move(struct mmio registers)
{
	port.registers = registers;
}

/* False when the line takes nothing for so long that nobody can be listening. */
static bool wait_empty(void)
{
	for (u32 i = 0; i < WAIT_MAX; i++) {
		if (likely((get(LSR) & LSR_EMPTY) != 0))
			return true;
		cpu_relax();
	}
	return false;
}

void arch_console_put(struct cspan bytes)
{
	if (!mmio_is_mapped(port.registers))
		return;
	usize len = cspan_len(bytes);
	for (usize i = 0; i < len; i++) {
		if (i % FIFO_BYTES == 0 && !wait_empty())
			return;
		put(DATA, cspan_get(bytes, i));
	}
}

static void ns16550_interrupt(u32 line)
{
	(void)line;
	for (u32 batch = 0; batch < BATCHES_MAX; batch++) {
		u8 bytes[64] = {};
		usize n = 0;
		while (n < sizeof(bytes) && (get(LSR) & LSR_READY) != 0)
			array_at(bytes, n++) = get(DATA);
		if (n != 0)
			console_input(cspan_sub(cspan_of(bytes), 0, n));
		if (n < sizeof(bytes))
			return;
	}
	/* Somebody types faster than we read: the interrupt comes again when it is asked for again.
	 */
	put(IER, 0);
	put(IER, IER_RECEIVE);
}

void arch_console_listen(void)
{
	if (!mmio_is_mapped(port.registers))
		return;
	if (irq_claim(port.line, ns16550_interrupt) != OK)
		LOG(WARNING, "console: interrupt line {} is not to be had, no input", port.line);
	else
		put(IER, IER_RECEIVE);
}
