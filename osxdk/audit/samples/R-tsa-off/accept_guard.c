/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>

LOCK_CLASS(sample_seeing, spin);
struct seeing {
	struct sample_seeing_lock lock;
	u32 n GUARDED(sample_seeing);
};
u32 peek(struct seeing *b)
{
	GUARD(sample_seeing, &b->lock);
	return b->n;
}
