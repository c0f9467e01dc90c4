/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>

err_t zeros(u32 n, struct buf *out)
{
	return buf_alloc(n, out);
}
