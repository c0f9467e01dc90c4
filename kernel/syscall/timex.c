/* SPDX-License-Identifier: MPL-2.0 */
/*
 * timex - adjtimex(2): the state of the clock can be read and the clock be stepped; slewing and PLL
 * modes are refused (EOPNOTSUPP), as nothing here would follow them.
 */
#include "process/internal.h"
#include "syscall/handlers_time.h"
#include "time/clock.h"

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
	ADJ_ADJTIME = 0x8000,
	ADJ_TAI = 0x80,
	ADJ_SETOFFSET = 0x100,
	ADJ_NANO = 0x2000
};
enum : i32 { STA_UNSYNC = 0x40, STA_NANO = 0x2000, TIME_ERROR = 5 };
enum : i64 { TICK_USEC = 10000, ERROR_MAX_USEC = 16000000, TOLERANCE = 32768000 };

static err_t step(const struct abi_timex *t)
{
	bool is_nano = (t->modes & (u32)ADJ_NANO) != 0;
	i64 limit = is_nano ? 1000000000 : 1000000;
	i64 delta = 0, now = (i64)clock_realtime_ns(), sum = 0;
	if (t->usec < 0 || t->usec >= limit)
		return ERR_INVAL;
	if (!ckd_mul(t->sec, (i64)NSEC_PER_SEC, &delta) ||
	    !ckd_add(delta, is_nano ? t->usec : t->usec * 1000, &sum) || !ckd_add(sum, now, &sum) ||
	    sum < 0)
		return ERR_INVAL;
	return clock_set_realtime((u64)sum);
}

static err_t adjust(struct thread *self, struct uaddr at, i64 *ret)
{
	struct abi_timex t = {};
	TRY(user_get(at, &t));
	if ((t.modes & (u32)ADJ_ADJTIME) != 0 && (t.modes & (u32)ADJ_OFFSET) == 0)
		return ERR_INVAL;
	if (t.modes != 0 && !cred_has_cap(thread_cred(self), CAP_SYS_TIME))
		return ERR_PERM;
	if ((t.modes & ~(u32)(ADJ_TAI | ADJ_SETOFFSET | ADJ_NANO)) != 0)
		return ERR_OPNOTSUPP;
	if ((t.modes & (u32)ADJ_SETOFFSET) != 0)
		TRY(step(&t));
	if ((t.modes & (u32)ADJ_TAI) != 0 && t.constant >= 0 && t.constant <= INT32_MAX)
		clock_set_tai_offset((i32)t.constant);
	u64 now = clock_realtime_ns();
	t = (struct abi_timex){
		.maxerror = ERROR_MAX_USEC,
		.esterror = ERROR_MAX_USEC,
		.status = STA_UNSYNC,
		.precision = 1,
		.tolerance = TOLERANCE,
		.sec = (i64)(now / NSEC_PER_SEC),
		.tick = TICK_USEC,
		.usec = (i64)(now % NSEC_PER_SEC / NSEC_PER_USEC),
		.tai = clock_tai_offset(),
	};
	*ret = TIME_ERROR;
	return user_put(at, &t);
}

err_t sys_adjtimex(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return adjust(self, arg_uaddr(a->a0), ret);
}

err_t sys_clock_adjtime(struct thread *self, const struct sysargs *a, i64 *ret)
{
	enum : i32 { KIND_MASK = 7, KIND_FD = 3 };
	i32 clock = arg_int(a->a0);
	u64 unused = 0;
	/* Negative numbers name CPU clocks, which cannot be set, unless they name a device. */
	if (clock < 0)
		return (clock & KIND_MASK) == KIND_FD ? ERR_INVAL : ERR_OPNOTSUPP;
	if (clock != CLOCK_REALTIME)
		return clock_read(clock, &unused) ? ERR_OPNOTSUPP : ERR_INVAL;
	return adjust(self, arg_uaddr(a->a1), ret);
}
