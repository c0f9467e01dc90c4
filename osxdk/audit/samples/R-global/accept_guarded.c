/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>

LOCK_CLASS(sample_calls, spin);
static struct sample_calls_lock shared calls_lock;
static u32 shared calls GUARDED(sample_calls);
static struct atomic_u32 shared quick_calls;
u32 count(void)
{
	(void)atomic_u32_add(&quick_calls, 1);
	GUARD(sample_calls, &calls_lock);
	return ++calls;
}
