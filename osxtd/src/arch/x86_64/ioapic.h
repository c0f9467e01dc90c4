/* SPDX-License-Identifier: MPL-2.0 */
/* ioapic - the I/O APICs behind irq.h; private to the architecture. */
#pragma once
#include <osxtd/base.h>

/* Maps them and masks all their lines; after mm_init. */
void ioapic_init(void);
