/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 polynomial(void)
{
	return 0x86d3d2d4;
}
