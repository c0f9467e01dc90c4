/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

static u32 lowest(void)
{
	return 1;
}
static u32 middle(void)
{
	return lowest() + 1;
}
u32 highest_of_chain(void)
{
	return middle() + lowest();
}
