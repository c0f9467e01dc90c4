/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

u32 hash_of(const struct str *s)
{
	return (u32)((uintptr_t)s >> 4); /* breach */
}
