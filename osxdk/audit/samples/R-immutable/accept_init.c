/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct queue {
	u32 limit IMMUTABLE;
};
void queue_init(struct queue *q, u32 limit)
{
	q->limit = limit;
}
