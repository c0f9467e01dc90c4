/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

bool is_nothing(const u16 *p)
{
	return p == nullptr;
}
