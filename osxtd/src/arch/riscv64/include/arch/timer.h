/* SPDX-License-Identifier: MPL-2.0 */
/* timer - the CPU's counter and its one-shot timer; private to core/timer.c, which supplies
 * timer_interrupt(). */
#pragma once
#include <osxtd/base.h>

ALWAYS_INLINE u64 arch_counter(void)
{
	u64 v = 0;
	UNSAFE("1. RDTIME only reads, and the firmware lets the kernel")
	{
		__asm__ volatile("rdtime %0" : "=r"(v));
	}
	return v;
}
u64 arch_counter_hz(void);
/* One interrupt on this CPU at or soon after the counter reaches deadline; replaces the one before.
 * Interrupts off. */
void arch_timer_program(u64 deadline_counter);
void arch_timer_stop(void);
