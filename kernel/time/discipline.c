/* SPDX-License-Identifier: MPL-2.0 */
#include "time/discipline.h"

#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "abi/time.h"

enum : u32 { OFFSET_SHIFT = 16, SHIFT_PLL = 2, SHIFT_FLL = 2 };
enum : i64 {
	ONE_PPM = 1 << CLOCK_PPM_SHIFT,
	FREQ_MAX = 500 * ONE_PPM,
	SLEW_RATE = 500 * ONE_PPM,
	SLEW_NS_PER_SEC = 500000,
	SLEW_MAX_US = INT64_MAX / 2000,
	SLEW_DONE_NS = 500, /* a timer comes late by less than a millisecond */
	TICK_US = 10000,
	TICK_MIN_US = TICK_US - TICK_US / 10,
	TICK_MAX_US = TICK_US + TICK_US / 10,
	PPM_PER_TICK_US = 1000000 / TICK_US,
	OFFSET_MAX_NS = 500000000,
	CONSTANT_MAX = 10,
	CONSTANT_DEFAULT = 2,
	CONSTANT_MICRO = 4, /* what a constant for microseconds is less by */
	FLL_MIN_S = 256,
	FLL_MAX_S = 2048
};
/* An error grows by what the clock may be off. */
enum : u64 { ERROR_MAX_US = 16000000, ERROR_US_PER_SEC = 500 };

static i64 clamp(i64 v, i64 least, i64 most)
{
	return max_of(min_of(v, most), least);
}

void discipline_init(struct discipline *d)
{
	*d = (struct discipline){
		.tick_us = TICK_US,
		.constant = CONSTANT_DEFAULT,
		.maxerror_us = ERROR_MAX_US,
		.esterror_us = ERROR_MAX_US,
		.status = STA_UNSYNC,
	};
}

/* ---- time passes ---- */

/* v per second, in ns; the time is cut at an hour, which no timer is late by. */
static i64 part_of(i64 v, u64 passed_ns)
{
	u64 ns = min_of(passed_ns, 3600 * (u64)NSEC_PER_SEC);
	i64 whole = v * (i64)(ns / NSEC_PER_SEC);
	i64 rest = v / 1000 * (i64)(ns % NSEC_PER_SEC / 1000) / 1000;
	return whole + rest;
}

static void start_second(struct discipline *d, u64 now_ns)
{
	d->second_ns = now_ns + NSEC_PER_SEC;
	d->offset_rate = d->offset / ((i64)1 << ((u32)SHIFT_PLL + (u32)d->constant));
	if (d->offset_rate / 1000 != 0)
		return;
	d->offset = d->offset_rate = 0; /* less than the arithmetic can follow */
}

static void settle_slew(struct discipline *d, u64 passed)
{
	u64 left = d->slew_ns < 0 ? 0 - (u64)d->slew_ns : (u64)d->slew_ns;
	u64 done = passed / (NSEC_PER_SEC / (u64)SLEW_NS_PER_SEC);
	if (left == 0)
		return;
	/* More than all means that it ran on for longer than it should: the rest goes back. */
	i64 rest = (i64)(left - min_of(done, left + SLEW_NS_PER_SEC));
	if (rest < SLEW_DONE_NS && rest > -SLEW_DONE_NS)
		rest = 0;
	d->slew_ns = d->slew_ns < 0 ? -rest : rest;
}

/* Each second adds to it. */
static void settle_error(struct discipline *d, u64 now_ns)
{
	u64 seconds = (now_ns - min_of(d->error_since_ns, now_ns)) / NSEC_PER_SEC;
	d->error_since_ns += seconds * NSEC_PER_SEC;
	d->maxerror_us += min_of(seconds, (u64)ERROR_MAX_US) * ERROR_US_PER_SEC;
	if (d->maxerror_us <= ERROR_MAX_US)
		return;
	d->maxerror_us = ERROR_MAX_US;
	d->status |= STA_UNSYNC;
}

