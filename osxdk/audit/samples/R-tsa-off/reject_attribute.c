/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>

LOCK_CLASS(sample_blind, spin);
struct blind {
	struct sample_blind_lock lock;
	u32 n GUARDED(sample_blind);
};
__attribute__((no_thread_safety_analysis)) /* breach */
u32 peek(const struct blind *b)
{
	return b->n;
}
