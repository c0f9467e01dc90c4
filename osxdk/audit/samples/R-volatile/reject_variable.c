/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 wait_for(void)
{
	volatile u32 flag = 0; /* breach */
	return flag;
}
