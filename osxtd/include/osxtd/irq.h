/* SPDX-License-Identifier: MPL-2.0 */
/*
 * irq - interrupt lines: claim one, get a handler that runs in interrupt context.
 *
 *   Context:  claim from task context.  Handlers run with interrupts off on the stack of what they
 * interrupted, take only irq locks, never sleep.
 */
#pragma once
#include <osxtd/base.h>

/* Claims line (the platform's number: GSI on x86).  ERR_BUSY, ERR_INVAL. */
OSXTD_API err_t irq_claim(u32 line, void (*handler)(u32 line));
/* How often each line's handler ran, for /proc/interrupts. */
OSXTD_API u64 irq_count(u32 line);
/* True inside an interrupt handler. */
OSXTD_API bool irq_in_handler(void);
