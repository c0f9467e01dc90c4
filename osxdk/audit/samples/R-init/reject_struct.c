/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct pair {
	u32 a, b;
};
u32 three(void)
{
	struct pair p; /* breach */
	p.a = 3;
	return p.a;
}
