/* SPDX-License-Identifier: MPL-2.0 */
/*
 * timer - one-shot interrupts: by the CPU's own comparator (Sstc) where the device tree promises
 * it, else through the firmware.
 *
 *   Spec:  RISC-V privileged architecture, 13 (Sstc); SBI 2.0, 6.
 */
#include <arch/timer.h>

#include "platform.h"
#include "sbi.h"

enum : u64 { SIE_TIMER = 1 << 5 };

u64 arch_counter_hz(void)
{
	return platform.timebase_hz;
}

void timer_enable(void)
{
	arch_timer_stop();
	UNSAFE("1. the handler of this interrupt is there")
	{
		__asm__ volatile("csrs sie, %0" ::"r"((u64)SIE_TIMER) : "memory");
	}
}

void arch_timer_program(u64 deadline_counter)
{
	if (!platform.has_sstc) {
		(void)sbi_call(SBI_TIMER, 0, deadline_counter, 0);
		return;
	}
	UNSAFE("1. stimecmp only says when the next timer interrupt comes")
	{
		__asm__ volatile("csrw 0x14d, %0" ::"r"(deadline_counter) : "memory");
	}
}

void arch_timer_stop(void)
{
	arch_timer_program(UINT64_MAX);
}
