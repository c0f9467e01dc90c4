/* SPDX-License-Identifier: MPL-2.0 */
/* misc - the machine's names, memory figures, randomness; calls that only say that they are not
 * there. */
#include <osxtd/boot.h>
#include <osxtd/frame.h>
#include <osxtd/random.h>
#include <osxtd/timer.h>

#include "abi/uts.h"
#include "arch/arch.h"
#include "process/internal.h"
#include "sched/sched.h"
#include "syscall/handlers_misc.h"

/* ---- names ---- */

enum : usize { UTS_FIELD = 65 };
struct abi_utsname {
	u8 sysname[UTS_FIELD], nodename[UTS_FIELD], release[UTS_FIELD], version[UTS_FIELD],
		machine[UTS_FIELD], domainname[UTS_FIELD];
};

err_t sys_uname(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_utsname u = {};
	(void)self;
	(void)ret;
	span_copy(span_of(u.sysname), str_bytes(STR(UTS_SYSNAME)));
	span_copy(span_of(u.release), str_bytes(STR(UTS_RELEASE)));
	span_copy(span_of(u.version), str_bytes(STR(UTS_VERSION)));
	span_copy(span_of(u.machine), str_bytes(boot_machine()));
	(void)uts_hostname(span_sub(span_of(u.nodename), 0, UTS_FIELD - 1));
	(void)uts_domainname(span_sub(span_of(u.domainname), 0, UTS_FIELD - 1));
	return user_put(arg_uaddr(a->a0), &u);
}

/* Checks right and length, then reads the name. */
static err_t read_name(struct thread *self, const struct sysargs *a, struct span room,
		       struct str *name)
{
	if (!cred_has_cap(thread_cred(self), CAP_SYS_ADMIN))
		return ERR_PERM;
	i32 len = arg_int(a->a1);
	if (len < 0 || (usize)len > span_len(room))
		return ERR_INVAL;
	struct span into = span_sub(room, 0, (usize)len);
	TRY(user_read(arg_uaddr(a->a0), into));
	*name = str_of(span_const(into));
	return OK;
}

err_t sys_sethostname(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u8 room[UTS_FIELD - 1] = {};
	struct str name = {};
	(void)ret;
	TRY(read_name(self, a, span_of(room), &name));
	return uts_set_hostname(name);
}

err_t sys_setdomainname(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u8 room[UTS_FIELD - 1] = {};
	struct str name = {};
	(void)ret;
	TRY(read_name(self, a, span_of(room), &name));
	return uts_set_domainname(name);
}

/* ---- figures ---- */

struct abi_sysinfo {
	i64 uptime;
	u64 loads[3];
	u64 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	u16 procs, pad;
	u32 pad2;
	u64 totalhigh, freehigh;
	u32 mem_unit;
	u32 pad3;
};
static_assert(sizeof(struct abi_sysinfo) == 112);

err_t sys_sysinfo(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_sysinfo info = { .mem_unit = 1 };
	struct frame_stats frames = {};
	(void)self;
	(void)ret;
	frame_stats(&frames);
	sched_loadavg(info.loads);
	info.uptime = (i64)((clock_monotonic_ns() + 999999999) / 1000000000);
	info.totalram = frames.total_pages * PAGE_SIZE;
	info.freeram = frames.free_pages * PAGE_SIZE;
	info.procs = (u16)min_of(thread_count(), (u32)UINT16_MAX);
	return user_put(arg_uaddr(a->a0), &info);
}

/* ---- randomness ---- */

enum : u32 { GRND_NONBLOCK = 1, GRND_RANDOM = 2, GRND_INSECURE = 4 };

err_t sys_getrandom(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 flags = (u32)a->a2;
	(void)self;
	if ((flags & ~(u32)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) != 0 ||
	    (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return ERR_INVAL;
	struct uio to = {};
	TRY(uio_user(arg_uaddr(a->a0), a->a1, &to));
	usize done = 0;
	while (uio_left(&to) != 0) {
		u8 bytes[256] = {};
		usize n = 0;
		struct span part = span_sub(span_of(bytes), 0,
					    min_of((usize)uio_left(&to), sizeof(bytes)));
		random_fill(part);
		err_t err = uio_put(&to, span_const(part), &n);
		done += n;
		if (err != OK || (uio_left(&to) != 0 && task_pause(WAIT_SIGNAL) && done != 0)) {
			if (done == 0)
				return err;
			break;
		}
	}
	*ret = (i64)done;
	return OK;
}

/* ---- what is not there ---- */

err_t sys_membarrier(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	/* MEMBARRIER_CMD_QUERY: no command is supported. */
	if (a->a0 == 0 && a->a1 == 0) {
		*ret = 0;
		return OK;
	}
	return ERR_INVAL;
}

err_t sys_rseq(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)a;
	(void)ret;
	return ERR_NOSYS;
}

err_t sys_ptrace(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)a;
	(void)ret;
	return ERR_NOSYS;
}

err_t sys_acct(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)a;
	(void)ret;
	return ERR_NOSYS;
}

err_t sys_seccomp(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)a;
	(void)ret;
	return ERR_NOSYS;
}

err_t sys_arch_prctl(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return arch_thread_control(&self->task.user, a->a0, a->a1);
}
