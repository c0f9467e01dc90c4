/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>
#include <osxtd/waitq.h>

#include "time/clock.h"
#include "time/discipline.h"

enum : u64 { START = 5 * (u64)NSEC_PER_SEC };
enum : i64 { PPM = 1 << CLOCK_PPM_SHIFT };

static i32 tell(struct discipline *d, struct abi_timex *t, u64 now_ns)
{
	return discipline_check(t) == OK ? discipline_adjust(d, t, now_ns) : -1;
}

KTEST(discipline, starts_unsteered_and_unsynchronised)
{
	struct discipline d = {};
	struct abi_timex x = {};
	discipline_init(&d);
	EXPECT_EQ(tell(&d, &x, START), TIME_ERROR);
	EXPECT_EQ((u32)x.status, STA_UNSYNC);
	EXPECT_EQ(x.maxerror, 16000000);
	EXPECT_EQ(x.tick, 10000);
	EXPECT_EQ(x.tolerance, 500 * PPM);
	EXPECT_EQ(discipline_rate(&d), 0);
	EXPECT_EQ(discipline_next_ns(&d), NO_DEADLINE);
}

KTEST(discipline, frequency_and_tick_add_up)
{
	struct discipline d = {};
	discipline_init(&d);
	struct abi_timex x = { .modes = ADJ_FREQUENCY | ADJ_TICK, .freq = -3 * PPM, .tick = 10001 };
	(void)tell(&d, &x, START);
	EXPECT_EQ(discipline_rate(&d), 97 * PPM);
	x = (struct abi_timex){ .modes = ADJ_FREQUENCY, .freq = 1000 * PPM };
	(void)tell(&d, &x, START);
	EXPECT_EQ(x.freq, 500 * PPM);
	x = (struct abi_timex){ .modes = ADJ_TICK, .tick = 11001 };
	EXPECT_EQ(tell(&d, &x, START), -1);
	x = (struct abi_timex){ .modes = ADJ_TICK, .tick = 8999 };
	EXPECT_EQ(tell(&d, &x, START), -1);
	x = (struct abi_timex){ .modes = ADJ_FREQUENCY, .freq = INT64_MIN };
	EXPECT_EQ(tell(&d, &x, START), -1);
}

KTEST(discipline, a_slew_takes_as_long_as_500_ppm_need)
{
	struct discipline d = {};
	discipline_init(&d);
	struct abi_timex x = { .modes = ADJ_ADJTIME | ADJ_OFFSET, .offset = -1000 };
	(void)tell(&d, &x, START);
	EXPECT_EQ(x.offset, 0);
	EXPECT_EQ(discipline_rate(&d), -500 * PPM);
	EXPECT_EQ(discipline_next_ns(&d), START + 2 * (u64)NSEC_PER_SEC);
	x = (struct abi_timex){ .modes = ADJ_ADJTIME | ADJ_OFFSET | ADJ_OFFSET_READONLY };
	(void)tell(&d, &x, START + NSEC_PER_SEC);
	EXPECT_EQ(x.offset, -500);
	/* It ran on for 10 ms: what is too much goes back. */
	discipline_settle(&d, START + 2010 * (u64)NSEC_PER_SEC / 1000);
	EXPECT_EQ(discipline_rate(&d), 500 * PPM);
	discipline_settle(&d, discipline_next_ns(&d) + 1000);
	EXPECT_EQ(discipline_rate(&d), 0);
	EXPECT_EQ(discipline_next_ns(&d), NO_DEADLINE);
}

KTEST(discipline, an_offset_fades_through_the_loop)
{
	struct discipline d = {};
	discipline_init(&d);
	struct abi_timex x = { .modes = ADJ_OFFSET, .offset = 1000 };
	(void)tell(&d, &x, START);
	EXPECT_EQ(x.offset, 0); /* no loop, no offset */
	x = (struct abi_timex){ .modes = ADJ_STATUS | ADJ_OFFSET | ADJ_TIMECONST | ADJ_NANO,
				.status = STA_PLL,
				.constant = 0,
				.offset = 8000000 };
	EXPECT_EQ(tell(&d, &x, START), TIME_OK);
	EXPECT_EQ(x.offset, 8000000);
	/* A quarter in the first second: 2 ms/s. */
	EXPECT_EQ(discipline_rate(&d), 2000 * PPM);
	EXPECT_EQ(discipline_next_ns(&d), START + NSEC_PER_SEC);
	discipline_settle(&d, START + NSEC_PER_SEC);
	EXPECT_EQ(discipline_rate(&d), 1500 * PPM);
	u32 seconds = 0;
	for (; discipline_next_ns(&d) != NO_DEADLINE && seconds < 1000; seconds++)
		discipline_settle(&d, discipline_next_ns(&d));
	EXPECT(seconds < 200);
	EXPECT_EQ(discipline_rate(&d), 0);
	/* Out of the loop, the units start anew. */
	x = (struct abi_timex){ .modes = ADJ_STATUS };
	(void)tell(&d, &x, START + 300 * (u64)NSEC_PER_SEC);
	EXPECT_EQ(x.status, 0);
}

