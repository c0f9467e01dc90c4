/* SPDX-License-Identifier: MPL-2.0 */
/*
 * discipline - by how much a clock must be steered, from what adjtimex(2) was told.
 *
 * Pure arithmetic on times that it is given; clock.c applies the result.  Four things add up: the
 * frequency, the length of a tick, an offset that fades away through a phase-locked loop, and one
 * of adjtime(3) that is worked off at 500 ppm.
 *
 *   Units:    ppm of a frequency have CLOCK_PPM_SHIFT fraction bits; now_ns is the time of the
 *             steered clock.
 *   Context:  any; the caller keeps others away.
 *   Spec:     adjtimex(2), adjtime(3); RFC 5905, 11.3 and appendix A.5.5.6 (PLL and FLL).
 */
#pragma once
#include <osxtd/base.h>

#include "abi/timex.h"

struct discipline {
	u64 since_ns;	  /* up to here all is accounted for */
	i64 freq;	  /* ppm */
	i64 tick_us;	  /* 1 / USER_HZ s by the clock's own count */
	i64 offset;	  /* what the loop has still to do: ns, 16 fraction bits */
	i64 offset_rate;  /* of that in this second */
	u64 second_ns;	  /* when that is computed anew */
	i64 slew_ns;	  /* what adjtime(3) has still to do */
	u64 reference_ns; /* when the loop was last told an offset */
	i64 constant;
	u64 maxerror_us, esterror_us;
	u64 error_since_ns; /* maxerror_us has grown up to here */
	u32 status;
};

void discipline_init(struct discipline *d);
/* Accounts for the time that has passed; before every look at d or change of it. */
void discipline_settle(struct discipline *d, u64 now_ns);
/* Somebody set the clock: what was to be corrected is gone. */
void discipline_clear(struct discipline *d, u64 now_ns);
/* Modes whose values no clock takes: ERR_INVAL. */
err_t discipline_check(const struct abi_timex *t);
/* Does what t->modes says but for ADJ_SETOFFSET and ADJ_TAI, and answers in t all but the time and
 * the TAI offset.  The result is TIME_OK or TIME_ERROR. */
i32 discipline_adjust(struct discipline *d, struct abi_timex *t, u64 now_ns);
/* The steering that d wants from now on, in ppm, and until when; NO_DEADLINE: until it is told
 * something else. */
i64 discipline_rate(const struct discipline *d);
u64 discipline_next_ns(const struct discipline *d);
