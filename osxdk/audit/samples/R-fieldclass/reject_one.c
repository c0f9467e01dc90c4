/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>

LOCK_CLASS(sample_queue, spin);
struct queue {
	struct sample_queue_lock lock;
	u32 length GUARDED(sample_queue);
	u32 limit; /* breach */
};
