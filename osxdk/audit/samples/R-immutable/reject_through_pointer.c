/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct queue {
	u32 limit IMMUTABLE;
};
void set_word(u32 *word)
{
	*word = 8;
}
void widen(struct queue *q)
{
	set_word(&q->limit); /* breach */
}
