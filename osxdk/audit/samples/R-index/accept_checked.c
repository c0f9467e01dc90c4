/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 days_of(u32 month)
{
	static const u32 days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month < 12 ? array_at(days, month) : 0;
}
