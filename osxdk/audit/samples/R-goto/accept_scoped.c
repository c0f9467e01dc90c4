/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>

err_t work(usize len)
{
	SCOPED_BUF(memory);
	TRY(buf_alloc(len, &memory));
	return buf_len(&memory) == len ? OK : ERR_IO;
}
