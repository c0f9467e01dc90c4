/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 factorial(u32 n) /* breach */
{
	return n == 0 ? 1 : n * factorial(n - 1);
}
