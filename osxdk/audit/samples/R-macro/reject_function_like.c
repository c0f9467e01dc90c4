/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

#define TWICE(x) ((x) + (x)) /* breach */
u32 four(void)
{
	return TWICE(2);
}
