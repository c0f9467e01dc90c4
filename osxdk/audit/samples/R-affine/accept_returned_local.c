/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>

struct buf taken(struct buf *from)
{
	struct buf all = buf_move(from);
	return all;
}
