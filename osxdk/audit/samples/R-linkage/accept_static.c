/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

static u32 number(void);
u32 twice(void)
{
	return number() + number();
}
static u32 number(void)
{
	return 1;
}
