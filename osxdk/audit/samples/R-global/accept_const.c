/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

static const u32 limits[2] = { 4, 8 };
u32 limit(void)
{
	return limits[1];
}
