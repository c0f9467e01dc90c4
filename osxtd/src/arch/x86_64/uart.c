/* SPDX-License-Identifier: MPL-2.0 */
/*
 * uart - the first serial port of a PC, a 16550 at 0x3f8 on ISA interrupt 4.
 *
 *   Spec:  National Semiconductor PC16550D datasheet.
 */
#include <arch/console.h>
#include <osxtd/cpu.h>
#include <osxtd/irq.h>
#include <osxtd/log.h>

#include "console.h"
#include "regs.h"

enum : u16 { UART = 0x3f8 };
enum : u16 { DATA = 0, IER = 1, FCR = 2, LCR = 3, MCR = 4, LSR = 5, SCRATCH = 7 };
enum : u8 { LSR_READY = 0x01, LSR_EMPTY = 0x20, IER_RECEIVE = 0x01 };
enum : u32 {
	UART_IRQ = 4,
	FIFO_BYTES = 16,
	WAIT_MAX = 50000000,
	DIVISOR_115200 = 1,
	BATCHES_MAX = 16
};

static bool shared is_there OWNER(boot);

void arch_console_init(void)
{
	outb(UART + SCRATCH, 0x5a);
	if (inb(UART + SCRATCH) != 0x5a || inb(UART + LSR) == 0xff)
		return;
	outb(UART + IER, 0);
	outb(UART + LCR, 0x80);
	outb(UART + DATA, DIVISOR_115200);
	outb(UART + IER, 0);
	outb(UART + LCR, 0x03); /* 8 bits, no parity, one stop bit */
	outb(UART + FCR,
	     0x87); /* FIFOs on and empty, interrupt at eight bytes or after a short silence */
	outb(UART + MCR, 0x0b); /* DTR, RTS, interrupt line open */
	is_there = true;
}

/* False when the line takes nothing for so long that nobody can be listening. */
static bool wait_empty(void)
{
	for (u32 i = 0; i < WAIT_MAX; i++) {
		if (likely((inb(UART + LSR) & LSR_EMPTY) != 0))
			return true;
		cpu_relax();
	}
	return false;
}

void arch_console_put(struct cspan bytes)
{
	if (!is_there)
		return;
	usize len = cspan_len(bytes);
	for (usize i = 0; i < len; i++) {
		if (i % FIFO_BYTES == 0 && !wait_empty())
			return;
		outb(UART + DATA, cspan_get(bytes, i));
	}
}

static void uart_interrupt(u32 line)
{
	(void)line;
	for (u32 batch = 0; batch < BATCHES_MAX; batch++) {
		u8 bytes[64] = {};
		usize n = 0;
		while (n < sizeof(bytes) && (inb(UART + LSR) & LSR_READY) != 0)
			array_at(bytes, n++) = inb(UART + DATA);
		if (n != 0)
			console_input(cspan_sub(cspan_of(bytes), 0, n));
		if (n < sizeof(bytes))
			return;
	}
	/* Somebody types faster than we read.  The line is edge-triggered: drop it, so that it
	 * rises again. */
	outb(UART + IER, 0);
	outb(UART + IER, IER_RECEIVE);
}

void arch_console_listen(void)
{
	if (!is_there)
		return;
	if (irq_claim(UART_IRQ, uart_interrupt) != OK)
		LOG(WARNING, "console: interrupt line {} is not to be had, no input",
		    (u32)UART_IRQ);
	else
		outb(UART + IER, IER_RECEIVE);
}
