/* SPDX-License-Identifier: MPL-2.0 */
/* mm_lock - mlock(2) and its family. */
#include "abi/mman.h"
#include "process/thread.h"
#include "security/cred.h"
#include "syscall/handlers_mm.h"
#include "vm/mm.h"

err_t sys_mlock(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return mm_lock_range(thread_mm(self), a->a0, a->a1, mm_can_exceed(self), false);
}

err_t sys_mlock2(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	u32 flags = (u32)a->a2;
	if ((flags & ~(u32)MLOCK_ONFAULT) != 0)
		return ERR_INVAL;
	return mm_lock_range(thread_mm(self), a->a0, a->a1, mm_can_exceed(self), flags != 0);
}

err_t sys_munlock(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return mm_unlock_range(thread_mm(self), a->a0, a->a1);
}

err_t sys_mlockall(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	return mm_lock_all(thread_mm(self), (u32)a->a0, mm_can_exceed(self));
}

err_t sys_munlockall(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	(void)ret;
	return mm_unlock_all(thread_mm(self));
}