void discipline_settle(struct discipline *d, u64 now_ns)
{
	u64 passed = now_ns > d->since_ns ? now_ns - d->since_ns : 0;
	d->since_ns = max_of(d->since_ns, now_ns);
	settle_slew(d, passed);
	settle_error(d, now_ns);
	/* A second that took far too long overshoots; then as much goes back, within reason. */
	i64 most = (i64)OFFSET_MAX_NS * ((i64)1 << OFFSET_SHIFT);
	d->offset = clamp(d->offset - part_of(d->offset_rate, passed), -most, most);
	if (d->offset_rate != 0 && now_ns >= d->second_ns)
		start_second(d, now_ns);
}

void discipline_clear(struct discipline *d, u64 now_ns)
{
	discipline_settle(d, now_ns);
	d->slew_ns = 0;
	d->offset = d->offset_rate = 0;
	d->status |= STA_UNSYNC;
	d->maxerror_us = ERROR_MAX_US;
	d->esterror_us = ERROR_MAX_US;
}

i64 discipline_rate(const struct discipline *d)
{
	/* 1 ns in a second is 1/1000 ppm; both have 16 fraction bits. */
	static_assert((u32)OFFSET_SHIFT == (u32)CLOCK_PPM_SHIFT);
	i64 slew = d->slew_ns == 0 ? 0 : SLEW_RATE;
	return d->freq + (d->tick_us - TICK_US) * (i64)PPM_PER_TICK_US * ONE_PPM +
	       d->offset_rate / 1000 + (d->slew_ns < 0 ? -slew : slew);
}

u64 discipline_next_ns(const struct discipline *d)
{
	u64 next = d->offset_rate != 0 ? d->second_ns : (u64)NO_DEADLINE;
	u64 left = d->slew_ns < 0 ? 0 - (u64)d->slew_ns : (u64)d->slew_ns;
	u64 takes = 0, end = 0;
	if (left == 0 || !ckd_mul(left, NSEC_PER_SEC / (u64)SLEW_NS_PER_SEC, &takes) ||
	    !ckd_add(d->since_ns, takes, &end))
		return next;
	return min_of(next, end);
}

/* ---- what adjtimex(2) asks ---- */

err_t discipline_check(const struct abi_timex *t)
{
	/* What a frequency of 2^-16 ppm may be in Linux's own unit. */
	enum : i64 { FREQ_REPRESENTABLE = INT64_MAX / 65536000 };
	if ((t->modes & (u32)ADJ_ADJTIME) != 0)
		return (t->modes & (u32)ADJ_OFFSET) != 0 ? OK : ERR_INVAL;
	if ((t->modes & (u32)ADJ_TICK) != 0 && (t->tick < TICK_MIN_US || t->tick > TICK_MAX_US))
		return ERR_INVAL;
	if ((t->modes & (u32)ADJ_FREQUENCY) != 0 &&
	    (t->freq > FREQ_REPRESENTABLE || t->freq < -FREQ_REPRESENTABLE))
		return ERR_INVAL;
	return OK;
}

/* Answers what was left, in microseconds that count as long as any of it is. */
static i64 adjust_slew(struct discipline *d, const struct abi_timex *t)
{
	i64 up = d->slew_ns < 0 ? -(i64)(NSEC_PER_USEC - 1) : (i64)(NSEC_PER_USEC - 1);
	i64 left = (d->slew_ns + up) / (i64)NSEC_PER_USEC;
	if ((t->modes & (u32)ADJ_OFFSET_READONLY) == 0)
		d->slew_ns = clamp(t->offset, -SLEW_MAX_US, SLEW_MAX_US) * (i64)NSEC_PER_USEC;
	return left;
}

static void set_status(struct discipline *d, u32 status, u64 now_ns)
{
	if ((d->status & STA_PLL) != 0 && (status & STA_PLL) == 0)
		d->status = STA_UNSYNC; /* the units start anew, too */
	else if ((d->status & STA_PLL) == 0 && (status & STA_PLL) != 0)
		d->reference_ns = now_ns;
	d->status = (d->status & STA_RONLY) | (status & ~(u32)STA_RONLY);
}

/* What an offset says of the frequency: the loop's integral while offsets come often, else (or when
 * asked to) the offset over the time in which it came about. */
