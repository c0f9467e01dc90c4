/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

UNSAFE("1. s holds _len bytes from _ptr on and i was compared with _len just before")
u8 byte_at(struct cspan s, usize i)
{
	ASSERT(i < s._len);
	return s._ptr[i];
}
