/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 three(void)
{
	u32 n; /* breach */
	n = 3;
	return n;
}
