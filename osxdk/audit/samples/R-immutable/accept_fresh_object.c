/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/object.h>

struct queue {
	struct object object;
	u32 limit IMMUTABLE;
};
REF_TYPE(queue);
static void queue_fini(struct queue *q)
{
	(void)q;
}
OBJECT_TYPE(queue, queue_fini);
err_t make_queue(u32 limit, struct queue_ref *out)
{
	TRY(queue_alloc(out));
	queue_get(out)->limit = limit;
	return OK;
}
