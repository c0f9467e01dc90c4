/* SPDX-License-Identifier: MPL-2.0 */
/* timex - the structure, modes and states of adjtimex(2). */
#pragma once
#include <osxtd/base.h>

struct abi_timex {
	u32 modes, _pad0;
	i64 offset, freq, maxerror, esterror;
	i32 status, _pad1;
	i64 constant, precision, tolerance;
	i64 sec, usec;
	i64 tick, ppsfreq, jitter;
	i32 shift, _pad2;
	i64 stabil, jitcnt, calcnt, errcnt, stbcnt;
	i32 tai;
	i32 _pad3[11];
};
static_assert(sizeof(struct abi_timex) == 208);

enum : u32 {
	ADJ_OFFSET = 1,
	ADJ_FREQUENCY = 2,
	ADJ_MAXERROR = 4,
	ADJ_ESTERROR = 8,
	ADJ_STATUS = 0x10,
	ADJ_TIMECONST = 0x20,
	ADJ_TAI = 0x80,
	ADJ_SETOFFSET = 0x100,
	ADJ_MICRO = 0x1000,
	ADJ_NANO = 0x2000,
	ADJ_OFFSET_READONLY = 0x2000, /* together with ADJ_ADJTIME */
	ADJ_TICK = 0x4000,
	ADJ_ADJTIME = 0x8000 /* with ADJ_OFFSET: ADJ_OFFSET_SINGLESHOT */
};
enum : u32 {
	STA_PLL = 1,
	STA_FLL = 8,
	STA_UNSYNC = 0x40,
	STA_FREQHOLD = 0x80,
	STA_CLOCKERR = 0x1000,
	STA_NANO = 0x2000,
	STA_MODE = 0x4000,
	STA_RONLY = 0xff00 /* nobody sets these from outside */
};
enum : i32 { TIME_OK = 0, TIME_ERROR = 5 };
