/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>

LOCK_CLASS(sample_queue, spin);
struct queue {
	struct sample_queue_lock lock;
	struct atomic_u32 visits; /* breach */
};
