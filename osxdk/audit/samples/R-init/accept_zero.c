/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct pair {
	u32 a, b;
};
u32 nothing(void)
{
	struct pair p = {};
	u32 n = 0;
	return p.a + n;
}
