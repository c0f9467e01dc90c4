/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>
#include <osxtd/object.h>

LOCK_CLASS(sample_queue, spin);
struct queue {
	struct object object;
	struct sample_queue_lock lock;
	u32 length GUARDED(sample_queue);
	u32 limit IMMUTABLE;
	struct atomic_u32 visits ATOMIC_ONLY;
	u64 last_visit_ns OWNER(self);
};