static i64 learned_freq(struct discipline *d, i64 offset_ns, i64 secs)
{
	i64 scaled = offset_ns * ONE_PPM / 1000, learned = 0;
	bool is_fll = secs >= FLL_MIN_S && ((d->status & STA_FLL) != 0 || secs > FLL_MAX_S);
	d->status = is_fll ? d->status | STA_MODE : d->status & ~(u32)STA_MODE;
	if (is_fll)
		learned = scaled / secs / (1 << SHIFT_FLL);
	i64 counted = min_of(secs, (i64)1 << ((u32)SHIFT_PLL + 1 + (u32)d->constant));
	u32 gain = 2 * ((u32)SHIFT_PLL + 2 + (u32)d->constant);
	return learned + scaled * counted / ((i64)1 << gain);
}

static void set_offset(struct discipline *d, i64 offset, u64 now_ns)
{
	if ((d->status & STA_PLL) == 0)
		return;
	if ((d->status & STA_NANO) == 0)
		offset = clamp(offset, -1000000, 1000000) * (i64)NSEC_PER_USEC;
	offset = clamp(offset, -OFFSET_MAX_NS, OFFSET_MAX_NS);
	i64 secs = (i64)((now_ns - min_of(d->reference_ns, now_ns)) / NSEC_PER_SEC);
	if ((d->status & STA_FREQHOLD) != 0)
		secs = 0;
	d->reference_ns = now_ns;
	d->freq = clamp(d->freq + learned_freq(d, offset, secs), -FREQ_MAX, FREQ_MAX);
	d->offset = offset * ((i64)1 << OFFSET_SHIFT);
	start_second(d, now_ns);
}

static void adjust_modes(struct discipline *d, const struct abi_timex *t, u64 now_ns)
{
	u32 modes = t->modes;
	if ((modes & (u32)ADJ_STATUS) != 0)
		set_status(d, (u32)t->status, now_ns);
	if ((modes & (u32)ADJ_NANO) != 0)
		d->status |= STA_NANO;
	if ((modes & (u32)ADJ_MICRO) != 0)
		d->status &= ~(u32)STA_NANO;
	if ((modes & (u32)ADJ_FREQUENCY) != 0)
		d->freq = clamp(t->freq, -FREQ_MAX, FREQ_MAX);
	if ((modes & (u32)ADJ_MAXERROR) != 0)
		d->maxerror_us = (u64)clamp(t->maxerror, 0, (i64)ERROR_MAX_US);
	if ((modes & (u32)ADJ_ESTERROR) != 0)
		d->esterror_us = (u64)clamp(t->esterror, 0, (i64)ERROR_MAX_US);
	if ((modes & (u32)ADJ_TIMECONST) != 0) {
		i64 more = (d->status & STA_NANO) != 0 ? 0 : CONSTANT_MICRO;
		d->constant = min_of(clamp(t->constant, 0, CONSTANT_MAX) + more, (i64)CONSTANT_MAX);
	}
	if ((modes & (u32)ADJ_OFFSET) != 0)
		set_offset(d, t->offset, now_ns);
	if ((modes & (u32)ADJ_TICK) != 0)
		d->tick_us = t->tick;
}

i32 discipline_adjust(struct discipline *d, struct abi_timex *t, u64 now_ns)
{
	i64 offset = 0;
	discipline_settle(d, now_ns);
	if ((t->modes & (u32)ADJ_ADJTIME) != 0) {
		offset = adjust_slew(d, t);
	} else {
		adjust_modes(d, t, now_ns);
		offset = d->offset / ((i64)1 << OFFSET_SHIFT);
		if ((d->status & STA_NANO) == 0)
			offset /= (i64)NSEC_PER_USEC;
	}
	*t = (struct abi_timex){
		.modes = t->modes,
		.offset = offset,
		.freq = d->freq,
		.maxerror = (i64)d->maxerror_us,
		.esterror = (i64)d->esterror_us,
		.status = (i32)d->status,
		.constant = d->constant,
		.precision = 1,
		.tolerance = FREQ_MAX,
		.tick = d->tick_us,
	};
	bool is_bad = (d->status & (STA_UNSYNC | STA_CLOCKERR)) != 0;
	return is_bad ? TIME_ERROR : TIME_OK;
}
