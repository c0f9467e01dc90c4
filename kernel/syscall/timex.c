/* SPDX-License-Identifier: MPL-2.0 */
/* timex - adjtimex(2), clock_adjtime(2): decoding; what it means stands in time/. */
#include "process/internal.h"
#include "syscall/handlers_time.h"
#include "time/clock.h"
#include "time/discipline.h"

static err_t read_step(const struct abi_timex *t, i64 *delta)
{
	bool is_nano = (t->modes & (u32)ADJ_NANO) != 0;
	i64 whole = 0;
	if (t->usec < 0 || t->usec >= (is_nano ? 1000000000 : 1000000))
		return ERR_INVAL;
	if (!ckd_mul(t->sec, (i64)NSEC_PER_SEC, &whole) ||
	    !ckd_add(whole, is_nano ? t->usec : t->usec * 1000, delta))
		return ERR_INVAL;
	return OK;
}

static err_t may_adjust(struct thread *self, u32 modes)
{
	bool only_looks = modes == 0 || ((modes & (u32)ADJ_ADJTIME) != 0 &&
					 (modes & (u32)ADJ_OFFSET_READONLY) != 0);
	return only_looks || cred_has_cap(thread_cred(self), CAP_SYS_TIME) ? OK : ERR_PERM;
}

static err_t adjust(struct thread *self, struct uaddr at, i64 *ret)
{
	struct abi_timex t = {};
	i64 delta = 0;
	TRY(user_get(at, &t));
	/* Modes that do not go together are told before who may ask; their values after it. */
	if ((t.modes & (u32)ADJ_ADJTIME) != 0)
		TRY(discipline_check(&t));
	TRY(may_adjust(self, t.modes));
	if ((t.modes & (u32)ADJ_ADJTIME) == 0)
		TRY(discipline_check(&t));
	if ((t.modes & (u32)ADJ_SETOFFSET) != 0) {
		if (!cred_has_cap(thread_cred(self), CAP_SYS_TIME))
			return ERR_PERM;
		TRY(read_step(&t, &delta));
		TRY(clock_step_realtime(delta));
	}
	*ret = clock_adjust(&t);
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
