/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>

usize twice(struct buf *b)
{
	struct buf copy = *b; /* breach */
	return buf_len(&copy);
}
