/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>

LOCK_CLASS(sample_flag, spin);
struct flag {
	struct sample_flag_lock lock;
	u32 value GUARDED(sample_flag);
};
u32 peek(struct flag *f)
{
	GUARD(sample_flag, &f->lock);
	return f->value;
}
