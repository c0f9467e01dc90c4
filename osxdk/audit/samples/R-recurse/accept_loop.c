/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 factorial_by_loop(u32 n)
{
	u32 product = 1;
	for (u32 i = 2; i <= n; i++)
		product *= i;
	return product;
}
