/* SPDX-License-Identifier: MPL-2.0 */
/* timer - the entry points that boot and the arch's timer interrupt call. */
#pragma once
#include <osxtd/timer.h>

/* After the arch knows its counter's frequency; monotonic time starts at 0 here. */
void clock_init(void);
/* The hardware timer of this CPU fired.  Interrupt context. */
void timer_interrupt(void);
/* For clock_steer and its tests: a factor with so many millionths more; and the line that goes on
 * from where it is at counter, with another slope. */
u64 clock_steered_mult(u64 mult, i64 ppm);
void clock_line_turn(struct clock_params *line, u64 counter, u64 mult);
