/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct queue {
	u32 limit IMMUTABLE;
};
void widen(struct queue *q)
{
	q->limit = 8; /* breach */
}
