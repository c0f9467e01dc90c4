/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

bool is_before(const u8 *a, const u8 *b)
{
	return a < b; /* breach */
}
