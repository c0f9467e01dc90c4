/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>

struct box {
	struct buf memory;
	u32 label;
};
void duplicate(struct box *to, const struct box *from)
{
	*to = *from; /* breach */
}
