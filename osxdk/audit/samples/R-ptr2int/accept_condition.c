/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

bool is_there(const u32 *p)
{
	return p != nullptr && *p != 0;
}
