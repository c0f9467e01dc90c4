/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 larger(u32 a, u32 b)
{
	return max_of(a, b);
}
