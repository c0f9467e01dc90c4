// SPDX-License-Identifier: MPL-2.0
/*
 * clock - the frequency of the stable counter, and one-shot interrupts of the constant timer, which
 * counts down at the same frequency.
 *
 *   Spec:  LoongArch Reference Manual volume 1, table 2-9 (CPUCFG 4 and 5), 7.6 (TCFG, TICLR).
 */
#include <arch/timer.h>

#include "regs.h"
#include "trap.h"

enum : u64 { TCFG_ENABLE = 1, TCFG_VALUE = 0xfffffffffffc, TICKS_MIN = 4, HZ_UNKNOWN = 100000000 };

u64 arch_counter_hz(void)
{
	u64 hz = cpucfg(4);
	u32 c5 = cpucfg(5);
	u32 mul = c5 & 0xffff, div = c5 >> 16;
	if (hz == 0)
		return HZ_UNKNOWN;
	return mul == 0 || div == 0 ? hz : hz * mul / div;
}

void arch_timer_program(u64 deadline_counter)
{
	u64 now = arch_counter();
	u64 delta = deadline_counter > now ? deadline_counter - now : 0;
	delta = min_of(delta, (u64)TCFG_VALUE - TICKS_MIN) + TICKS_MIN - 1;
	csr_write(CSR_TCFG, (delta & TCFG_VALUE) | TCFG_ENABLE);
}

void arch_timer_stop(void)
{
	csr_write(CSR_TCFG, 0);
	clock_timer_clear();
}

void clock_timer_clear(void)
{
	csr_write(CSR_TICLR, 1);
}
