/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>

err_t make(usize len)
{
	SCOPED_BUF(memory);
	return buf_alloc(len, &memory);
}
