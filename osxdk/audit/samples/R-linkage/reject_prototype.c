/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 function_of_somebody(void); /* breach */
u32 number(void)
{
	return function_of_somebody();
}