KTEST(discipline, offsets_teach_the_frequency)
{
	struct discipline d = {};
	discipline_init(&d);
	struct abi_timex x = { .modes = ADJ_STATUS | ADJ_OFFSET, .status = STA_PLL };
	(void)tell(&d, &x, START);
	x = (struct abi_timex){ .modes = ADJ_OFFSET, .offset = 1000 };
	(void)tell(&d, &x, START + 16 * (u64)NSEC_PER_SEC);
	EXPECT(x.freq > 0 && x.freq < 100 * PPM);
	i64 learned = x.freq;
	x = (struct abi_timex){ .modes = ADJ_STATUS | ADJ_OFFSET,
				.status = STA_PLL | STA_FREQHOLD,
				.offset = 1000 };
	(void)tell(&d, &x, START + 32 * (u64)NSEC_PER_SEC);
	EXPECT_EQ(x.freq, learned);
	x = (struct abi_timex){ .modes = ADJ_STATUS | ADJ_OFFSET,
				.status = STA_PLL | STA_FLL,
				.offset = -100000 };
	(void)tell(&d, &x, START + 400 * (u64)NSEC_PER_SEC);
	EXPECT(x.freq < learned);
	EXPECT((u32)x.status & STA_MODE);
}

KTEST(discipline, errors_grow_until_nobody_trusts_the_clock)
{
	struct discipline d = {};
	discipline_init(&d);
	struct abi_timex x = { .modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
			       .maxerror = 15999000,
			       .esterror = 7 };
	EXPECT_EQ(tell(&d, &x, START), TIME_OK);
	x.modes = 0;
	EXPECT_EQ(tell(&d, &x, START + NSEC_PER_SEC), TIME_OK);
	EXPECT_EQ(x.maxerror, 15999500);
	EXPECT_EQ(x.esterror, 7);
	EXPECT_EQ(tell(&d, &x, START + 3 * (u64)NSEC_PER_SEC), TIME_ERROR);
	EXPECT_EQ(x.maxerror, 16000000);
}

KTEST(discipline, setting_the_clock_ends_corrections)
{
	struct discipline d = {};
	discipline_init(&d);
	struct abi_timex x = { .modes = ADJ_ADJTIME | ADJ_OFFSET, .offset = 1000 };
	(void)tell(&d, &x, START);
	x = (struct abi_timex){ .modes = ADJ_FREQUENCY | ADJ_STATUS, .freq = 7 * PPM };
	EXPECT_EQ(tell(&d, &x, START), TIME_OK);
	discipline_clear(&d, START + 1);
	EXPECT_EQ(discipline_rate(&d), 7 * PPM);
	x = (struct abi_timex){};
	EXPECT_EQ(tell(&d, &x, START + 2), TIME_ERROR);
	EXPECT_EQ(x.offset, 0);
}

/* Absurd values neither trap nor leave what can be steered. */
KTEST(discipline, extremes)
{
	struct discipline d = {};
	discipline_init(&d);
	i64 values[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX };
	u64 now = 0;
	for (u32 i = 0; i < array_len(values); i++) {
		i64 v = array_at(values, i);
		u32 modes[] = { 0x30ff, 0xa001, 0x8001, 0x2021, 0x1031 };
		for (u32 k = 0; k < array_len(modes); k++) {
			struct abi_timex x = { .modes = array_at(modes, k),
					       .offset = v,
					       .freq = v / 65536000,
					       .maxerror = v,
					       .esterror = v,
					       .status = STA_PLL | STA_FLL,
					       .constant = v };
			(void)tell(&d, &x, now);
			i64 rate = discipline_rate(&d);
			EXPECT(rate < (i64)CLOCK_STEER_MAX && rate > -(i64)CLOCK_STEER_MAX);
			now += (u64)NSEC_PER_SEC * 1000 * i * k;
			discipline_settle(&d, now);
			EXPECT(x.constant >= 0 && x.constant <= 10);
		}
	}
	discipline_settle(&d, UINT64_MAX);
	EXPECT(discipline_next_ns(&d) > 0);
}
