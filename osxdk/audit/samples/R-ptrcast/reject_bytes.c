/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u8 low_byte(const u32 *word)
{
	return *(const u8 *)word; /* breach */
}
