/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

static u32 shared calls; /* breach */
u32 count(void)
{
	return ++calls;
}
