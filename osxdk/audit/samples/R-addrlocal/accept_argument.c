/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

void increment(u32 *n)
{
	*n += 1;
}
u32 two(void)
{
	u32 n = 1;
	increment(&n);
	return n;
}
