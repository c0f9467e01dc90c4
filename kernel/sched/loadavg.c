/* SPDX-License-Identifier: MPL-2.0 */
/*
 * loadavg - averages of the number of ready tasks that fade over 1, 5 and 15 minutes.
 *
 * A timer takes a sample every five seconds and fades the old value by exp(-5 s / period), in
 * 1/65536.
 */
#include <osxtd/timer.h>

#include "sched/loadavg.h"
#include "sched/sched.h"

enum : u64 { SAMPLE_NS = 5000000000, ONE = 65536 };

/* 65536 * exp(-5/60), exp(-5/300), exp(-5/900) */
static const u64 fade[3] = { 60296, 64453, 65173 };
static struct atomic_u64 shared average[3];
LOCK_CLASS(loadavg, irq);
struct sampler {
	struct loadavg_lock lock;
	struct timer timer GUARDED(loadavg);
};
static struct sampler shared sampler;

static void sample(struct timer *t)
{
	struct sched_totals totals = {};
	sched_totals(&totals);
	for (u32 i = 0; i < array_len(average); i++) {
		u64 old = atomic_u64_load(&array_at(average, i));
		u64 keep = array_at(fade, i);
		u64 now = (u64)totals.ready * ONE;
		atomic_u64_store(&array_at(average, i), (old * keep + now * (ONE - keep)) / ONE);
	}
	timer_arm(t, clock_monotonic_ns() + SAMPLE_NS);
}

void loadavg_start(void)
{
	GUARD(loadavg, &sampler.lock);
	timer_init(&sampler.timer, sample);
	timer_arm(&sampler.timer, clock_monotonic_ns() + SAMPLE_NS);
}

void sched_loadavg(u64 out[3])
{
	out[0] = atomic_u64_load(&average[0]);
	out[1] = atomic_u64_load(&average[1]);
	out[2] = atomic_u64_load(&average[2]);
}
