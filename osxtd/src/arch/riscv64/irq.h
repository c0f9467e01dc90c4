/* SPDX-License-Identifier: MPL-2.0 */
/* irq - the machine's interrupt controller, behind osxtd/irq.h. */
#pragma once
#include <osxtd/base.h>

struct irq_chip_ops {
	u32 (*init)(void);	  /* number of lines, the first unused one included; 0: not there */
	void (*enable)(u32 line); /* for the boot hart */
	u32 (*claim)(void);	  /* the line that interrupts; 0: none does any more */
	void (*complete)(u32 line); /* its handler has run */
};
extern const struct irq_chip_ops plic_ops, aplic_ops, imsic_ops;

/* Finds the controller and lets external interrupts in; after mm_init. */
void irq_init(void);
