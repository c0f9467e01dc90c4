/* SPDX-License-Identifier: MPL-2.0 */
/* timer - the entry points that boot and the arch's timer interrupt call. */
#pragma once
#include <osxtd/timer.h>

/* After the arch knows its counter's frequency; monotonic time starts at 0 here. */
void clock_init(void);
/* The hardware timer of this CPU fired.  Interrupt context. */
void timer_interrupt(void);
