/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ns16550 - the console on a 16550 whose registers are memory: arch_console_put and
 * arch_console_listen
 * (<arch/console.h>).  Compiled for the architectures that ask for it.
 *
 *   Context:  boot code names the port as soon as it knows it, and again when its mapping changes.
 *   Spec:     National Semiconductor PC16550D datasheet.
 */
#pragma once
#include "mmio.h"

struct ns16550 {
	struct mmio registers;
	u32 stride; /* bytes from register to register: 1 << reg-shift */
	u32 line;   /* its interrupt, for irq_claim */
};

/* Sets the port up and uses it from now on; without one nothing is put out. */
void ns16550_use(const struct ns16550 *port);
/* The same port at another address. */
void ns16550_move(struct mmio registers);
