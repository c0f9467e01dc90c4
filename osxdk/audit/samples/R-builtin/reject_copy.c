/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

void copy(u32 *to, const u32 *from)
{
	__builtin_memcpy(to, from, 4); /* breach */
}
