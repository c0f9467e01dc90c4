/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

u8 low_byte(const u32 *word)
{
	return cspan_get(cspan_of(*word), 0);
}
