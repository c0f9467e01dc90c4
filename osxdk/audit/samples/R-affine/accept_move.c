/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>

void hand_over(struct buf *to, struct buf *from)
{
	*to = buf_move(from);
}
