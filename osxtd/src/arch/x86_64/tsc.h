/* SPDX-License-Identifier: MPL-2.0 */
/* tsc - the frequency of the time-stamp counter, and the local APIC's timer; private to the
 * architecture. */
#pragma once
#include <osxtd/base.h>

/* Finds out both frequencies, at most about 5 ms; apic_init_early and acpi_init came before. */
void tsc_init(void);
u64 tsc_hz(void);
/* Lets this CPU's timer interrupt; nothing is programmed yet. */
void apic_timer_enable(void);
