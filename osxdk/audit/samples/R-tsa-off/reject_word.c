/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>

LOCK_CLASS(sample_blind, spin);
struct blind {
	struct sample_blind_lock lock;
	u32 n GUARDED(sample_blind);
};
NO_LOCK_CHECK_ u32 peek(const struct blind *b) /* breach */
{
	return b->n;
}
