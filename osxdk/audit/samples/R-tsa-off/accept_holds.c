/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>

LOCK_CLASS(sample_seeing, spin);
struct seeing {
	struct sample_seeing_lock lock;
	u32 n GUARDED(sample_seeing);
};
u32 peek(const struct seeing *b) HOLDS(sample_seeing);
u32 peek(const struct seeing *b)
{
	return b->n;
}
